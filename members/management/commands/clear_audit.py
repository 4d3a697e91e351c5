"""Entries of the audit trail that are older than three years."""

from typing import Any

from django.core.management.base import BaseCommand

from members.audit_retention import clear_audit


class Command(BaseCommand):
    help = "Clear entries of the audit trail that are older than three years. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        number = clear_audit(progress=lambda cleared: self.stdout.write(f"{cleared} …"))
        self.stdout.write(f"audit trail: {number} cleared")
