"""Brings notices to inboxes and outbox when they are due; any number of processes."""

import logging

from board import notifications
from members import inbox
from members.inbox import Recipient
from members.mail_lists import DESK
from members.mailing import seats_of_secretariat
from members.models import Notice

# What only the secretariat hears of.
OF_DESK = (Notice.Kind.REPORT, Notice.Kind.AGREEMENT)

logger = logging.getLogger(__name__)


def spread_due() -> int:
    """One notice, to everybody whom it is for; answers whether there was one.

    One that fails is tried again when its lease is over, and stops no other.
    """
    notice = Notice.objects.all().claim()
    if notice is None:
        return 0
    try:
        _spread(notice)
    except Exception:
        logger.exception("notice %s could not be spread", notice.pk)
    return 1


def _spread(notice: Notice) -> None:
    if notice.kind in OF_DESK:
        seats = seats_of_secretariat().select_related("organization")
        inbox.spread(notice, [Recipient(seat, DESK) for seat in seats])
    else:
        notifications.spread(notice)
