"""The home page of somebody who is logged in: what waits for the own body comes first."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories
from tests.html import text_of

REGISTER = "/members/register/"


def make_call(title="物産展の出展者を募集します", **fields):
    return factories.make_topic(
        category=factories.make_category("call"),
        title=title,
        deadline=timezone.now() + timedelta(days=3),
        asks="apply",
        **fields,
    )


def test_member_sees_what_is_asked_before_what_is_new(client, contributor):
    client.force_login(contributor)
    factories.make_topic(title="移住体験の紹介")
    make_call()

    page = text_of(client.get("/"))

    assert page.index("貴団体への依頼") < page.index("物産展の出展者を募集します")
    assert page.index("物産展の出展者を募集します") < page.index("移住体験の紹介")
    assert page.count("物産展の出展者を募集します") == 1


def test_member_is_not_asked_to_register_once_more(client, contributor):
    factories.make_site_text("member-benefits", title="会員になるとできること")
    assert REGISTER in client.get("/").content.decode()
    client.force_login(contributor)

    page = client.get("/").content.decode()

    assert "/board/topics/new/" in page
    assert REGISTER not in page


def test_viewer_is_offered_nothing_to_write(client, viewer):
    client.force_login(viewer)

    assert "/board/topics/new/" not in client.get("/").content.decode()


@pytest.mark.parametrize("who", [None, "contributor"])
def test_home_shows_no_topic_that_its_reader_may_not_see(client, db, request, who):
    if who:
        client.force_login(request.getfixturevalue(who))
    factories.make_topic(
        title="二者の相談", audience="chosen", organizations=[factories.make_organization()]
    )

    assert "二者の相談" not in text_of(client.get("/"))


def test_queries_of_the_home_page_do_not_grow_with_the_topics(client, contributor):
    client.force_login(contributor)
    client.get("/")
    counts = []
    for rows in (1, 3):
        for _ in range(rows):
            make_call()
            factories.make_topic()
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 16
