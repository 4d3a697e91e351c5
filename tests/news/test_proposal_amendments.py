"""Two who change one proposal: colleagues, or a member and the secretariat."""

from functools import partial

import pytest
from django.urls import reverse

from lib.admin_conflicts import SAVED_MEANWHILE
from lib.conflicts import EditedMeanwhileError
from lib.forms import new_form_key
from news import proposing
from news.models import Event
from news.views.proposals import TYPED_TOO_LATE
from tests import factories
from tests.html import text_of
from tests.news.proposing import amend, mark_of, page_of, typed
from tests.racing import at_once, errors_in


def test_amendment_leaves_what_the_secretariat_has_filled_in_meanwhile(proposer):
    event = factories.make_proposal(by=proposer)
    opened = Event.objects.get(pk=event.pk)
    Event.objects.filter(pk=event.pk).update(summary="事務局の概要")
    opened.name = "直した祭り"

    proposing.amend(
        opened,
        expected=mark_of(event),
        form_key=new_form_key(),
        by=proposer,
    )

    event.refresh_from_db()
    assert (event.name, event.summary) == ("直した祭り", "事務局の概要")
    assert "事務局の概要" in event.folded


def test_second_of_two_colleagues_sees_what_the_first_has_saved_and_loses_nothing(client, proposer):
    event = factories.make_proposal(by=proposer)
    client.force_login(proposer)
    opened = client.get(page_of(event)).context["form"]["expected"].value()
    amend(client, event, name="一人目の祭り", venue="広場", starts_at="午前9時", kind="fair")

    told = amend(client, event, read=opened, name="二人目の祭り", kind="fair")

    event.refresh_from_db()
    assert told.status_code == 409
    assert event.name == "一人目の祭り"
    assert told.context["form"]["name"].value() == "二人目の祭り"
    assert told.context["changes"] == [
        ("イベント名", "一人目の祭り"),
        ("開始時刻", "午前9時"),
        ("会場", "広場"),
    ]
    assert "ほかの方が、先に提案を直しました" in text_of(told)


def test_second_of_two_colleagues_saves_with_another_press(client, proposer):
    event = factories.make_proposal(by=proposer)
    opened = mark_of(event)
    client.force_login(proposer)
    amend(client, event, name="一人目の祭り")

    told = amend(client, event, read=opened, name="二人目の祭り")
    amend(client, event, read=told.context["form"]["expected"].value(), name="二人目の祭り")

    event.refresh_from_db()
    assert event.name == "二人目の祭り"


def test_page_from_before_that_carries_no_mark_saves_over_nothing(client, proposer):
    event = factories.make_proposal(by=proposer)
    client.force_login(proposer)

    told = client.post(page_of(event), typed(name="直した祭り"))

    event.refresh_from_db()
    assert (told.status_code, event.name) == (409, "町の祭り")


def test_button_pressed_twice_amends_and_tells_nothing(client, proposer):
    event = factories.make_proposal(by=proposer)
    opened = mark_of(event)
    client.force_login(proposer)

    pages = [amend(client, event, read=opened, name="直した祭り") for _ in range(2)]

    assert [page.status_code for page in pages] == [302, 302]


def test_text_typed_after_a_decision_is_handed_back(client, proposer, secretary):
    event = factories.make_proposal(by=proposer)
    proposing.refuse(event, expected=mark_of(event), by=secretary, reason="理由")
    client.force_login(proposer)

    told = amend(client, event, name="遅すぎた祭り")

    event.refresh_from_db()
    assert (told.status_code, event.name) == (409, "町の祭り")
    assert told.context["form"]["name"].value() == "遅すぎた祭り"
    assert TYPED_TOO_LATE in text_of(told)
    assert "事務局に提案する" not in text_of(told)


def save_in_admin(client, event, *, read, **fields):
    files = {"files-TOTAL_FORMS": 0, "files-INITIAL_FORMS": 0}
    data = {"status": "scheduled", "publish_at": "令和8年1月1日", "expected": read, **files}
    address = reverse("admin:news_event_change", args=[event.pk])
    return client.post(address, typed(**data, **fields))


def test_secretary_is_told_what_the_member_has_amended_meanwhile(client, proposer, secretary):
    event = factories.make_proposal(by=proposer)
    client.force_login(secretary)
    read = read_in_admin(client, event)
    client.force_login(proposer)
    amend(client, event, name="会員が直した祭り")
    client.force_login(secretary)

    told = save_in_admin(client, event, read=read, name="事務局の祭り", summary="概要")

    event.refresh_from_db()
    assert event.name == "会員が直した祭り"
    assert SAVED_MEANWHILE in text_of(told)
    assert "今の内容 イベント名：会員が直した祭り" in text_of(told)
    form = told.context["adminform"].form
    assert form["name"].value() == "事務局の祭り"
    save_in_admin(client, event, read=form.expected, name="事務局の祭り")
    event.refresh_from_db()
    assert event.name == "事務局の祭り"


def read_in_admin(client, event):
    page = client.get(reverse("admin:news_event_change", args=[event.pk]))
    return page.context["adminform"].form.expected


def test_secretary_who_changes_something_else_is_told_nothing(client, proposer, secretary):
    event = factories.make_proposal(by=proposer)
    client.force_login(secretary)
    read = read_in_admin(client, event)
    Event.objects.update(venue="会員が直した会場")

    save_in_admin(client, event, read=read, venue="会員が直した会場", summary="概要")

    event.refresh_from_db()
    assert (event.venue, event.summary) == ("会員が直した会場", "概要")


@pytest.mark.django_db(transaction=True)
def test_of_two_amendments_at_once_one_is_saved_and_the_other_told():
    event, by = factories.make_proposal(), factories.make_user()
    opened, names = mark_of(event), ["一人目", "二人目"]

    def amend(name):
        own = Event.objects.get(pk=event.pk)
        own.name = name
        proposing.amend(own, expected=opened, form_key=new_form_key(), by=by)

    acts = [partial(amend, name) for name in names]
    answers = at_once(*acts, told=EditedMeanwhileError)

    event.refresh_from_db()
    assert len(errors_in(answers)) == 1
    assert event.name == names[answers.index(None)]
