"""Let a restored portal mail again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from renkei.backups import keeping


class Command(BaseCommand):
    help = "Let a restored portal mail again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--drop-waiting-mail",
            action="store_true",
            help="what was due before the restore counts as sent by the old server",
        )

    def handle(self, *args: Any, drop_waiting_mail: bool, **options: Any) -> None:
        waited = keeping.go_live(drops_waiting_mail=drop_waiting_mail)
        self.stdout.write("mail goes out again" if waited else "nothing was frozen")
