"""Everything that `make run` needs before the server starts, in one process."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from agreements.models import RegionalAgreement
from board.models import SearchEntry, Topic
from members.models import LocalGovernment


class Command(BaseCommand):
    help = "Migrate, load the real registers once, create the demo members. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.FILES_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        # Loaded once: a later start must not undo what the secretariat has edited since.
        if not LocalGovernment.objects.exists():
            call_command("import_local_governments")
        if not RegionalAgreement.objects.exists():
            call_command("import_agreements")
        call_command("apply_groups")
        call_command("load_wards")
        call_command("load_site_texts")
        call_command("load_themes")
        call_command("load_categories")
        call_command("load_news")
        # For a demonstration that is older than the index.
        if Topic.objects.exists() and not SearchEntry.objects.exists():
            call_command("rebuild_search")
        call_command("seed_demo")
