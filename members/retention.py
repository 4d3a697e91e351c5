"""Erasure of personal data that applications no longer need (APPLICATION_RETENTION_DAYS)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from lib.conflicts import StaleError
from members import audit, registration
from members.mail_words import KINDS, shipped
from members.models import Application, Delivery

UNANSWERED = "修正のお願いに回答がないまま期限を過ぎたため、自動で取下げとしました。"
ERASED = "内容を消去しました。"


@dataclass
class Erased:
    applications: int = 0
    withdrawn: int = 0
    mails: int = 0


def erase_applications(progress: Callable[[int, int], object] | None = None) -> Erased:
    """Refused, withdrawn and never corrected ones without a step since the set time.

    Each in a transaction of its own: a run that is cut short goes on with the next one. What is
    kept: body, states, days, who decided.
    """
    before = timezone.now() - timedelta(days=settings.APPLICATION_RETENTION_DAYS)
    due, done = list(Application.objects.forgotten(before)), Erased()
    for number, application in enumerate(due, start=1):
        _erase(application, done)
        if progress:
            progress(number, len(due))
    if done.applications:
        audit.record_many("erase_applications", Application, by=None, **vars(done))
    return done


@transaction.atomic
def _erase(application: Application, done: Erased) -> None:
    """Nothing where the applicant answers in the same moment."""
    if application.status == Application.Status.RETURNED:
        try:
            registration.withdraw_unanswered(application, reason=UNANSWERED)
        except StaleError:
            return
        done.withdrawn += 1
    # What people wrote; the portal's own sentence stays.
    application.steps.exclude(by=None).update(reason="")
    done.mails += erase_mails(application)
    application.themes.clear()
    Application.objects.filter(pk=application.pk).update(
        erased_at=timezone.now(), wishes=[], **dict.fromkeys(Application.PERSONAL, "")
    )
    done.applications += 1


def erase_mails(application: Application) -> int:
    """Those to the applicant; what still waits is not sent any more.

    The state stays, and a shipped subject: the secretariat's may name people.
    """
    mails = Delivery.objects.filter(key__startswith=f"application-{application.pk}-").exclude(
        key__endswith=registration.TO_SECRETARIAT
    )
    mails.filter(state=Delivery.State.WAITING).update(state=Delivery.State.SKIPPED, reason=ERASED)
    mails.exclude(subject__in=_shipped_subjects()).update(subject=ERASED)
    return mails.update(address="", body="")


@cache
def _shipped_subjects() -> frozenset[str]:
    return frozenset(shipped(slug)[0] for slug in KINDS if slug.startswith("application_"))


@transaction.atomic
def erase_abandoned() -> int:
    """Applications whose address nobody verified within three days, with their mails; how many."""
    abandoned = list(Application.objects.abandoned(timezone.now()))
    for application in abandoned:
        erase_mails(application)
        application.delete()
    return len(abandoned)
