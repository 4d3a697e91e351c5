"""送れなかったメール: once the secretariat has looked at the reason, sent again or left alone."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from lib.conflicts import StaleError
from members import audit
from members.models import Delivery, User

LEFT = "事務局が、送らないことにしました。"


@transaction.atomic
def send_again(mail: Delivery, *, by: User) -> None:
    """By the worker, with as many attempts as a new one."""
    _settle(mail, state=Delivery.State.WAITING, reason="", attempts=0, due_at=timezone.now())
    audit.record("send_mail_again", mail, by=by)


@transaction.atomic
def leave(mail: Delivery, *, by: User) -> None:
    _settle(mail, state=Delivery.State.SKIPPED, reason=LEFT)
    audit.record("leave_mail", mail, by=by)


def _settle(mail: Delivery, **fields: Any) -> None:
    failed = Delivery.objects.filter(pk=mail.pk, state=Delivery.State.FAILED)
    if not failed.update(leased_until=None, **fields):
        raise StaleError
