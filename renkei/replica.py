"""Public pages read a standby of the database, where one is named (`REPLICA_DATABASE_URL`).

Whoever carries a cookie of ours has logged in or opened a form: such a person never reads what may be a moment old.
Everything else (members, forms, admin, worker, commands) keeps to the primary, which also answers in the place of a
standby that is away, too far behind, or does not know a page yet.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django import db
from django.conf import settings
from django.core.cache import caches
from django.db import connections, models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

PRIMARY, REPLICA = "default", "replica"
# Pages that only show what is published. A new page is not among them until it is named here.
PUBLISHED = {
    *("home", "about", "search", "guide", "terms", "privacy", "accessibility", "service_sheet"),
    *("agreements:index", "agreements:constituent_list", "agreements:open_data"),
    *("agreements:regional_list", "agreements:regional_detail", "agreements:regional_print"),
    *("agreements:corporate_list", "agreements:corporate_detail", "agreements:download"),
    *("members:member_list", "member_profile", "group_profile", "member_download"),
    *("news:news_list", "news:news_feed", "news:news_item"),
    *("news:publication_list", "news:publication", "news:publication_text", "news:download"),
    *("news:event_list", "news:event_month", "news:event_feed", "news:event", "news:event_ics"),
    *("news:events_ics", "open_data", "api", "api_document", "api_table"),
    *("public_file", "sitemap"),
}
# The board's, and Django's own (sessions, cache), are not.
_APPS = {"agreements", "members", "news", "renkei"}

MOST_SECONDS = 60
CHECKED_SECONDS = 5
# An attempt to reach a host that is gone may take two seconds, which somebody waits for.
AWAY_SECONDS = 30
_AWAY = -1.0
_KEY, _LAST = "replica-age", "replica-age-before"

logger = logging.getLogger(__name__)
_read_from: ContextVar[str] = ContextVar("read_from", default=PRIMARY)


class Router:
    """Writes, locks and migrations never leave the primary."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return _read_from.get() if model._meta.app_label in _APPS else PRIMARY

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        return PRIMARY

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, alias: str, app_label: str, **hints: Any) -> bool:
        return alias == PRIMARY


class ReadReplica:
    """Middleware, the last one: what it does not answer, Django asks the view for, on the primary."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
    ) -> HttpResponseBase | None:
        if not (_is_for_everybody(request) and is_fresh()):
            return None
        return _from_replica(request, view, args, kwargs)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """While the primary is away, an old page is better than none."""
        is_away = isinstance(exception, db.OperationalError | db.InterfaceError)
        match = request.resolver_match
        if match is None or not (is_away and _is_for_everybody(request) and age() >= 0):
            return None
        return _from_replica(request, match.func, match.args, match.kwargs)


def _from_replica(
    request: HttpRequest,
    view: Callable[..., HttpResponseBase],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> HttpResponseBase | None:
    """None where it fails, or does not find the page (it may be a moment behind)."""
    try:
        with reading_replica():
            return _drawn(view(request, *args, **kwargs))
    except Http404:
        return None
    except db.Error as error:
        # Lost, or not yet migrated. A query that is wrong fails on the primary, too.
        logger.warning("the replica failed a page (%s)", type(error).__name__)
        forget()
        return None


def _is_for_everybody(request: HttpRequest) -> bool:
    match = request.resolver_match
    cookies = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    return (
        REPLICA in connections
        and request.method in {"GET", "HEAD"}
        and cookies.isdisjoint(request.COOKIES)
        and match is not None
        and match.view_name in PUBLISHED
    )


def _drawn(response: HttpResponseBase) -> HttpResponseBase:
    """Feeds and sitemap would ask for their rows later."""
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


@contextmanager
def reading_replica() -> Iterator[None]:
    token = _read_from.set(REPLICA)
    try:
        yield
    finally:
        _read_from.reset(token)


def is_fresh() -> bool:
    return _is_usable(age())


def _is_usable(seconds_behind: float) -> bool:
    return 0 <= seconds_behind <= MOST_SECONDS


def age() -> float:
    """How many seconds the replica is behind, asked every few seconds; -1 while there is none to read."""
    kept: float | None = caches["process"].get(_KEY)
    if kept is None:
        before = caches["process"].get(_LAST)
        # Other threads go by what was seen last meanwhile.
        keep(_AWAY if before is None else before, seconds=AWAY_SECONDS)
        kept = _measured()
        keep(kept, seconds=AWAY_SECONDS if kept < 0 else CHECKED_SECONDS)
        _tell(before, kept)
    return kept


def keep(seconds_behind: float, *, seconds: int | None) -> None:
    """None: until forget()."""
    caches["process"].set(_KEY, seconds_behind, seconds)


def forget() -> None:
    """This process asks at its next public page."""
    caches["process"].delete(_KEY)


def _measured() -> float:
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(_AGE.get(connections[REPLICA].vendor, "SELECT 0"))
            seconds = cursor.fetchone()[0]
    except db.Error:
        return _AWAY
    return _AWAY if seconds is None else max(0.0, float(seconds))


# What was replayed last grows old while nobody writes, too; a standby that is connected and has replayed all that
# it received is not behind. One that was promoted is a database of its own.
_AGE = {
    "postgresql": """
        SELECT CASE
            WHEN NOT pg_is_in_recovery() THEN NULL
            WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
                AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
        END
    """
}


def _tell(before: float | None, now: float) -> None:
    """A line for each change, not for each look."""
    caches["process"].set(_LAST, now, None)
    if before is not None and _is_usable(now) == _is_usable(before):
        return
    if _is_usable(now):
        logger.info("the replica is read")
    elif now < 0:
        logger.warning("the replica does not answer: public pages read the primary")
    else:
        logger.warning("the replica is %d s behind: public pages read the primary", now)
