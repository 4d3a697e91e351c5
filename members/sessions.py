"""How long a log-in lasts. Town halls share PCs: there is no 'remember me'."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from members import consent
from members.access import is_secretariat
from members.devices import describe
from members.models import User

IDLE_LIMIT = timedelta(minutes=60)
SECRETARIAT_IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
# The only write that reading a page may cause; more often would cost every page one.
RENEWAL = timedelta(minutes=5)

_STARTED, _SEEN = "started_at", "seen_at"


def end_stale_sessions(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: log out after the idle or the absolute limit, else renew every few minutes."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.user, User):
            _end_or_renew(request, request.user)
        else:
            _bury_expired(request)
        return get_response(request)

    return middleware


def _end_or_renew(request: HttpRequest, user: User) -> None:
    now = timezone.now()
    started = request.session.setdefault(_STARTED, now.timestamp())
    seen = request.session.get(_SEEN, now.timestamp())
    # Negative ages come from a clock that was set back: such a session is renewed, not ended.
    if _age(now, seen) > _idle_limit(user) or _age(now, started) > ABSOLUTE_LIMIT:
        logout(request)
    elif _SEEN not in request.session or abs(_age(now, seen)) > RENEWAL:
        request.session[_SEEN] = now.timestamp()
        User.objects.filter(pk=user.pk).update(last_seen_at=now)
        UserSession.objects.create_from_request(request)
        consent.look(request, user)


def _idle_limit(user: User) -> timedelta:
    return SECRETARIAT_IDLE_LIMIT if is_secretariat(user) else IDLE_LIMIT


def _bury_expired(request: HttpRequest) -> None:
    """A cookie whose time was over once stays dead, also when the clock is set back afterwards."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if key and request.session.session_key is None:
        Session.objects.filter(session_key=key, expire_date__lte=timezone.now()).delete()


def _age(now: datetime, timestamp: float) -> timedelta:
    return timedelta(seconds=now.timestamp() - timestamp)


def open_sessions(user: User, *, current: str | None) -> list[dict[str, Any]]:
    """The one in use first, then by last use. What is idle for too long is over already."""
    stored = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    known = UserSession.objects.filter(
        user=user, session_key__in=stored, last_seen_at__gte=timezone.now() - _idle_limit(user)
    )
    ordered = sorted(known, key=lambda one: (one.session_key == current, one.last_seen_at))
    return [
        {
            "pk": one.pk,
            "device": describe(one.user_agent),
            "started_at": one.created_at,
            "seen_at": one.last_seen_at,
            "is_current": one.session_key == current,
        }
        for one in reversed(ordered)
    ]


def end_sessions(user: User, *, except_key: str | None = None) -> None:
    """Deletes the rows: such a cookie stays dead, whatever becomes of the person later."""
    ended = UserSession.objects.filter(user=user).exclude(session_key=except_key or "")
    keys = list(ended.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    ended.delete()
