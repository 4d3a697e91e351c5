"""The secretariat publishes a proposal or refuses it, and the section is told."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from lib.conflicts import StaleError
from members.models import AuditEntry, Delivery
from news import proposing
from news.admin.events import AMENDED
from news.models import Event
from news.views.proposals import DECIDED
from tests import factories
from tests.html import text_of
from tests.news.proposing import LIST, amend, decide, mark_of, typed
from tests.racing import at_once, errors_in


def test_secretariat_publishes_and_the_section_is_told(client, proposer, secretary):
    event = factories.make_proposal(by=proposer)
    client.force_login(secretary)

    decide(client, event, decision="publish")
    client.logout()

    event.refresh_from_db()
    assert event.proposal_state.text == "掲載"
    mail = Delivery.objects.get(address="kanko@town.example.jp")
    assert client.get(event.get_absolute_url()).status_code == 200
    assert mail.subject == "イベントを掲載しました：町の祭り"
    assert f"https://portal.example.jp{event.get_absolute_url()}" in mail.body
    assert "<time" not in mail.body
    assert AuditEntry.objects.filter(act="publish_event", actor=secretary).exists()


def test_page_of_the_decision_shows_what_is_decided_on(client, proposer, secretary):
    event = factories.make_proposal(by=proposer, name="雪の祭り", body="除雪車に乗れます。")
    client.force_login(secretary)

    text = text_of(client.get(reverse("admin:news_event_decide", args=[event.pk])))

    assert "イベント名 雪の祭り" in text
    assert "本文 除雪車に乗れます。" in text


@pytest.mark.parametrize("decision", ["publish", "refuse"])
def test_secretariat_decides_on_what_it_has_read(client, proposer, secretary, decision):
    event = factories.make_proposal(by=proposer)
    read = mark_of(event)
    client.force_login(proposer)
    amend(client, event, name="直した祭り")
    client.force_login(secretary)

    told = decide(client, event, decision=decision, reason="日時は？", expected=read)

    event.refresh_from_db()
    assert event.is_waiting_for_decision
    assert AMENDED in text_of(told)
    assert "イベント名 直した祭り" in text_of(told)
    assert "日時は？" in text_of(told)
    decide(client, event, decision=decision, reason="理由", expected=told.context["expected"])
    event.refresh_from_db()
    assert not event.is_waiting_for_decision


def test_published_proposal_is_not_withdrawn_any_more(client, proposer, secretary):
    event = factories.make_proposal(by=proposer)
    proposing.publish(event, expected=mark_of(event), by=secretary)
    client.force_login(proposer)

    page = client.post(reverse("news:proposal_withdraw", args=[event.pk]), follow=True)

    assert DECIDED in text_of(page)
    assert client.get(event.get_absolute_url()).status_code == 200


def test_secretariat_refuses_with_a_reason_that_the_member_reads(client, proposer, secretary):
    event = factories.make_proposal(by=proposer)
    client.force_login(secretary)

    without = decide(client, event, decision="refuse", reason=" ")
    assert "理由を入力してください" in text_of(without)
    decide(client, event, decision="refuse", reason="日時が決まっていません。")
    client.force_login(proposer)

    assert "掲載しません 日時が決まっていません。" in text_of(client.get(LIST))
    mail = Delivery.objects.get(address="kanko@town.example.jp")
    assert "日時が決まっていません。" in mail.body
    assert client.get(event.get_absolute_url()).status_code == 404


def test_saving_the_form_publishes_no_proposal(client, proposer, secretary):
    event = factories.make_proposal(by=proposer)
    client.force_login(secretary)
    address = reverse("admin:news_event_change", args=[event.pk])
    data = {"files-TOTAL_FORMS": 0, "files-INITIAL_FORMS": 0, "status": "scheduled"}

    response = client.post(address, typed(publish_at="令和8年1月1日", **data))

    event.refresh_from_db()
    assert response.status_code == 302
    assert (event.name, event.is_draft) == ("見本の収穫祭", True)


def test_start_page_and_list_lead_to_what_waits(client, proposer, secretary):
    event = factories.make_proposal(by=proposer)
    factories.make_event(is_draft=True)
    client.force_login(secretary)

    line = client.get("/admin/").context["waiting"][0]

    assert line.text == "確認を待つイベントの提案 1件"
    assert list(client.get(line.url).context["cl"].queryset) == [event]


def test_refused_event_cannot_be_public(db):
    event = factories.make_proposal()
    proposing.refuse(event, expected=mark_of(event), by=factories.make_user(), reason="理由")
    event.refresh_from_db()
    event.is_draft = False

    with pytest.raises(ValidationError, match="掲載しないと決めたイベント"):
        event.full_clean()


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_wins_and_the_other_is_told():
    event = factories.make_proposal()
    by = factories.make_user()

    answers = at_once(
        lambda: proposing.publish(event, expected=mark_of(event), by=by),
        lambda: proposing.refuse(event, expected=mark_of(event), by=by, reason="理由"),
        told=StaleError,
    )

    event.refresh_from_db()
    assert len(errors_in(answers)) == 1
    assert event.is_draft == bool(event.refusal)


def test_later_hour_of_publication_is_kept(db):
    event = factories.make_proposal()
    later = timezone.now() + timedelta(days=3)
    Event.objects.filter(pk=event.pk).update(publish_at=later)

    proposing.publish(event, expected=mark_of(event), by=factories.make_user())

    event.refresh_from_db()
    assert (event.publish_at, event.state) == (later, "公開予定")
