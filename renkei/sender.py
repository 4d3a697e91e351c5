"""Sends what lies in the outbox; any number of processes on any number of hosts."""

import logging
from smtplib import SMTPException

from lib import mail
from members.models import Delivery

BATCH = 50

logger = logging.getLogger(__name__)


def send_due_mail() -> int:
    """One batch over one connection; answers how many rows were settled."""
    rows = Delivery.objects.all().claim(limit=BATCH)
    if not rows:
        return 0
    try:
        connection = mail.open_connection()
    except (OSError, SMTPException) as error:
        for row in rows:
            row.record_trouble(f"メールサーバーに接続できません：{error}")
        logger.warning("mail server out of reach: %s", error)
        return 0
    try:
        return sum(_send(connection, row) for row in rows)
    finally:
        connection.close()


def _send(connection: mail.BaseEmailBackend, row: Delivery) -> bool:
    if row.is_for_body_outside:
        row.record_skipped("利用停止または退会した団体です。")
        return True
    try:
        mail.send(
            connection,
            address=row.address,
            subject=row.subject,
            body=row.body,
            identity=f"delivery-{row.pk}",
        )
    except mail.RefusedError as error:
        row.record_refused(str(error))
    except (OSError, SMTPException) as error:
        row.record_trouble(str(error))
        return False
    else:
        row.record_sent()
    return True
