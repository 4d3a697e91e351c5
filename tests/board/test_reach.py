"""届いた状況 and 再度のお願い: for the asking body and the secretariat."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from board.models import Topic
from members.models import MailSetting, Notice, Organization
from renkei.sender import send_due_mail
from renkei.spreading import spread_due
from tests import factories
from tests.board.test_topic_new import send
from tests.html import text_of


@pytest.fixture
def asker(db):
    return factories.make_town(kind=Organization.Kind.WARD, prefecture="13", name="見本区")


@pytest.fixture
def topic(asker):
    return factories.make_topic(author=asker, requires_acknowledgement=True)


def work():
    while spread_due():
        continue
    while send_due_mail():
        continue


def test_it_says_who_has_read_and_what_became_of_the_mail(client, asker, topic):
    reader, other = factories.make_town(name="読んだ市"), factories.make_town(name="まだの市")
    unmailed = factories.make_seat(organization=factories.make_organization(name="届かない市"))
    work()
    client.force_login(reader)
    client.get(topic.get_absolute_url())
    client.force_login(asker)

    page = client.get(reverse("board:topic_reach", args=[topic.pk]))

    text = text_of(page)
    assert "読んだ団体 1 ／3団体" in text
    assert "送信済 2" in text
    states = {line.organization.name: line for line in page.context["page"]}
    assert states["読んだ市"].is_read
    assert not states["まだの市"].is_read
    assert states["届かない市"].is_unreached
    assert other.seat.mailbox not in text
    assert unmailed.organization.name in text


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("read", {"読んだ市"}),
        ("unread", {"まだの市", "届かない市"}),
        ("unreached", {"届かない市"}),
    ],
)
def test_it_is_filtered(client, asker, topic, state, names):
    reader = factories.make_town(name="読んだ市")
    factories.make_town(name="まだの市")
    factories.make_seat(organization=factories.make_organization(name="届かない市"))
    work()
    client.force_login(reader)
    client.get(topic.get_absolute_url())
    client.force_login(asker)

    page = client.get(reverse("board:topic_reach", args=[topic.pk]), {"state": state})

    assert {line.organization.name for line in page.context["page"]} == names


def test_others_may_not_see_it(client, topic):
    client.force_login(factories.make_town())

    assert client.get(reverse("board:topic_reach", args=[topic.pk])).status_code == 403


def test_topic_for_others_does_not_exist(client, topic):
    Topic.objects.filter(pk=topic.pk).update(audience="wards")
    client.force_login(factories.make_town())

    assert client.get(reverse("board:topic_reach", args=[topic.pk])).status_code == 404


def test_queries_do_not_grow(client, asker, topic):
    client.force_login(asker)
    client.get("/contact/")
    counts = []
    for rows in (1, 3):
        for _ in range(rows):
            factories.make_town()
        work()
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("board:topic_reach", args=[topic.pk]))
        counts.append(len(queries))

    assert counts[0] == counts[1]


class TestAskAgain:
    def press(self, client, topic):
        return client.post(reverse("board:topic_ask_again", args=[topic.pk]), follow=True)

    def test_button_asks_once_a_day(self, client, asker, topic):
        factories.make_town()
        client.force_login(asker)

        first, second = self.press(client, topic), self.press(client, topic)

        assert "再度のお願いを送ります" in text_of(first)
        assert "今日すでに送っています" in text_of(second)
        assert Notice.objects.filter(kind="request").count() == 1

    def test_call_that_has_ended_asks_nobody(self, client, asker):
        deadline = timezone.now() + timedelta(days=1)
        call = factories.make_topic(author=asker, asks="apply", deadline=deadline)
        Topic.objects.filter(pk=call.pk).update(deadline=timezone.now() - timedelta(minutes=1))
        client.force_login(asker)

        page = client.get(reverse("board:topic_roster", args=[call.pk]))
        self.press(client, call)

        assert "再度のお願いを送る" not in text_of(page)
        assert not Notice.objects.filter(kind="request").exists()

    def test_others_may_not(self, client, topic):
        client.force_login(factories.make_town())

        assert self.press(client, topic).status_code == 403
        assert not Notice.objects.filter(kind="request").exists()


class TestPreview:
    def preview(self, client, **fields):
        return send(client, press="preview", **{"title": "件名", **fields})

    def test_it_says_whom_it_reaches_and_shows_the_mail(self, client, asker):
        town = factories.make_town()
        factories.make_user(seat=town.seat)
        client.force_login(asker)

        text = text_of(self.preview(client))

        assert "1団体・2人が閲覧できます" in text
        assert "メールは1件の宛先に" in text
        assert "件名 【特別区全国連携】新しい投稿：件名" in text

    def test_restricted_mail_shows_no_title(self, client, asker):
        factories.make_town()
        client.force_login(asker)

        page = self.preview(client, audience="wards", title="秘密の件名")

        assert "公開範囲の限られた投稿" in page.context["preview"]["mail_subject"]
        assert "秘密" not in page.context["preview"]["mail_text"]

    def test_chosen_bodies_are_named_and_counted_alone(self, client, asker):
        for name in ("甲市", "乙市"):
            factories.make_town(name=name)
        client.force_login(asker)

        page = self.preview(client, audience="chosen", organizations="甲市")

        assert page.context["preview"]["audience"] == "群馬県甲市"
        assert "1団体・1人が閲覧できます" in text_of(page)

    def test_queries_do_not_grow_with_the_bodies(self, client, asker):
        client.force_login(asker)
        self.preview(client)
        counts = []
        for rows in (1, 3):
            for _ in range(rows):
                factories.make_town()
            with CaptureQueriesContext(connection) as queries:
                self.preview(client)
            counts.append(len(queries))

        assert counts[0] == counts[1]


def test_never_is_a_reason_in_the_table(client, asker):
    town = factories.make_town()
    name = f"category-{factories.make_category().pk}"
    MailSetting.objects.create(seat=town.seat, mail_list=name, rhythm="never")
    topic = factories.make_topic(author=asker)
    work()
    client.force_login(asker)

    page = client.get(reverse("board:topic_reach", args=[topic.pk]))

    assert "送信対象外 1" in text_of(page)
