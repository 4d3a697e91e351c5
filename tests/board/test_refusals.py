"""The verbs refuse by themselves what no page offers: a page of ours may be old, or somebody else's."""

import pytest
from django.core.exceptions import PermissionDenied

from board import consulting, ending, moderation
from board.answering import Roster
from board.models import Match, Report, Topic
from lib.conflicts import StaleError
from members.models import User
from tests import factories
from tests.racing import meanwhile


@pytest.fixture
def topic(contributor):
    return factories.make_topic(author=contributor, category=factories.make_category("proposal"))


@pytest.fixture
def consultation(topic, ward):
    draft = factories.make_draft(ward)
    return consulting.begin(topic, "ご相談です。", draft=draft, by=ward)


def test_own_proposal_is_not_consulted_about(topic, contributor):
    with pytest.raises(PermissionDenied):
        consulting.begin(
            topic, "ご相談です。", draft=factories.make_draft(contributor), by=contributor
        )


def test_match_is_written_by_the_two_bodies_and_once(consultation, ward, manager):
    stranger = factories.make_member("municipality", User.Role.MANAGER)
    with pytest.raises(PermissionDenied):
        consulting.propose_match(consultation, "成立", by=stranger)
    consulting.propose_match(consultation, "成立", by=ward)

    with pytest.raises(StaleError):
        consulting.propose_match(consultation, "もう一度", by=ward)

    assert Match.objects.get().note == "成立"


def test_match_is_taken_back_by_who_wrote_it_and_before_it_is_agreed(
    consultation, ward, contributor
):
    match = consulting.propose_match(consultation, "成立", by=ward)
    with pytest.raises(PermissionDenied):
        consulting.take_back(match, by=contributor)
    consulting.agree(match, by=contributor)

    with pytest.raises(StaleError):
        consulting.take_back(match, by=ward)

    assert Match.objects.exists()


def test_colleague_who_is_quicker_has_opened_the_one_consultation(topic, ward):
    def begin(text):
        return consulting.begin(topic, text, draft=factories.make_draft(ward), by=ward)

    with meanwhile(lambda: begin("先です。"), after="board_topic"):
        found = begin("後です。")

    assert found == Topic.objects.get(source=topic)
    assert found.body == "先です。"


def test_result_is_one_of_two(topic, contributor):
    with pytest.raises(ValueError, match="withdrawn"):
        ending.record_outcome(topic, "withdrawn", note="", by=contributor)


def test_report_needs_somebody_who_may_write(topic):
    viewer = factories.make_member("municipality", User.Role.VIEWER)

    with pytest.raises(PermissionDenied):
        moderation.report(topic, "誤りがあります", by=viewer)

    assert not Report.objects.exists()


def test_what_does_not_wait_is_not_sent_back(topic, secretary):
    with pytest.raises(StaleError):
        moderation.send_back(topic, reason="", expected=topic.edits, by=secretary)


def test_what_is_shown_is_not_restored(topic, secretary):
    with pytest.raises(StaleError):
        moderation.restore(topic, by=secretary)


def test_roster_names_who_has_and_has_not_confirmed(topic, ward):
    Topic.objects.filter(pk=topic.pk).update(requires_acknowledgement=True)
    topic.refresh_from_db()

    roster = Roster.of(topic)

    assert [line.organization for line in roster.filtered(state="unconfirmed")] == [
        ward.seat.organization
    ]
    assert roster.filtered(state="unanswered") == roster.lines
