"""What a topic's page says of the own body: its answer, its acknowledgement, its consultations."""

from typing import Any

from board import answering, consulting, kinds
from board.models import Match, Topic
from members.access import is_contributor, is_secretariat
from members.models import User


def of(topic: Topic, user: User) -> dict[str, Any]:
    """For the template; asks the database only about what the topic has."""
    own = user.seat.organization_id
    asks = topic.asks != Topic.Asks.NOTHING
    is_whole = answering.sees_whole(topic, user)
    sees_roster = answering.sees_roster(topic, user)
    own_answer = answering.own_answer(topic, user) if asks else None
    confirmed = topic.acknowledgements.filter(version=topic.version)
    needs_confirmation = topic.requires_acknowledgement
    return {
        "may_answer": answering.may_answer(topic, user),
        "own_answer": own_answer,
        "own_delivery": kinds.delivery(own_answer) if own_answer else [],
        "own_acknowledgement": (
            confirmed.filter(organization=own).select_related("seat", "user").first()
            if needs_confirmation
            else None
        ),
        "is_whole": is_whole,
        "sees_roster": sees_roster,
        "answer_count": topic.answers.count() if asks and sees_roster else 0,
        "acknowledgement_count": confirmed.count() if needs_confirmation and is_whole else 0,
        **_consultations(topic, user),
    }


def _consultations(topic: Topic, user: User) -> dict[str, Any]:
    """Of a proposal those that the person sees; of a consultation how its result stands."""
    if topic.source_id is None:
        may_consult = consulting.may_consult(topic, user)
        if not (may_consult or topic.is_of(user) or is_secretariat(user)):
            return {"may_consult": False, "consultations": []}
        found = Topic.objects.visible_to(user).filter(source=topic)
        return {
            "may_consult": may_consult,
            "consultations": list(found.select_related("organization")),
        }
    match = Match.objects.filter(consultation=topic).select_related("organization").first()
    own = user.seat.organization_id
    takes_part = is_contributor(user) and not is_secretariat(user)
    return {
        "match": match,
        "may_match": takes_part,
        "may_agree": takes_part and match is not None and match.organization_id != own,
        "may_take_back": takes_part and match is not None and match.organization_id == own,
    }
