"""A real SMTP server on the loopback address, and what it was given."""

import asyncio
import email
from contextlib import contextmanager
from email import policy

from aiosmtpd.controller import Controller

from tests.server import free_port

HANG_SECONDS = 2
# Longer than any test waits.
STUCK_SECONDS = 300
# For settings: nobody listens there.
AWAY = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "127.0.0.1",
    "EMAIL_PORT": 1,
}


class Mailbox:
    """Keeps what it is given; refuses addresses that begin with nobody or later.

    `trouble` is what the server suffers from at the next mails: "busy" (421), "hangs", "dies",
    "spam" (554 after the text), "stuck" (takes the text and gives no answer); then it is well again.
    """

    def __init__(self, port=None):
        self.envelopes, self.trouble = [], []
        self.port = port or free_port()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "busy":
            return "421 4.3.2 too many connections"
        if trouble == "hangs":
            await asyncio.sleep(HANG_SECONDS)
        if trouble == "dies":
            server.transport.abort()
            return "250 OK"
        envelope.trouble = trouble
        if address.startswith("nobody"):
            return "550 no such user"
        if address.startswith("later"):
            return "450 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if envelope.trouble == "spam":
            return "554 5.7.1 message refused"
        self.envelopes.append(envelope)
        if envelope.trouble == "stuck":
            await asyncio.sleep(STUCK_SECONDS)
        return "250 OK"

    @property
    def messages(self):
        return [
            email.message_from_bytes(envelope.content, policy=policy.default)
            for envelope in self.envelopes
        ]


@contextmanager
def mail_server(port=None):
    """Listens on a free port, unless one is named."""
    box = Mailbox(port)
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
