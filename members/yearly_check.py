"""年次確認: the secretariat asks, each body confirms, unused accounts are warned and suspended."""

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from lib.conflicts import StaleError
from lib.wareki import format_date_weekday
from members import audit, inbox, people
from members.access import is_manager
from members.mailing import Wording, compose, post
from members.models import (
    Confirmation,
    Delivery,
    Organization,
    Seat,
    UnusedWarning,
    User,
    YearlyCheck,
)
from members.models.account import UserQuerySet
from members.models.organization import OrganizationQuerySet
from members.models.yearly_check import WARNING_DAYS

State = YearlyCheck.State


class AnotherRunningError(Exception):
    """The check of another year has not been closed yet."""


class NotAskedError(Exception):
    """No check runs, or it does not ask this body."""


@transaction.atomic
def start(check: YearlyCheck, *, by: User) -> int:
    """Mails every mailbox of every body that is asked; answers how many mails."""
    try:
        with transaction.atomic():
            _move(check, State.PLANNED, State.RUNNING, started_at=timezone.now(), started_by=by)
    except IntegrityError as error:
        raise AnotherRunningError from error
    audit.record("start_yearly_check", check, by=by)
    return _tell("yearly_check", check, check.asked(), occasion="start")


@transaction.atomic
def close(check: YearlyCheck, *, by: User) -> None:
    """Ends reminders and suspensions; the result stays."""
    _move(check, State.RUNNING, State.CLOSED, closed_at=timezone.now())
    audit.record("close_yearly_check", check, by=by)


def open_for(organization: Organization) -> YearlyCheck | None:
    """The check that waits for this body's confirmation."""
    check = YearlyCheck.objects.running()
    if check and check.unconfirmed().filter(pk=organization.pk).exists():
        return check
    return None


@transaction.atomic
def confirm(organization: Organization, *, note: str = "", by: User) -> Confirmation:
    """By a manager of the body itself; of two at the same moment one is told."""
    now = User.objects.select_related("seat__organization").get(pk=by.pk)
    if not is_manager(now) or now.seat.organization_id != organization.pk:
        raise PermissionDenied
    check = YearlyCheck.objects.running()
    if check is None or not check.asked().filter(pk=organization.pk).exists():
        raise NotAskedError
    try:
        with transaction.atomic():
            confirmation = _confirmation(check, now, note)
    except IntegrityError as error:
        raise StaleError from error
    Organization.objects.filter(pk=organization.pk).update(confirmed_on=timezone.localdate())
    audit.record("confirm_yearly_check", organization, by=by, yearly_check=check.pk)
    return confirmation


def remind_due() -> int:
    """Daily: the reminder that has come due, to bodies that have not confirmed; answers how many."""
    check = YearlyCheck.objects.running()
    occasion = check.reminder_due(timezone.localdate()) if check else ""
    if check is None or not occasion:
        return 0
    return _tell("yearly_check_reminder", check, check.unconfirmed(), occasion=occasion)


def suspend_unused_due() -> int:
    """Daily: first a warning, then the suspension of those who stayed away; answers how many."""
    check, today = YearlyCheck.objects.running(), timezone.localdate()
    if check is None or check.suspend_on is None:
        return 0
    if today >= check.suspend_on - timedelta(days=WARNING_DAYS):
        _warn(check, check.suspend_on, today)
    if today < check.suspend_on:
        return 0
    due = check.warnings.due(today).filter(user__in=unused(check))
    # Of two managers of a body who are both due, the one who was here last stays.
    in_order = due.order_by(F("user__last_seen_at").asc(nulls_first=True), "user_id")
    warnings = in_order.select_related("user__seat")
    return sum(_suspend_or_leave(warning, check) for warning in warnings)


def unused(check: YearlyCheck) -> UserQuerySet:
    """Accounts of bodies that take part. Whoever uses the admin is left to superusers."""
    return User.objects.unused_since(check.unused_before).filter(
        seat__organization__in=Organization.objects.checked_yearly(), is_staff=False
    )


