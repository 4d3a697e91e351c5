"""不達通知: which mail of ours a delivery report is about, and whether the address is gone for good.

The address that a report comes to names the mail (lib.mail.return_address); what the many kinds of
reports say is read by flufl.bounce.
"""

import logging
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from flufl.bounce import all_failures

from lib.mail import number_in
from lib.text import clean_line

# Where mail servers write the address that a mail came to.
_ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
# 5.2.2: the mailbox is full (RFC 3463): final for this mail, not for the address.
_FULL = "5.2.2"
MAX_BYTES = 1024 * 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """`number` is of the mail; `is_final` where no other mail will arrive at the address either."""

    number: int
    is_final: bool
    problem: str


def read(content: bytes) -> Report | None:
    """None for what is no report on a mail of ours, as an answer of somebody who is away."""
    message = message_from_bytes(content[:MAX_BYTES])
    number = _number_of(message)
    if number is None:
        return None
    try:
        temporary, permanent = all_failures(message)
    except Exception:
        # Anybody can write to the address: what cannot be read must not stop the others.
        logger.exception("delivery report on %s cannot be read", number)
        return None
    if not temporary and not permanent:
        return None
    status, text = _status_of(message)
    is_final = bool(permanent) and status != _FULL
    return Report(number, is_final, text or status or "理由の書かれていない不達通知")


def _number_of(message: Message) -> int | None:
    for name in _ADDRESSED:
        for value in message.get_all(name, []):
            number = number_in(str(value))
            if number is not None:
                return number
    return None


def _status_of(message: Message) -> tuple[str, str]:
    """Status and what the other server said, of the first recipient in a DSN (RFC 3464)."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for block in part.get_payload():
            if isinstance(block, Message) and block["Status"]:
                # A remark in brackets may follow; whatever else stands there is another server's.
                status, *_ = clean_line(str(block["Status"])).split() or [""]
                return status, clean_line(str(block["Diagnostic-Code"] or ""))
    return "", ""
