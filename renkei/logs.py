"""How the processes log: one line of JSON for each event (readable lines in the demonstration).

Lines hold numbers of rows, never names, texts or addresses that let somebody in.
"""

import json
import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
_request: ContextVar[str] = ContextVar("request", default="")
_KNOWN_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
# The same addresses as in deploy/nginx/renkei.conf.
_TOKEN = re.compile(
    r"(/(?:accounts/password/reset|members/mail/stop|members/me/address|members/register"
    r"|members/invitations|events/entries)/)[^/\s?\"']+"
)


class Masking(logging.Formatter):
    """Keys in addresses are no business of a log."""

    def format(self, record: logging.LogRecord) -> str:
        return _TOKEN.sub(r"\1*", super().format(record))


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": _request.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _TOKEN.sub(r"\1*", json.dumps(line, ensure_ascii=False))


def configuration(level: str, *, as_json: bool) -> dict[str, Any]:
    line: dict[str, Any] = {
        "()": "renkei.logs.Masking",
        "format": "{asctime} {levelname} {name} {message}",
        "style": "{",
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "renkei.logs.JsonLines"} if as_json else line},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        # Its own handler would write each error a second time.
        "loggers": {
            "django": {"handlers": [], "level": level},
            # A warning for each HEAD: Django leaves it to the server to drop the body.
            "gunicorn.http.wsgi": {"level": "ERROR"},
        },
    }


def name_requests(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: the proxy's number of the request, or one of ours, in every line and in the answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        number = given if _KNOWN_ID.fullmatch(given) else uuid.uuid4().hex
        token = _request.set(number)
        try:
            response = get_response(request)
        finally:
            _request.reset(token)
        response.headers[HEADER] = number
        return response

    return middleware


def request_number() -> str:
    """For the page of an error: what to tell the secretariat. Empty outside a request."""
    return _request.get()
