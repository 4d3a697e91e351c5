"""知らせる: a notice is written with the act, and spread by the worker to inboxes and the outbox."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from members import mail_lists
from members.mail_lists import MailList
from members.models import (
    Delivery,
    MailAddress,
    Notice,
    Notification,
    NotificationRead,
    Organization,
    Rhythm,
    Seat,
    User,
)

BATCH = 500
KEPT = timedelta(days=180)
# Of these a section hears once, until somebody of it comes back.
ONCE_UNTIL_READ = (Notice.Kind.REPLY, Notice.Kind.ANSWER)

NO_ADDRESS = "宛先のメールアドレスがありません。"
CHOSEN_NOT = "設定により、メールで受け取りません。"
BOUNCED = "宛先に届かないため、送信を止めています。"
STILL_UNREAD = "前のお知らせがまだ読まれていません。"


@dataclass(frozen=True)
class Recipient:
    """A section that hears of something. What is required is mailed at once, whatever was chosen."""

    seat: Seat
    mail_list: MailList
    is_required: bool = False


def tell(kind: Notice.Kind, *, key: str, **fields: Any) -> None:
    """In the transaction of the act. Safe to call twice: the same key is one notice."""
    Notice.objects.bulk_create([Notice(kind=kind, key=key, **fields)], ignore_conflicts=True)


@transaction.atomic
def tell_inboxes(seats: Iterable[Seat], text: str, *, key: str, path: str) -> None:
    """At once and without mail, where the act mails by itself."""
    tell(Notice.Kind.MEMBERSHIP, key=key, text=text, path=path, spread_at=timezone.now())
    notice = Notice.objects.get(key=key)
    Notification.objects.bulk_create(
        [Notification(notice=notice, seat=seat) for seat in seats], ignore_conflicts=True
    )


@transaction.atomic
def spread(notice: Notice, recipients: list[Recipient]) -> bool:
    """To each inbox and address once; a process that dies in between leaves nothing of it.

    As many queries for one section as for all of Japan. False when another process was quicker.
    """
    now = timezone.now()
    taken = Notice.objects.waiting().filter(pk=notice.pk)
    if not taken.update(spread_at=now, leased_until=None):
        return False
    seats = [recipient.seat for recipient in recipients]
    Notification.objects.bulk_create(
        [Notification(notice=notice, seat=seat, created_at=now) for seat in seats],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    mails = _mails(notice, recipients, now)
    MailAddress.objects.bulk_create(
        [MailAddress(address=mail.address) for mail in mails if mail.address],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    Delivery.objects.bulk_create(mails, batch_size=BATCH, ignore_conflicts=True)
    return True


def _mails(notice: Notice, recipients: list[Recipient], now: datetime) -> list[Delivery]:
    seats = [recipient.seat for recipient in recipients]
    people = _people(seats)
    names = {recipient.mail_list.name for recipient in recipients}
    chosen = mail_lists.settings_of(seats, names)
    dead = set(MailAddress.objects.bounced().values_list("address", flat=True))
    behind = _behind(notice, people) if notice.kind in ONCE_UNTIL_READ else set()
    by_seat: dict[int, list[User]] = defaultdict(list)
    for person in people:
        by_seat[person.seat_id].append(person)
    mails = []
    for recipient in recipients:
        seat, own = recipient.seat, by_seat[recipient.seat.pk]
        addressees: list[User | None] = [None, *own] if seat.mailbox or not own else [*own]
        for addressee in addressees:
            mail = _mail(notice, recipient, addressee, chosen, now)
            if mail.state == Delivery.State.WAITING and mail.address in dead:
                _skip(mail, BOUNCED)
            if addressee and addressee.pk in behind:
                _skip(mail, STILL_UNREAD)
            mails.append(mail)
    return mails


def _mail(
    notice: Notice,
    recipient: Recipient,
    person: User | None,
    chosen: mail_lists.Settings,
    now: datetime,
) -> Delivery:
    seat, mail_list = recipient.seat, recipient.mail_list
    key = (seat.pk, person.pk if person else None, mail_list.name)
    rhythm = Rhythm.AT_ONCE if recipient.is_required else chosen.get(key, mail_list.default)
    mail = Delivery(
        address=(person.email if person else seat.mailbox) or "",
        key=notice.key,
        notice=notice,
        seat=seat,
        user=person,
        mail_list=mail_list.name,
        is_required=recipient.is_required,
        is_collected=rhythm in (Rhythm.DAILY, Rhythm.WEEKLY),
        due_at=mail_lists.due_at(rhythm, now),
        created_at=now,
    )
    if not mail.address:
        # Kept apart from the others of its kind by the seat: an address it has none.
        mail.key = f"{notice.key}-{seat.pk}"
        _skip(mail, NO_ADDRESS)
    elif rhythm == Rhythm.NEVER:
        _skip(mail, CHOSEN_NOT)
    return mail


def _skip(mail: Delivery, reason: str) -> None:
    mail.state, mail.reason = Delivery.State.SKIPPED, reason


def _people(seats: list[Seat]) -> list[User]:
    """Who asked for mail to the own address; in a section without a mailbox, all who have one."""
    able = User.objects.filter(
        seat__in=[seat.pk for seat in seats],
        is_active=True,
        seat__organization__status=Organization.Status.ACTIVE,
    ).exclude(email=None)
    return list(able.filter(Q(gets_mail=True) | Q(seat__mailbox="")).order_by("id"))


def _behind(notice: Notice, people: list[User]) -> set[int]:
    """Who has not read what the section was told before."""
    read = NotificationRead.objects.filter(
        notification=OuterRef("pk"), user=OuterRef(OuterRef("pk"))
    )
    earlier = Notification.objects.filter(
        ~Exists(read),
        seat=OuterRef("seat"),
        notice__topic=notice.topic,
        notice__kind=notice.kind,
        notice__pk__lt=notice.pk,
        created_at__gte=OuterRef("joined_at"),
    )
    asked = User.objects.filter(pk__in=[person.pk for person in people])
    return set(asked.filter(Exists(earlier)).order_by().values_list("pk", flat=True))


def seats_still_behind(notice: Notice) -> Any:
    """Sections where nobody has read what they were told of the same topic before."""
    read = NotificationRead.objects.filter(notification=OuterRef("pk"), user__is_active=True)
    earlier = Notification.objects.filter(
        ~Exists(read),
        notice__topic=notice.topic,
        notice__kind=notice.kind,
        notice__pk__lt=notice.pk,
    )
    return earlier.order_by().values("seat")


def mark_read(user: User, notifications: Any) -> None:
    """For the person alone. What was read before costs one query."""
    unseen = notifications.unseen_by(user).order_by()
    keys = list(unseen.values_list("pk", flat=True))
    NotificationRead.objects.bulk_create(
        [NotificationRead(notification_id=key, user=user) for key in keys],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def mark_topic_read(user: User, topic: int) -> None:
    mark_read(user, Notification.objects.filter(notice__topic=topic))


def clear_old() -> int:
    """Daily: what is older than KEPT leaves the inbox; the outbox stays the record."""
    old = Notification.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.delete()[0]
