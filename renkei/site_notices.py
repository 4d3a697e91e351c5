"""サイトのお知らせ on every page, at the price of one small query a process in ten seconds.

What is kept in memory is every notice that is not over; whether one is shown is asked of the clock, so that it
appears and vanishes at its minute. What was just saved is seen by other processes ten seconds later at most.
"""

import time
from dataclasses import dataclass, field

from django.utils import timezone

from renkei.models import SiteNotice

KEPT_SECONDS = 10.0


@dataclass(frozen=True)
class _Kept:
    notices: list[SiteNotice] = field(default_factory=list)
    until: float = 0


# One name that is bound anew, never changed: threads see the old or the new.
_kept = [_Kept()]


def current() -> list[SiteNotice]:
    """Urgent ones first, then the newest."""
    now = timezone.now()
    shown = [notice for notice in _known() if notice.is_shown_at(now)]
    return sorted(shown, key=lambda notice: not notice.is_urgent)


def keep(notices: list[SiteNotice], *, until: float) -> None:
    """`until`: of time.monotonic()."""
    _kept[0] = _Kept(notices, until)


def forget() -> None:
    """This process asks at its next page."""
    keep([], until=0)


def _known() -> list[SiteNotice]:
    kept = _kept[0]
    if time.monotonic() < kept.until:
        return kept.notices
    found = list(SiteNotice.objects.not_over(timezone.now()))
    keep(found, until=time.monotonic() + KEPT_SECONDS)
    return found
