"""Attachments that came while the scanner was away: nobody gets them before it has looked."""

import logging
from uuid import UUID

from django.core.cache import caches
from django.db import transaction

from board import files
from board.models import Attachment
from lib.clamd import ScannerAwayError
from members import audit, mailing, malware

# Of one pass of the worker, so that mail does not wait behind many files.
BATCH = 20
# Before a scanner that does not answer is asked again.
REST_SECONDS = 60
_AWAY = "scanner-away"
# Before content that is not there is looked for again.
MISSING_SECONDS = 60 * 60
_MISSING = "unscanned-and-missing"

logger = logging.getLogger(__name__)


def scan_waiting() -> int:
    """For the worker: files that were looked at; none while the scanner is away."""
    if caches["process"].get(_AWAY):
        return 0
    looked_at = 0
    missing: set[UUID] = caches["process"].get(_MISSING, set())
    for attachment in Attachment.objects.waiting_for_scan().exclude(pk__in=missing)[:BATCH]:
        try:
            _scan(attachment)
        except ScannerAwayError as error:
            logger.warning("%s; waiting files are tried again in %s s", error, REST_SECONDS)
            caches["process"].set(_AWAY, True, REST_SECONDS)
            break
        except FileNotFoundError:
            # Taken away in this moment, or lost: the others do not wait for it.
            logger.warning("the content of attachment %s is not there", attachment.pk)
            missing.add(attachment.pk)
            caches["process"].set(_MISSING, missing, MISSING_SECONDS)
            continue
        looked_at += 1
    return looked_at


def _scan(attachment: Attachment) -> None:
    with attachment.file.open() as content:
        signature = malware.signature_of(content)
    waiting = Attachment.objects.waiting_for_scan().filter(pk=attachment.pk)
    if signature:
        _take_away(attachment, signature)
    else:
        waiting.update(scan=Attachment.Scan.CLEAN)


@transaction.atomic
def _take_away(attachment: Attachment, signature: str) -> None:
    """The row stays and says why there is nothing; whoever uploaded it is told."""
    waiting = Attachment.objects.waiting_for_scan().filter(pk=attachment.pk)
    if not waiting.update(scan=Attachment.Scan.INFECTED, file="", thumbnail=""):
        return
    files.forget_content(attachment)
    audit.record("remove_file", attachment, by=None, signature=signature, sha256=attachment.sha256)
    mailing.deliver_to_person(
        "file_infected", attachment.uploaded_by, attachment=attachment, signature=signature
    )
