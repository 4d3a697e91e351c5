"""The only caller of django.core.mail: one plain-text mail to one address."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import format_datetime, parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import sanitize_address
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from lib.columns import wrap
from lib.text import clean_line

SUBJECT_PREFIX = "【特別区全国連携】"
_RETURN_TAG = re.compile(r"\+(?P<number>[0-9]{1,18})-(?P<seal>[0-9a-f]{16})@")


class RefusedError(Exception):
    """The server will never take this mail: trying again is of no use."""


class UnknownAddressError(RefusedError):
    """Nobody has this address: no other mail will arrive there either."""


def open_connection() -> BaseEmailBackend:
    """To be opened once for many mails; raises OSError or smtplib.SMTPException when in trouble."""
    connection = get_connection()
    connection.open()
    return connection


def send(
    connection: BaseEmailBackend,
    *,
    address: str,
    subject: str,
    body: str,
    identity: str,
    number: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Equal identities give equal Message-IDs: a mail sent twice is shown once by most readers.

    `number` comes back in the address of a delivery report. Raises RefusedError, or OSError and
    smtplib.SMTPException for trouble that may pass.
    """
    _check_host(address)
    message = EmailMessage(
        # A title may hold anything; a header is one line.
        subject=" ".join(f"{SUBJECT_PREFIX}{subject}".split()),
        body=wrap(body),
        from_email=return_address(number),
        to=[address],
        connection=connection,
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": message_id(identity),
            "Date": format_datetime(timezone.localtime()),
            "Auto-Submitted": "auto-generated",
            **(headers or {}),
        },
    )
    with _final_refusals():
        message.send()


@contextmanager
def _final_refusals() -> Iterator[None]:
    try:
        yield
    except SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        _raise_if_final(code, clean_line(text.decode(errors="replace")))
        raise
    except (SMTPSenderRefused, SMTPDataError) as error:
        if 500 <= error.smtp_code < 600:
            raise RefusedError(str(error)) from error
        raise


def _check_host(address: str) -> None:
    """Forms take hosts that no envelope can name (RFC 3490), as a label of sixty kana."""
    try:
        sanitize_address(address, "utf-8")
    except ValueError as error:
        raise UnknownAddressError(str(error)) from error


def _raise_if_final(code: int, text: str) -> None:
    """5.1.x is a wrong address, also where the server says only 550 (RFC 3463, RFC 5321)."""
    if not 500 <= code < 600:
        return
    status = re.match(r"5\.(\d+)\.", text)
    is_unknown = status[1] == "1" if status else code in (550, 551, 553)
    raise (UnknownAddressError if is_unknown else RefusedError)(f"{code} {text}")


def message_id(identity: str) -> str:
    return f"<{identity}@{urlsplit(settings.SITE_URL).hostname}>"


def return_address(number: int | None) -> str:
    """Where delivery reports go: the address of the sender, or BOUNCE_ADDRESS with the number."""
    if not settings.BOUNCE_ADDRESS or number is None:
        return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    local, _, domain = settings.BOUNCE_ADDRESS.partition("@")
    return f"{local}+{number}-{_seal(number)}@{domain}"


def number_in(address: str) -> int | None:
    """Of a return address that we made ourselves; None for any other."""
    found = _RETURN_TAG.search(address)
    if found and constant_time_compare(found["seal"], _seal(int(found["number"]))):
        return int(found["number"])
    return None


def _seal(number: int) -> str:
    return salted_hmac("lib.mail.return_address", str(number)).hexdigest()[:16]
