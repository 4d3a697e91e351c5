"""Run one scheduled job now, whether or not it has run in this period."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from renkei.jobs import JOBS, run_job
from renkei.models import JobRun


class Command(BaseCommand):
    help = "Run one scheduled job now; without a name, list the jobs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", choices=sorted(JOBS), metavar="job")

    def handle(self, *args: Any, name: str | None, **options: Any) -> None:
        if name is None:
            for job in JOBS.values():
                self.stdout.write(f"{job.name}  {job.label}")
            return
        period = f"by hand {timezone.localtime():%Y-%m-%d %H:%M:%S}"
        run_job(name, period, now=timezone.now())
        failure = JobRun.objects.get(job=name, period=period).failure
        if failure:
            raise CommandError(f"{name} failed: {failure}")
        self.stdout.write(f"{name}: done")
