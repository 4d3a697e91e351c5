"""Rows that a process takes for itself for a while; one that dies gives them back by doing nothing."""

from datetime import datetime, timedelta

from django.db.models import Q

LEASE = timedelta(minutes=5)


def unclaimed(now: datetime) -> Q:
    """Rows that no process holds whose lease still runs."""
    return Q(leased_until=None) | Q(leased_until__lt=now)