def mailboxes(organizations: "QuerySet[Organization]") -> list[Seat]:
    """A seat for each mailbox: two sections that share one get one mail."""
    seats = Seat.objects.filter(organization__in=organizations).exclude(mailbox="")
    first: dict[tuple[int, str], Seat] = {}
    for seat in seats.select_related("organization").order_by("id"):
        first.setdefault((seat.organization_id, seat.mailbox), seat)
    return list(first.values())


def _move(check: YearlyCheck, before: State, after: State, **fields: object) -> None:
    """One conditional UPDATE: of two at the same moment one wins."""
    moved = YearlyCheck.objects.filter(pk=check.pk, state=before).update(state=after, **fields)
    if not moved:
        raise StaleError
    check.refresh_from_db()


def _confirmation(check: YearlyCheck, by: User, note: str) -> Confirmation:
    organization = by.seat.organization
    active = User.objects.filter(seat__organization=organization, is_active=True)
    return Confirmation.objects.create(
        yearly_check=check,
        organization=organization,
        confirmed_by=by,
        seat=by.seat,
        seats=organization.seats.count(),
        people=active.count(),
        note=note,
    )


def _pressing(check: YearlyCheck) -> dict[str, str]:
    """What a reminder says of the day."""
    day = format_date_weekday(check.due_on)
    if timezone.localdate() > check.due_on:
        plea = f"回答期限（{day}）を過ぎていますので、お早めにお願いします。"
        return {"situation": "期限を過ぎました", "plea": plea}
    return {"situation": "まだ確認をいただいていません", "plea": f"{day}までにお願いします。"}


def _tell(template: str, check: YearlyCheck, bodies: OrganizationQuerySet, *, occasion: str) -> int:
    """The key names check, occasion and body: who has been told is not told again."""
    inbox.tell_inboxes(
        Seat.objects.filter(organization__in=bodies.order_by().values("pk")),
        f"{check}のお願い（回答期限　{format_date_weekday(check.due_on)}）",
        key=f"yearly-check-{check.pk}-{occasion}",
        path=reverse("members:yearly_check"),
    )
    shared = {
        "check": check,
        "due_on": format_date_weekday(check.due_on),
        "site_url": settings.SITE_URL,
        **_pressing(check),
    }
    wording = Wording.of(template)
    mails = [
        compose(
            template,
            address=seat.mailbox,
            key=f"yearly-check-{check.pk}-{occasion}-{seat.organization_id}",
            seat=seat,
            context={"seat": seat, **shared},
            wording=wording,
        )
        for seat in mailboxes(bodies)
    ]
    post(mails)
    return len(mails)


def _warn(check: YearlyCheck, suspend_on: date, today: date) -> None:
    """Whoever has no address cannot be warned, and a last manager stays: both are only listed."""
    found = unused(check)
    candidates = found.exclude(pk__in=found.last_managers().values("pk"))
    new = candidates.exclude(unused_warnings__yearly_check=check)
    reachable = [user for user in new.select_related("seat__organization") if user.mail_address]
    day = max(suspend_on, today + timedelta(days=WARNING_DAYS))
    UnusedWarning.objects.bulk_create(
        [UnusedWarning(yearly_check=check, user=user, suspend_on=day) for user in reachable],
        ignore_conflicts=True,
    )
    wording = Wording.of("unused_warning")
    post([_warning_mail(check, user, day, wording) for user in reachable])


def _warning_mail(check: YearlyCheck, user: User, day: date, wording: Wording) -> Delivery:
    return compose(
        "unused_warning",
        address=user.mail_address,
        key=f"unused-warning-{check.pk}-{user.pk}",
        seat=user.seat,
        context={"person": user, "day": format_date_weekday(day), "site_url": settings.SITE_URL},
        wording=wording,
    )


def _suspend_or_leave(warning: UnusedWarning, check: YearlyCheck) -> bool:
    """A last manager, and whoever logs in at this moment, stays; the next run asks again."""
    try:
        people.suspend_unused(warning.user, before=check.unused_before)
    except (people.LastManagerError, StaleError):
        return False
    UnusedWarning.objects.filter(pk=warning.pk).update(suspended_at=timezone.now())
    return True
