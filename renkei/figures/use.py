"""Who uses the portal, and whether mail arrives."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.utils import timezone

from members.models import Delivery, Organization, User
from renkei.figures.period import Period

SILENT_AFTER = timedelta(days=90)


def bodies_taking_part(*, with_demo: bool) -> Any:
    """Members and wards with is_seen and is_new: somebody within 90 days, registered within 90 days."""
    since = timezone.now() - SILENT_AFTER
    kinds = (*Organization.REGISTERING_KINDS, Organization.Kind.WARD)
    bodies = Organization.objects.active().filter(kind__in=kinds)
    people = User.objects.filter(seat__organization=OuterRef("pk"), last_seen_at__gte=since)
    found = bodies if with_demo else bodies.filter(is_demo=False)
    # Wards have no such day: compared with it alone they would be neither new nor old.
    is_new = Q(joined_on__isnull=False, joined_on__gt=timezone.localdate(since))
    return found.annotate(is_seen=Exists(people.order_by()), is_new=is_new)


def use_by_kind(*, with_demo: bool) -> dict[str, tuple[int, int, int]]:
    """Kind: bodies of which somebody was seen, new ones that nobody has opened yet, silent ones."""
    rows = bodies_taking_part(with_demo=with_demo).order_by().values("kind")
    counted = rows.annotate(
        seen=Count("pk", filter=Q(is_seen=True)),
        new=Count("pk", filter=Q(is_seen=False, is_new=True)),
        silent=Count("pk", filter=Q(is_seen=False, is_new=False)),
    )
    return {row["kind"]: (row["seen"], row["new"], row["silent"]) for row in counted}


def silent_bodies(*, with_demo: bool) -> list[tuple[Organization, datetime | None]]:
    """Each with the last time that somebody of it was seen; in the order of their codes."""
    bodies = bodies_taking_part(with_demo=with_demo).filter(is_seen=False, is_new=False)
    found = bodies.annotate(last_seen_at=Max("seats__users__last_seen_at")).in_code_order()
    return [(body, body.last_seen_at) for body in found]


def mails_by_state(periods: tuple[Period, ...], *, with_demo: bool) -> dict[str, list[int]]:
    """Mails written in each period, by what became of them; one query."""
    mails = Delivery.objects.filter(created_at__gte=min(period.starts_at for period in periods))
    if not with_demo:
        mails = mails.exclude(seat__organization__is_demo=True)
    counts = {
        f"number_{place}": Count(
            "pk", filter=Q(created_at__gte=period.starts_at, created_at__lt=period.ends_at)
        )
        for place, period in enumerate(periods)
    }
    rows = mails.order_by().values("state").annotate(**counts).values_list("state", *counts)
    return {state: list(numbers) for state, *numbers in rows}
