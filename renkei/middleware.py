"""What every answer carries, and which requests are refused unread."""

import html
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control

from renkei import errors

Handler = Callable[[HttpRequest], HttpResponseBase]

_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "geolocation", "microphone", "payment", "usb", "interest-cohort")
)


def isolation_headers(get_response: Handler) -> Handler:
    """Permissions-Policy and Cross-Origin-Resource-Policy; Django's own middleware sets the rest."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def refuse_large_requests(get_response: Handler) -> Handler:
    """413 by the announced length, before a byte of the body is read (the proxy does so too)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdigit() and int(announced) > settings.MAX_REQUEST_BYTES:
            return errors.too_large(request)
        return get_response(request)

    return middleware


class _Parser(MultiPartParser):
    """Django's drops the full-width space from names of files, as if it could not be printed.

    And it leaves the temporary file of an upload that broke off, or filled the disk, to chance.
    """

    def parse(self) -> Any:
        is_whole = False
        try:
            parsed = super().parse()
            is_whole = True
            return parsed
        finally:
            if not is_whole:
                for handler in self._upload_handlers:  # type: ignore[attr-defined]
                    handler.upload_interrupted()

    def sanitize_file_name(self, file_name: str) -> str | None:
        last = html.unescape(file_name).replace("\\", "/").rpartition("/")[2]
        shown = "".join(letter for letter in last if letter.isprintable() or letter == "\u3000")
        return None if shown in {"", ".", ".."} else shown


def full_file_names(get_response: Handler) -> Handler:
    """「実施要領　案.xlsx」 arrives under its own name."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        def parse(headers: dict[str, Any], body: Any) -> Any:
            return _Parser(headers, body, request.upload_handlers, request.encoding).parse()

        request.parse_file_upload = parse  # type: ignore[method-assign, assignment]
        return get_response(request)

    return middleware


def cache_policy(get_response: Handler) -> Handler:
    """Private and never stored, unless nobody is logged in and the view is public."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if "Cache-Control" in response.headers:
            return response
        if _is_shareable(request, response):
            patch_cache_control(response, public=True, max_age=60)
        else:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware


def _is_shareable(request: HttpRequest, response: HttpResponseBase) -> bool:
    match = request.resolver_match
    is_public = match is not None and getattr(match.func, "access", "") == "public"
    return (
        is_public
        and response.status_code in {200, 304}
        and not request.user.is_authenticated
        and not response.cookies
    )
