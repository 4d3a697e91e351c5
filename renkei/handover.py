"""引継書: what a successor needs to know, from members and agreements."""

from typing import Any

from django.db.models import QuerySet

from agreements.models import RegionalAgreement
from members.models import Handover, Organization, SiteText, User


def sheet(handover: Handover) -> dict[str, Any]:
    body = handover.seat.organization
    colleagues = User.objects.filter(seat__organization=body, is_active=True)
    contact = SiteText.objects.by_slug("contact-address", "contact-telephone", "contact-hours")
    return {
        "handover": handover,
        "colleagues": colleagues.exclude(pk=handover.predecessor_id).select_related("seat"),
        "agreements": agreements_of(body),
        "contact": [text for text in contact.values() if text.body],
    }


def agreements_of(body: Organization) -> "QuerySet[RegionalAgreement]":
    """In force: all for a ward, the covering ones for a local government, an association's own."""
    in_force = RegionalAgreement.objects.in_force().with_parties()
    if body.kind == Organization.Kind.WARD:
        return in_force
    if body.local_government:
        return in_force.covering(body.local_government)
    return in_force.filter(prefecture=body.prefecture).signed_by(body.name)
