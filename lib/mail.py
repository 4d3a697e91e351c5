"""The only caller of django.core.mail: one plain-text mail to one address."""

from smtplib import SMTPRecipientsRefused, SMTPSenderRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

SUBJECT_PREFIX = "【特別区全国連携】"


class RefusedError(Exception):
    """The server will never take this mail: trying again is of no use."""


def open_connection() -> BaseEmailBackend:
    """To be opened once for many mails; raises OSError or smtplib.SMTPException when in trouble."""
    connection = get_connection()
    connection.open()
    return connection


def send(
    connection: BaseEmailBackend, *, address: str, subject: str, body: str, identity: str
) -> None:
    """Equal identities give equal Message-IDs: a mail sent twice is shown once by most readers.

    Raises RefusedError, or OSError and smtplib.SMTPException for trouble that may pass.
    """
    message = EmailMessage(
        subject=SUBJECT_PREFIX + subject,
        body=body,
        to=[address],
        connection=connection,
        headers={
            "Message-ID": f"<{identity}@{urlsplit(settings.SITE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        if 500 <= code < 600:
            raise RefusedError(f"{code} {text.decode(errors='replace')}") from error
        raise
    except SMTPSenderRefused as error:
        raise RefusedError(str(error)) from error
