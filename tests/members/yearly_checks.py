"""Bodies and people of a yearly check, and whom it mailed."""

from datetime import datetime

from django.utils import timezone

from members.models import Delivery, User
from tests import factories


def make_town(mailbox="town@example.jp", **fields):
    """A body with a manager whose section has a mailbox."""
    seat = factories.make_seat(organization=factories.make_organization(**fields), mailbox=mailbox)
    return factories.make_user(seat=seat, role=User.Role.MANAGER, last_seen_at=timezone.now())


def make_unused(seat, **fields):
    joined_at = datetime(2025, 4, 1, tzinfo=timezone.get_current_timezone())
    return factories.make_user(seat=seat, joined_at=joined_at, **fields)


def addresses(**conditions):
    return sorted(Delivery.objects.filter(**conditions).values_list("address", flat=True))
