"""Whether a mail of a notice is still to be sent: asked again for a whole batch before it goes out."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing
from django.db import IntegrityError, transaction

from members import inbox, mail_lists
from members.mail_lists import Settings
from members.models import Delivery, MailAddress, NotificationRead, Rhythm, Seat, User

OUTSIDE = "利用停止または退会した団体です。"
GONE = "利用をやめたか、ほかの部署に移った人です。"
READ = "すでに読まれています。"
MOVED_ADDRESS = "宛先のメールアドレスが変わりました。"

_SALT = "members.sending.stop"
# In a stop link: everything that this address gets collected.
COLLECTED = "collected"


@dataclass(frozen=True)
class Readiness:
    """What is known of a batch of rows, in as many queries for one row as for a hundred."""

    chosen: Settings
    bounced: frozenset[str]
    read: frozenset[int]

    @classmethod
    def of(cls, rows: list[Delivery]) -> "Readiness":
        told = [row for row in rows if row.notice_id]
        seats = [row.seat for row in told if row.seat]
        dead = MailAddress.objects.bounced().filter(address__in={row.address for row in rows})
        return cls(
            chosen=mail_lists.settings_of(seats, {row.mail_list for row in told}),
            bounced=frozenset(dead.values_list("address", flat=True)),
            read=_read(told),
        )

    def reason_to_skip(self, row: Delivery) -> str:
        """Empty where the mail is to go out."""
        if row.is_for_body_outside:
            return OUTSIDE
        if row.notice_id is None or row.seat is None:
            return ""
        if row.user and (not row.user.is_active or row.user.seat_id != row.seat_id):
            return GONE
        if row.address != row.address_of_today:
            return MOVED_ADDRESS
        if row.address in self.bounced:
            return inbox.BOUNCED
        key = (row.seat_id or 0, row.user_id, row.mail_list)
        if not row.is_required and self.chosen.get(key) == Rhythm.NEVER:
            return inbox.CHOSEN_NOT
        return READ if row.pk in self.read and not row.is_required else ""


def _read(rows: list[Delivery]) -> frozenset[int]:
    """By the person, or for the mailbox by any active person of the section."""
    reads = NotificationRead.objects.filter(
        notification__notice__in={row.notice_id for row in rows},
        notification__seat__in={row.seat_id for row in rows},
        user__is_active=True,
    )
    known = set(reads.values_list("notification__notice", "notification__seat", "user"))
    of_seats = {(notice, seat) for notice, seat, _ in known}
    return frozenset(
        row.pk
        for row in rows
        if (
            (row.notice_id, row.seat_id, row.user_id) in known
            if row.user_id
            else (row.notice_id, row.seat_id) in of_seats
        )
    )


def follow_addresses(rows: Iterable[Delivery]) -> None:
    """What was written for an address that was changed meanwhile goes to the one of today."""
    for row in rows:
        today = row.address_of_today
        if row.notice_id is None or not today or today == row.address:
            continue
        try:
            with transaction.atomic():
                Delivery.objects.filter(pk=row.pk).update(address=today)
        except IntegrityError:
            # The same notice is in the outbox for that address already.
            continue
        row.address = today
        MailAddress.objects.get_or_create(address=today)


def stop_token(row: Delivery) -> str:
    """For a link that stops one list for one address, and can do nothing else."""
    name = COLLECTED if row.is_collected else row.mail_list
    return signing.dumps([row.seat_id, row.user_id, name], salt=_SALT, compress=True)


@dataclass(frozen=True)
class Stop:
    """What a stop link stands for."""

    seat: Seat
    user: User | None
    name: str

    @classmethod
    def of(cls, token: str) -> "Stop | None":
        """None for a token that we did not make, or of an address that is no more."""
        try:
            seat_id, user_id, name = signing.loads(token, salt=_SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        seat = Seat.objects.select_related("organization").filter(pk=seat_id).first()
        user = User.objects.filter(pk=user_id, seat=seat_id).first() if user_id else None
        return None if seat is None or (user_id and user is None) else cls(seat, user, name)

    @property
    def address(self) -> str:
        return (self.user.email if self.user else self.seat.mailbox) or ""
