"""Attachments: no address serves one without asking whether the person may see its owner."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from board.files import archive, of_topic
from board.models import Attachment
from board.views.topic import topic_or_404
from members.access import MemberRequest, member_only

# Nothing uploaded runs in our origin. Chromium's viewer draws a PDF under this policy all the same
# (seen in version 156; a browser that does not still has the download beside it).
_SANDBOX = "sandbox; default-src 'none'"


def _file_or_404(request: MemberRequest, pk: str) -> Attachment:
    """Held back by the scanner is not there."""
    return get_object_or_404(Attachment.objects.visible_to(request.user).clean(), pk=pk)


@require_safe
@member_only
def file(request: MemberRequest, pk: str) -> FileResponse:
    """A download; with `?inline` images and PDF open in the browser."""
    found = _file_or_404(request, pk)
    inline = "inline" in request.GET and found.opens_inline
    response = FileResponse(
        found.file.open(),
        as_attachment=not inline,
        filename=found.name,
        content_type=found.content_type,
    )
    response.headers["Content-Security-Policy"] = _SANDBOX
    return response


@require_safe
@member_only
def thumbnail(request: MemberRequest, pk: str) -> FileResponse:
    found = _file_or_404(request, pk)
    if not found.thumbnail:
        raise Http404
    response = FileResponse(found.thumbnail.open(), content_type="image/webp")
    response.headers["Content-Security-Policy"] = _SANDBOX
    return response


@require_safe
@member_only
def files_zip(request: MemberRequest, pk: int) -> FileResponse:
    """All files of the topic that the person may have."""
    topic = topic_or_404(request, pk)
    files = list(of_topic(topic, request.user).clean())
    if not files:
        raise Http404
    return FileResponse(
        archive(files),
        as_attachment=True,
        filename=f"掲示板{topic.pk}_添付ファイル.zip",
        content_type="application/zip",
    )
