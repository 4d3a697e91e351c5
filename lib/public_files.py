"""Published files: served under their own name, never able to run in our origin."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response


@dataclass(frozen=True)
class PublicFile:
    """`sha256` names the content; only images that we drew anew open in the browser.

    `count` is called once for each download: not for a look at the headers, nor where the
    visitor's own copy is still good.
    """

    content: FieldFile
    name: str
    content_type: str
    sha256: str
    opens_inline: bool = False
    count: Callable[[], None] | None = None

    @property
    def etag(self) -> str:
        return f'"{self.sha256}"'


def respond(request: HttpRequest, file: PublicFile) -> HttpResponseBase:
    """304 for a visitor who has it."""
    unchanged = get_conditional_response(request, etag=file.etag)
    if unchanged is not None:
        return unchanged
    if file.count and request.method == "GET":
        file.count()
    response = FileResponse(
        file.content.open(),
        as_attachment=not file.opens_inline,
        filename=file.name,
        content_type=file.content_type,
    )
    response.headers["ETag"] = file.etag
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
