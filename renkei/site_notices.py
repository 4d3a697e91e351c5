"""サイトのお知らせ on every page, at the price of one small query a process in ten seconds.

What is kept in memory is every notice that is not over; whether one is shown is asked of the clock, so that it
appears and vanishes at its minute. What was just saved is seen by other processes ten seconds later at most.
"""

from django.core.cache import caches
from django.utils import timezone

from renkei.models import SiteNotice

KEPT_SECONDS = 10
_KEY = "site-notices"


def current() -> list[SiteNotice]:
    """Urgent ones first, then the newest."""
    now = timezone.now()
    shown = [notice for notice in _known() if notice.is_shown_at(now)]
    return sorted(shown, key=lambda notice: not notice.is_urgent)


def keep(notices: list[SiteNotice], *, seconds: int | None) -> None:
    """None: until forget()."""
    caches["process"].set(_KEY, notices, seconds)


def forget() -> None:
    """This process asks at its next page."""
    caches["process"].delete(_KEY)


def _known() -> list[SiteNotice]:
    kept: list[SiteNotice] | None = caches["process"].get(_KEY)
    if kept is None:
        kept = list(SiteNotice.objects.not_over(timezone.now()))
        keep(kept, seconds=KEPT_SECONDS)
    return kept
