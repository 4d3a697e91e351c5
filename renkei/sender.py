"""Sends what lies in the outbox; any number of processes on any number of hosts."""

import logging
from collections import defaultdict
from smtplib import SMTPException, SMTPRecipientsRefused
from uuid import UUID, uuid4

from board.mails import Posts
from lib import mail
from members import bounces
from members.models import Delivery, MailAddress
from members.sending import Readiness, follow_addresses
from renkei.composing import Composer, Mail
from renkei.models import Restoration

BATCH = 50
ADDRESSES = 20
# A server that fails as often in a row gets a rest: the batch must end before its lease does.
MAX_STRIKES = 3

logger = logging.getLogger(__name__)


def send_due_mail() -> int:
    """One batch over one connection; answers how many rows were settled."""
    return 0 if _is_frozen() else _send_single() or _send_digests()


def send_digests() -> int:
    """As send_due_mail(), of digests alone."""
    return 0 if _is_frozen() else _send_digests()


def _is_frozen() -> bool:
    """A restored copy sends nothing before go_live: the server that it was made on may still run."""
    return Restoration.objects.frozen().exists()


def _send_single() -> int:
    rows = Delivery.objects.all().claim(limit=BATCH)
    if not rows:
        return 0
    wanted, posts = _still_wanted(rows)
    settled = len(rows) - len(wanted)
    return settled + _Postman(posts).carry([[row] for row in wanted])


def _send_digests() -> int:
    """What is due for some addresses, each in one mail; answers how many rows were settled."""
    addresses = MailAddress.objects.all().claim_with_digest(limit=ADDRESSES)
    if not addresses:
        return 0
    rows = Delivery.objects.all().claim_collected(addresses)
    wanted, posts = _still_wanted(rows)
    settled = len(rows) - len(wanted)
    settled += _Postman(posts).carry(_digests(wanted))
    MailAddress.objects.filter(address__in=addresses).update(leased_until=None)
    return settled


def _still_wanted(rows: list[Delivery]) -> tuple[list[Delivery], Posts]:
    """Settles what is not to be sent any more, each with its reason."""
    follow_addresses(rows)
    readiness, posts = Readiness.of(rows), Posts.of(rows)
    wanted = []
    for row in rows:
        reason = readiness.reason_to_skip(row) or posts.reason_to_skip(row)
        if reason:
            row.record_skipped(reason)
        else:
            wanted.append(row)
    return wanted, posts


def _digests(rows: list[Delivery]) -> list[list[Delivery]]:
    """One for each address. What was in a mail when its process died goes out as that mail again."""
    groups: dict[tuple[str, UUID | None], list[Delivery]] = defaultdict(list)
    for row in rows:
        groups[row.address, row.mail_id].append(row)
    for (_, known), group in groups.items():
        identity = known or uuid4()
        Delivery.objects.filter(pk__in=[row.pk for row in group]).update(mail_id=identity)
        for row in group:
            row.mail_id = identity
    return list(groups.values())


class _Postman:
    """One connection; one mail after the other, each settled before the next."""

    def __init__(self, posts: Posts) -> None:
        self.composer = Composer.of(posts)
        self.strikes = 0
        self.last_trouble = ""

    def carry(self, mails: list[list[Delivery]]) -> int:
        """Each mail stands for the rows in it; answers how many rows were settled."""
        if not mails:
            return 0
        try:
            self.connection = mail.open_connection()
        except (OSError, SMTPException) as error:
            logger.warning("mail server out of reach: %s", error)
            self.strikes = MAX_STRIKES
            self.last_trouble = f"メールサーバーに接続できません：{error}"
            return sum(self._send(rows) for rows in mails)
        try:
            return sum(self._send(rows) for rows in mails)
        finally:
            self.connection.close()

    def _send(self, rows: list[Delivery]) -> int:
        if self.strikes >= MAX_STRIKES:
            return self._put_off(rows, self.last_trouble)
        first = rows[0]
        written = self._write(rows)
        identity = f"digest-{first.mail_id}" if first.mail_id else f"delivery-{first.pk}"
        try:
            mail.send(
                self.connection,
                address=first.address,
                subject=written.subject,
                body=written.body,
                headers=written.headers,
                identity=identity,
                number=first.pk,
            )
        except mail.RefusedError as error:
            if isinstance(error, mail.UnknownAddressError):
                bounces.record_hard(first.address, str(error))
            Delivery.objects.settle_refused(rows, str(error))
        except (OSError, SMTPException) as error:
            # The connection may be dead (after 421 it is): the next mail opens another one.
            self.connection.close()
            if not isinstance(error, SMTPRecipientsRefused):
                self.strikes += 1
            return self._put_off(rows, str(error))
        else:
            self.strikes = 0
            Delivery.objects.settle_sent(rows, written.subject)
        return len(rows)

    def _write(self, rows: list[Delivery]) -> Mail:
        first = rows[0]
        if first.notice_id is None:
            return Mail(first.subject, first.body, {})
        if first.is_collected:
            return self.composer.of_digest(rows)
        return self.composer.of_notice(first)

    def _put_off(self, rows: list[Delivery], trouble: str) -> int:
        self.last_trouble = trouble
        for row in rows:
            row.record_trouble(trouble)
        return 0
