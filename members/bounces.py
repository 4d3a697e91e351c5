"""不達: what delivery reports say about an address, and what follows from it."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lib import delivery_reports
from members import audit
from members.models import Delivery, MailAddress, User
from members.models.mail_setting import SOFT_BOUNCES

FORGOTTEN_AFTER = timedelta(days=14)


@transaction.atomic
def record_hard(address: str, problem: str) -> None:
    """Nobody has the address: no mail goes there until somebody has looked at it."""
    known = {"bounced_at": timezone.now(), "problem": _shortened(problem)}
    MailAddress.objects.update_or_create(address=address, defaults=known)


@transaction.atomic
def record_soft(address: str, problem: str) -> None:
    """A full mailbox or the like, counted once a day; one that was weeks ago is forgotten."""
    known, _ = MailAddress.objects.select_for_update().get_or_create(address=address)
    today = timezone.localdate()
    last = known.soft_bounced_on
    if last is None or today - last > FORGOTTEN_AFTER:
        known.soft_bounces = 1
    elif last != today:
        known.soft_bounces += 1
    known.soft_bounced_on, known.problem = today, _shortened(problem)
    if known.soft_bounces >= SOFT_BOUNCES and known.bounced_at is None:
        known.bounced_at = timezone.now()
    known.save(update_fields=["soft_bounces", "soft_bounced_on", "problem", "bounced_at"])


@transaction.atomic
def record_of(delivery: Delivery, problem: str, *, is_final: bool) -> None:
    """A delivery report on a mail of ours; the row and all that were in the same mail are 不達."""
    if is_final:
        record_hard(delivery.address, problem)
        in_mail = Q(mail_id=delivery.mail_id, mail_id__isnull=False) | Q(pk=delivery.pk)
        Delivery.objects.filter(in_mail, state=Delivery.State.SENT).update(
            state=Delivery.State.BOUNCED, reason=problem[:200]
        )
    else:
        record_soft(delivery.address, problem)


def take_in(content: bytes) -> bool:
    """One mail that came to the address for delivery reports; False where it is none of ours."""
    report = delivery_reports.read(content)
    delivery = Delivery.objects.filter(pk=report.number).first() if report else None
    if report is None or delivery is None:
        return False
    record_of(delivery, report.problem, is_final=report.is_final)
    return True


@transaction.atomic
def forgive(known: MailAddress, *, by: User) -> None:
    """送信を再開する: the secretariat has looked at it, or the town has mended its mailbox."""
    MailAddress.objects.filter(pk=known.pk).update(
        bounced_at=None, soft_bounces=0, soft_bounced_on=None, problem=""
    )
    audit.record("resume_mail", known, by=by)


def _shortened(problem: str) -> str:
    return " ".join(problem.split())[:300]
