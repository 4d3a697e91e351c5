"""引継書: what a successor needs to know, from members and agreements."""

from typing import Any

from django.db.models import QuerySet

from agreements.models import RegionalAgreement
from board import answering
from board.models import Topic
from members.models import Draft, Handover, Organization, SiteText, User
from renkei.mail_settings import rhythms_of


def sheet(handover: Handover) -> dict[str, Any]:
    body = handover.seat.organization
    colleagues = User.objects.filter(seat__organization=body, is_active=True)
    visible = Topic.objects.visible_to_organization(body)
    own = Topic.objects.filter(seat=handover.seat)
    contact = SiteText.objects.by_slug("contact-address", "contact-telephone", "contact-hours")
    return {
        "handover": handover,
        "colleagues": colleagues.exclude(pk=handover.predecessor_id).select_related("seat"),
        "agreements": agreements_of(body),
        "topics": own.accepting().order_by("deadline", "id"),
        "waiting": own.filter(status=Topic.Status.WAITING).order_by("id"),
        "asked": _asked(handover),
        "drafts": Draft.objects.open().filter(seat=handover.seat),
        # What is not for the body any more has no name here, either.
        "watches": visible.filter(watches__seat=handover.seat).order_by("-active_at"),
        "todo": visible.filter(todo_marks__seat=handover.seat).order_by("-active_at"),
        "rhythms": rhythms_of(handover.seat),
        "contact": [text for text in contact.values() if text.body],
    }


def _asked(handover: Handover) -> "QuerySet[Topic]":
    """What the body has still to answer or to acknowledge; the predecessor may sit elsewhere by now."""
    visible = Topic.objects.visible_to_organization(handover.seat.organization)
    of_seat = User(seat=handover.seat, is_staff=handover.predecessor.is_staff)
    return answering.asked_of(visible.select_related("organization"), of_seat)


def agreements_of(body: Organization) -> "QuerySet[RegionalAgreement]":
    """In force: all for a ward, the covering ones for a local government, an association's own."""
    in_force = RegionalAgreement.objects.in_force().with_parties()
    if body.kind == Organization.Kind.WARD:
        return in_force
    if body.local_government:
        return in_force.covering(body.local_government)
    return in_force.filter(prefecture=body.prefecture).signed_by(body.name)
