"""Two secretaries in one form of the admin: nobody saves over what has not been seen."""

from datetime import date
from functools import partial

import pytest
from django.contrib import admin

from agreements.models import Matter
from lib.admin import PortalModelAdmin, RecordAdmin
from lib.admin_conflicts import SAVED_MEANWHILE
from members.staff import Desk
from news.models import Event
from tests import factories
from tests.html import text_of
from tests.page_forms import PageForms
from tests.racing import at_once
from tests.renkei.admin_rows import MAKE
from tests.renkei.test_admin_forgery import address_of

MODELS = [
    model
    for model, page in admin.site._registry.items()
    if isinstance(page, PortalModelAdmin) and not isinstance(page, RecordAdmin)
]
# Decided on by buttons, entered once, or in effect: nothing on their pages is typed over.
ONLY_READ = {"Topic", "Reply", "Report", "Application", "Invitation", "Entry", "MailText"}


def read(client, row):
    """What the page of a row sends back, to say what stood there."""
    page = client.get(address_of(type(row), "change", row.pk))
    return PageForms(page).values.get("expected")


def save(client, row, data):
    return client.post(address_of(type(row), "change", row.pk), {**data, "_save": "1"})


@pytest.fixture
def item(db):
    return factories.make_news_item(title="元の題名", body="元の本文")


def news(item, mark, **fields):
    """The form of a notice as somebody has opened it, with what was typed."""
    shown = {"category": item.category_id, "title": item.title, "body": item.body}
    files = {"files-TOTAL_FORMS": 0, "files-INITIAL_FORMS": 0}
    return {**shown, **files, "publish_at": "令和8年1月1日", "expected": mark, **fields}


def test_second_is_told_what_the_first_has_saved_and_keeps_what_was_typed(client, secretary, item):
    client.force_login(secretary)
    opened = partial(news, item, read(client, item))
    save(client, item, opened(title="先の題名", summary="先の概要"))

    told = save(client, item, opened(title="後の題名", summary="先の概要"))

    item.refresh_from_db()
    assert item.title == "先の題名"
    assert SAVED_MEANWHILE in text_of(told)
    assert "今の内容 表題：先の題名" in text_of(told)
    assert "今の内容 概要" not in text_of(told)
    shown = PageForms(told).values
    assert shown["title"] == "後の題名"
    again = opened(title="後の題名", expected=shown["expected"])
    assert save(client, item, again).status_code == 302
    item.refresh_from_db()
    assert item.title == "後の題名"


def test_what_the_second_never_touched_is_not_put_back(client, secretary, item):
    client.force_login(secretary)
    opened = partial(news, item, read(client, item))
    save(client, item, opened(title="先の題名"))

    told = save(client, item, opened(summary="後の概要"))

    item.refresh_from_db()
    assert item.title == "先の題名"
    assert "今の内容 表題：先の題名" in text_of(told)


def test_another_error_meanwhile_does_not_hide_that_somebody_was_quicker(client, secretary, item):
    client.force_login(secretary)
    opened = partial(news, item, read(client, item))
    wrong = PageForms(save(client, item, opened(title=""))).values
    save(client, item, opened(title="先の題名"))

    told = save(client, item, opened(title="後の題名", expected=wrong["expected"]))

    item.refresh_from_db()
    assert item.title == "先の題名"
    assert SAVED_MEANWHILE in text_of(told)


def test_button_that_is_pressed_twice_is_no_conflict(client, secretary, item):
    client.force_login(secretary)
    data = news(item, read(client, item), title="同じ題名")

    assert [save(client, item, data).status_code for _ in range(2)] == [302, 302]


def test_choices_days_and_sets_of_rows_are_told_in_words(client, secretary):
    event, agreement = factories.make_open_event(), factories.make_corporate_agreement()
    client.force_login(secretary)
    opened = {row: read(client, row) for row in (event, agreement)}
    Event.objects.update(status="cancelled", ends_on=date(2036, 1, 15))
    agreement.matters.set([Matter.objects.create(name="防災"), Matter.objects.create(name="福祉")])

    told = " ".join(text_of(save(client, row, {"expected": opened[row]})) for row in opened)

    for line in ("開催の状況：中止", "終了日：令和18年1月15日", "協定項目：防災、福祉"):
        assert f"今の内容 {line}" in told
    assert told.count("今の内容 ") == 3


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_form_says_what_was_read_and_says_the_same_again(client, secretary, model):
    row = MAKE[model](1)
    client.force_login(secretary, again=True)

    marks = {read(client, row) for _ in range(2)}

    assert len(marks) == 1
    assert (marks == {None}) == (model.__name__ in ONLY_READ)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_saved_and_the_other_told(client_factory):
    item, clerks = factories.make_news_item(), [factories.make_staff(Desk.ALL) for _ in range(2)]
    browsers = [client_factory() for _ in clerks]
    for browser, clerk in zip(browsers, clerks, strict=True):
        browser.force_login(clerk)
    opened = partial(news, item, read(browsers[0], item))

    answers = at_once(
        *(
            partial(save, browser, item, opened(title=f"題名{number}"))
            for number, browser in enumerate(browsers)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    item.refresh_from_db()
    kept = next(number for number, answer in enumerate(answers) if answer.status_code == 302)
    assert item.title == f"題名{kept}"
