"""個別の相談 of two bodies: begun once, and ended by 成立, to which the other body agrees."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from board import consulting
from board.models import Match, Topic
from lib.conflicts import STALE, StaleError
from lib.forms import new_form_key
from tests import factories
from tests.html import text_of
from tests.racing import at_once


@pytest.fixture
def proposal(contributor):
    category = factories.make_category("proposal")
    return factories.make_topic(author=contributor, category=category, title="防災の提案")


@pytest.fixture
def consultation(proposal, ward):
    return begin(proposal, ward)


def begin(proposal, by):
    draft = factories.make_draft(by, kind="reply")
    return consulting.begin(proposal, "ご相談です。", draft=draft, by=by)


def address_of(name, topic):
    return reverse(f"board:{name}", args=[topic.pk])


def test_consultation_begins_with_a_proposed_text_and_is_opened_once(client, proposal, ward):
    client.force_login(ward)
    address = address_of("topic_consult", proposal)
    body = client.get(address).context["form"]["body"].value()

    answer = client.post(address, {"body": body, "publish": "1", "form_key": new_form_key()})

    made = Topic.objects.get(source=proposal)
    assert made.body.startswith("「防災の提案」に関心があります。")
    assert [answer.url, client.get(address).url] == [made.get_absolute_url()] * 2


def test_match_counts_once_the_other_body_agrees(
    client, other_client, proposal, consultation, ward, contributor
):
    client.force_login(ward)
    other_client.force_login(contributor)
    address = address_of("topic_match", consultation)
    assert "成立を記録する" in text_of(client.get(address))
    client.post(address, {"note": "合同の訓練"})
    again = client.post(address, {"note": "もう一度"}, follow=True)
    proposal.refresh_from_db()
    assert (proposal.status, STALE in text_of(again)) == ("open", True)

    other_client.post(address_of("match_agree", consultation))
    late = client.post(address_of("match_take_back", consultation), follow=True)

    proposal.refresh_from_db()
    assert proposal.status == "matched"
    assert proposal.outcome_note.endswith("で成立：合同の訓練")
    assert Match.objects.get().agreed_by == contributor
    assert STALE in text_of(late)


def test_match_that_nobody_has_agreed_to_is_taken_back(client, consultation, ward):
    consulting.propose_match(consultation, "成立", by=ward)
    client.force_login(ward)

    page = client.post(address_of("match_take_back", consultation), follow=True)

    assert "成立の記録を取り消しました。" in text_of(page)
    assert not Match.objects.exists()


def test_match_is_one_of_a_consultation(client, proposal, contributor):
    client.force_login(contributor)

    assert client.get(address_of("topic_match", proposal)).status_code == 404
    assert client.post(address_of("topic_match", proposal), {"note": "x"}).status_code == 404
    assert not Match.objects.exists()


def test_only_the_two_bodies_and_the_secretariat_see_it(proposal, ward, viewer, secretary):
    consultation = begin(proposal, ward)

    seen = {
        who.pk: consultation in Topic.objects.visible_to(who)
        for who in (proposal.author, ward, secretary, viewer)
    }

    assert list(seen.values()) == [True, True, True, False]
    assert begin(proposal, ward) == consultation


@pytest.mark.django_db(transaction=True)
def test_colleagues_who_begin_at_once_come_to_the_same_one(proposal, ward):
    begun = at_once(*[lambda: begin(proposal, ward).pk] * 4)

    assert len(set(begun)) == 1


def test_result_is_shown_when_the_other_body_agrees(proposal, ward):
    consultation = begin(proposal, ward)
    match = consulting.propose_match(consultation, "20人を受け入れ", by=ward)
    with pytest.raises(PermissionDenied):
        consulting.agree(match, by=ward)
    assert Topic.objects.get(pk=proposal.pk).status == "open"

    consulting.agree(match, by=proposal.author)

    shown = Topic.objects.get(pk=proposal.pk)
    assert shown.status == "matched"
    assert "20人を受け入れ" in shown.outcome_note
    assert ward.seat.organization.full_name in shown.outcome_note


def test_results_that_are_agreed_to_at_once_all_stand_in_the_proposal(proposal, ward, manager):
    notes = {"20人を受け入れ": ward, "合同の防災訓練": manager}
    for note, who in notes.items():
        consulting.propose_match(begin(proposal, who), note, by=who)
    opened = list(Match.objects.select_related("consultation__source"))

    for match in opened:
        consulting.agree(match, by=proposal.author)

    shown = Topic.objects.get(pk=proposal.pk).outcome_note
    assert all(note in shown for note in notes)


def test_result_that_was_taken_back_can_be_agreed_to_by_nobody(proposal, ward):
    consultation = begin(proposal, ward)
    match = consulting.propose_match(consultation, "x", by=ward)

    consulting.take_back(match, by=ward)

    with pytest.raises(StaleError):
        consulting.agree(match, by=proposal.author)
    assert not Match.objects.exists()
