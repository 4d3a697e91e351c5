"""Writing the audit trail: who, from where, what, on what."""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from members.models import AuditEntry, User

logger = logging.getLogger(__name__)

_asking: ContextVar[HttpRequest | None] = ContextVar("asking", default=None)


def remember_source(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: entries that a request causes name the address it came from."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        token = _asking.set(request)
        try:
            return get_response(request)
        finally:
            _asking.reset(token)

    return middleware


def who_asks() -> User | None:
    """The person of the request in hand, for what has no person handed to it."""
    request = _asking.get()
    user = request.user if request else None
    return user if isinstance(user, User) else None


def _client_ip() -> str | None:
    """As the rate limits see it, so that TRUSTED_PROXY_COUNT is read in one place."""
    request = _asking.get()
    if request is None:
        return None
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None


def record(act: str, target: models.Model, *, by: User | None, **detail: Any) -> None:
    """In the transaction of the act itself: what is rolled back leaves no entry."""
    AuditEntry.objects.create(
        actor=by,
        ip=_client_ip(),
        act=act,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        detail=detail,
    )
    _log(act, f"{target._meta.label_lower} {target.pk}", by)


def record_many(act: str, model: type[models.Model], *, by: User | None, **detail: Any) -> None:
    """One entry for an act on many rows; `detail` holds the numbers."""
    AuditEntry.objects.create(
        actor=by, ip=_client_ip(), act=act, target_type=model._meta.label_lower, detail=detail
    )
    _log(act, model._meta.label_lower, by)


def _log(act: str, target: str, by: User | None) -> None:
    """Numbers only. The trail can be lost with its database; the log lies elsewhere."""
    logger.info("%s: %s by %s", act, target, by.pk if by else "nobody")
