"""添付: taking files in, giving them out, and clearing what nobody owns any more."""

import logging
from collections.abc import Iterable
from functools import partial
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils.datastructures import MultiValueDict

from board.models import Attachment, Topic
from board.models.attachment import AttachmentQuerySet
from lib import archives, images, uploads
from lib.clamd import ScannerAwayError
from lib.storage import has_room, is_full
from members import malware
from members.access import AnyUser
from members.models import Draft, Organization

logger = logging.getLogger(__name__)

# Of everything that a body has attached (security.md, 58).
QUOTA_BYTES = 1024**3


def attach(draft: Draft, incoming: Iterable[UploadedFile]) -> list[str]:
    """Stores what may be stored; answers what is wrong with the others, naming each file."""
    errors = []
    for upload in incoming:
        try:
            _attach(draft, upload)
        except ValidationError as error:
            errors += error.messages
    return errors


def _attach(draft: Draft, upload: UploadedFile) -> None:
    name = uploads.clean_name(upload.name or "")
    _check_room(draft, name, upload.size or 0)
    found = uploads.inspect(upload)
    scan = _scanned(upload, draft)
    content: Any = images.reencode(upload) if found.is_image else upload
    small = images.thumbnail(content) if found.is_image else None
    row = Attachment(
        draft=draft,
        organization=draft.seat.organization,
        name=name,
        content_type=found.content_type,
        size=content.size,
        sha256=uploads.checksum(content),
        scan=scan,
        uploaded_by=draft.user,
        position=draft.attachments.count(),
    )
    _store(row, content, small)
    row.save()


def _store(row: Attachment, content: Any, small: Any) -> None:
    """Both, or nothing and a ValidationError where the disk is full."""
    try:
        row.file.save(row.name, content, save=False)
        if small:
            row.thumbnail.save(row.name, small, save=False)
    except OSError as error:
        if row.file:
            row.file.delete(save=False)
        if is_full(error):
            raise _no_space(row.name) from error
        raise


def _no_space(name: str) -> ValidationError:
    return ValidationError(
        f"「{name}」を添付できません。サーバーの空き容量が足りないためです。"
        "文章はこのまま送信できます。ファイルについては、事務局にお知らせください。"
    )


def _scanned(upload: UploadedFile, draft: Draft) -> Attachment.Scan:
    """Raises ValidationError for an infected one; without an answer it waits for the worker."""
    try:
        malware.refuse_infected(upload, Attachment, by=draft.user)
    except ScannerAwayError as error:
        logger.warning("%s; the file waits", error)
        return Attachment.Scan.WAITING
    return Attachment.Scan.CLEAN


def _check_room(draft: Draft, name: str, size: int) -> None:
    if draft.attachments.count() >= uploads.MAX_FILES:
        raise ValidationError(
            f"「{name}」を添付できません。ファイルは{uploads.MAX_FILES}個までです。"
        )
    if not has_room(size):
        raise _no_space(name)
    if used_by(draft.seat.organization) + size > QUOTA_BYTES:
        raise ValidationError(
            f"「{name}」を添付できません。貴団体の添付ファイルの合計が1GBを超えます。"
            "古い投稿の添付を外すか、事務局にご相談ください。"
        )


def used_by(organization: Organization) -> int:
    """Bytes of all files of a body."""
    kept = Attachment.objects.filter(organization=organization).exclude(
        scan=Attachment.Scan.INFECTED
    )
    total = kept.aggregate(sum=Sum("size"))
    return total["sum"] or 0


def remove(attachments: Iterable[Attachment]) -> None:
    """Rows now, stored content once the transaction is safe."""
    for attachment in attachments:
        forget_content(attachment)
        attachment.delete()


def forget_content(attachment: Attachment) -> None:
    """What is stored goes once the transaction is safe."""
    for file in (attachment.file, attachment.thumbnail):
        if file:
            transaction.on_commit(partial(default_storage.delete, str(file)))


def of_topic(topic: Topic, user: AnyUser) -> AttachmentQuerySet:
    """Those of a visible topic and its replies that the person may have, in reading order."""
    found = Attachment.objects.in_topic(topic, user)
    return found.select_related("reply").order_by("reply__seq", "position", "uploaded_at")


def archive(attachments: Iterable[Attachment]) -> IO[bytes]:
    """One ZIP; files of a reply carry its number in front."""
    named = (
        (f"返信{file.reply.seq}_{file.name}" if file.reply else file.name, file.file.open())
        for file in attachments
    )
    return archives.zip_of(named)


def keep(draft: Draft, incoming: MultiValueDict) -> None:
    """The files of a form that came after the session had ended; what is refused is named later."""
    attach(draft, incoming.getlist("files"))
