"""Read delivery reports and mark the addresses that mail does not reach."""

import imaplib
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from members import bounces, mailboxes


class Command(BaseCommand):
    help = "Read delivery reports from BOUNCE_MAILBOX, a Maildir, or standard input (one mail)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--maildir", type=Path, help="read this folder instead")
        parser.add_argument("--stdin", action="store_true", help="read one mail, as from a pipe")

    def handle(self, *args: Any, maildir: Path | None, stdin: bool, **options: Any) -> None:
        self.counted = 0
        if stdin:
            self._read(sys.stdin.buffer.read())
            number = 1
        elif maildir:
            if not (maildir / "new").is_dir():
                raise CommandError(f"{maildir} is no Maildir")
            number = mailboxes.read_maildir(maildir, self._read)
        elif settings.BOUNCE_MAILBOX:
            number = self._read_imap()
        else:
            raise CommandError("BOUNCE_MAILBOX is not set; or name --maildir or --stdin")
        self.stdout.write(f"mails read: {number}, delivery reports: {self.counted}")

    def _read_imap(self) -> int:
        try:
            return mailboxes.read_imap(settings.BOUNCE_MAILBOX, self._read)
        except (imaplib.IMAP4.error, OSError) as error:
            raise CommandError(f"the mailbox cannot be read: {error}") from error

    def _read(self, content: bytes) -> None:
        self.counted += bounces.take_in(content)
