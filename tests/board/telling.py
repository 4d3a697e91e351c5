"""What the worker has told whom."""

from members.models import Delivery, Notification
from renkei.spreading import spread_due


def spread():
    while spread_due():
        continue


def mails(kind):
    """(address, list, required, state) of what was written for a kind of notice."""
    rows = Delivery.objects.filter(notice__kind=kind).order_by("address")
    return [(row.address, row.mail_list, row.is_required, row.state) for row in rows]


def told(kind):
    """Sections that have a notice of the kind in the inbox."""
    return set(Notification.objects.filter(notice__kind=kind).values_list("seat", flat=True))
