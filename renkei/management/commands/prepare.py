"""Everything that a portal needs before it serves, and again after every update."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from agreements.models import RegionalAgreement
from board.models import SearchEntry, Topic
from members.models import LocalGovernment
from renkei import migrating


class Command(BaseCommand):
    help = "Migrate, load registers, wards, texts and categories where they are missing. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.FILES_DIR.mkdir(parents=True, exist_ok=True)
        migrating.migrate()
        call_command("createcachetable", verbosity=0)
        # Loaded once: a later start must not undo what the secretariat has edited since.
        if not LocalGovernment.objects.exists():
            call_command("import_local_governments")
        if not RegionalAgreement.objects.exists():
            call_command("import_agreements")
        for name in (
            *("apply_groups", "load_wards", "load_site_texts"),
            *("load_themes", "load_categories", "load_news"),
        ):
            call_command(name)
        # For a portal that is older than the index.
        if Topic.objects.exists() and not SearchEntry.objects.exists():
            call_command("rebuild_search")
