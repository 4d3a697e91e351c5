"""The secretariat and the 23 wards: members from the start, without application."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from members.models import LocalGovernment, Organization, Seat

TOKYO = "13"


class Command(BaseCommand):
    help = (
        "Create the secretariat and the 23 wards with a seat each. Existing ones stay as they are."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        wards = LocalGovernment.objects.filter(kind=LocalGovernment.Kind.WARD)
        if not wards:
            raise CommandError("No wards in the master: run import_local_governments first.")
        made = self._secretariat() + sum(self._ward(ward) for ward in wards)
        self.stdout.write(f"wards and secretariat: {made} new")

    def _secretariat(self) -> bool:
        organization, is_new = Organization.objects.get_or_create(
            kind=Organization.Kind.SECRETARIAT,
            defaults={
                "prefecture": TOKYO,
                "name": "特別区長会事務局",
                "kana": "とくべつくちょうかいじむきょく",
            },
        )
        Seat.objects.get_or_create(organization=organization, section="事務局")
        return is_new

    def _ward(self, ward: LocalGovernment) -> bool:
        organization, is_new = Organization.objects.get_or_create(
            local_government=ward,
            defaults={
                "kind": Organization.Kind.WARD,
                "prefecture": ward.prefecture,
                "name": ward.name,
                "kana": ward.kana,
                "website": ward.website,
            },
        )
        if is_new:
            Seat.objects.create(organization=organization, section="連携担当")
        return is_new
