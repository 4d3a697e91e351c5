"""`python -m drills.replica`: public pages beside a real streaming standby that is used, lost, and left behind.

Visitors without a cookie read all the time. Ends with 1 when one of them saw an error, or a promise did not hold.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import psycopg

from faults.client import Member
from faults.finding import Finding
from faults.stage import POSTGRES, Stage, on_postgres, wait_until
from renkei.replica import AWAY_SECONDS, CHECKED_SECONDS, MOST_SECONDS
from tests.postgres import LocalServer, streaming_standby
from tests.server import Server

PAGES = ("/", "/news/", "/agreements/regional/", "/members/", "/events/")
TITLE = "drill of a pause"
DRAFT = (
    "from news.models import NewsCategory, NewsItem; "
    f"NewsItem(title='{TITLE}', body='-', category=NewsCategory.objects.first()).save()"
)
SEEN_SECONDS = 20
COUNTED_SECONDS = 11
# Long enough for the standby to count as old.
AWAY_FOR_SECONDS = MOST_SECONDS + 20
# It replays what it had not yet written.
BACK_SECONDS = 30
GRACE = 5
# While one thread looks how old the standby is, the others read the primary.
MOST_ON_PRIMARY = 0.05


class Visitors:
    """Two people without a cookie, until the block ends."""

    def __init__(self, port: int) -> None:
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(port,)) for _ in range(2)]

    def __enter__(self) -> "Visitors":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _read(self, port: int) -> None:
        visitor = Member(port)
        for page in cycle(PAGES):
            if self._stopped.is_set():
                return
            began = time.monotonic()
            self.statuses[visitor.get(page).status] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)

    def __str__(self) -> str:
        return f"{dict(self.statuses)}, longest {self.slowest:.1f} s"


def main() -> int:
    with _stage() as (stage, standby, site):
        held = []
        for drill in (used, behind, lost, primary_away):
            finding = drill(stage, standby, site)
            print(finding, flush=True)
            held.append(finding.holds)
    return 0 if all(held) else 1


@contextmanager
def _stage() -> Iterator[tuple[Stage, LocalServer, Server]]:
    with (
        on_postgres() as stage,
        streaming_standby(stage.server, POSTGRES) as standby,
        stage.web(REPLICA_DATABASE_URL=standby.url) as site,
    ):
        yield stage, standby, site


def used(stage: Stage, standby: LocalServer, site: Server) -> Finding:
    """Each server counts how often its table of news was read."""
    member = Member.logged_in(site.port)
    before = _reads(stage.server), _reads(standby)
    with Visitors(site.port) as visitors:
        time.sleep(SEEN_SECONDS)
    by_visitors = _grown(stage.server, before[0]), _grown(standby, before[1])
    before = _reads(stage.server), _reads(standby)
    signed_in = Counter(member.get("/news/").status for _ in range(20))
    by_member = _grown(stage.server, before[0]), _grown(standby, before[1])
    return Finding(
        "public pages with a standby",
        "visitors without a cookie read the standby (95% at least), members the primary alone",
        f"visitors {visitors}: {by_visitors[1]:,} reads of news on the standby, {by_visitors[0]} on the primary; "
        f"a member {dict(signed_in)}: {by_member[1]} and {by_member[0]}",
        set(visitors.statuses) == {200}
        and by_visitors[0] <= MOST_ON_PRIMARY * by_visitors[1]
        and by_member[1] == 0 < by_member[0],
    )


def behind(stage: Stage, standby: LocalServer, site: Server) -> Finding:
    """It goes on receiving, and applies nothing."""
    visitor = Member(site.port)
    stage.python("manage.py", "shell", "-c", DRAFT)
    newest = stage.number("SELECT max(id) FROM news_newsitem")
    with Visitors(site.port) as visitors:
        time.sleep(GRACE)
        _ask(standby, "SELECT pg_wal_replay_pause()")
        stage.change("UPDATE news_newsitem SET is_draft = false WHERE id = %s", newest)
        own_page = visitor.get(f"/news/{newest}/").status
        took = _seconds_until(lambda: TITLE in visitor.get("/news/").text, 120)
        age = _age(site)
        _ask(standby, "SELECT pg_wal_replay_resume()")
        back = _seconds_until(lambda: 0 <= _age(site) <= MOST_SECONDS, 60)
    return Finding(
        "standby stops applying what it receives",
        f"a new page is there at once, in the list within {MOST_SECONDS + CHECKED_SECONDS} s; no page fails; read again afterwards",
        f"new page {own_page}, in the list after {took:.0f} s (/readyz: {age} s behind), read again after {back:.0f} s; visitors {visitors}",
        own_page == 200
        and took <= MOST_SECONDS + CHECKED_SECONDS + GRACE
        and back <= CHECKED_SECONDS + GRACE
        and set(visitors.statuses) == {200},
    )


def lost(stage: Stage, standby: LocalServer, site: Server) -> Finding:
    with Visitors(site.port) as visitors:
        time.sleep(3)
        standby.stop("immediate")
        told = _seconds_until(lambda: _age(site) == -1, 30)
        time.sleep(10)
        standby.start()
        back = _seconds_until(lambda: _age(site) >= 0, AWAY_SECONDS + 30)
    return Finding(
        "standby stopped (immediate) and started again under visitors",
        f"no page fails, /readyz says -1, read again {AWAY_SECONDS} s later at most",
        f"visitors {visitors}; /readyz -1 after {told:.0f} s, read again {back:.0f} s after its start",
        set(visitors.statuses) == {200}
        and told <= CHECKED_SECONDS + GRACE
        and back <= AWAY_SECONDS + GRACE,
    )


def primary_away(stage: Stage, standby: LocalServer, site: Server) -> Finding:
    member = Member.logged_in(site.port)
    wait_until(lambda: 0 <= _age(site) <= MOST_SECONDS, seconds=AWAY_SECONDS + GRACE)
    with Visitors(site.port) as visitors:
        stage.server.stop("immediate")
        signed_in = member.get("/board/").status
        time.sleep(AWAY_FOR_SECONDS)
        stage.server.start()
        back = _seconds_until(lambda: member.get("/board/").status == 200, BACK_SECONDS)
    return Finding(
        f"primary stopped for {AWAY_FOR_SECONDS} s",
        "public pages go on from the standby, members read 503; afterwards all is as before",
        f"visitors {visitors}; member {signed_in}, then 200 after {back:.0f} s",
        set(visitors.statuses) == {200} and signed_in == 503 and back < BACK_SECONDS,
    )


def _age(site: Server) -> int:
    """What one of the web processes says."""
    found = Member(site.port).get("/readyz").text.partition('"replica_seconds": ')[2]
    return int(found.rstrip("}").split(",")[0] or -2)


def _reads(server: LocalServer) -> int:
    """PostgreSQL's own count, which a connection that rests brings up to date after ten seconds."""
    time.sleep(COUNTED_SECONDS)
    query = "SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = 'news_newsitem'"
    return int(_ask(server, query))


def _grown(server: LocalServer, before: int) -> int:
    return _reads(server) - before


def _ask(server: LocalServer, query: str) -> Any:
    address = server.url.replace("postgres://", "postgresql://")
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def _seconds_until(is_so: Callable[[], bool], limit: float) -> float:
    began = time.monotonic()
    wait_until(is_so, seconds=limit)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
