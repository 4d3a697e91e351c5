"""`make bench`: how fast the portal answers at three sizes, beside what Django itself costs.

For each size: a database of its own in a throw-away PostgreSQL (writes are safe, as in production),
the real registers, demo members and `seed_demo`; then gunicorn with the settings of production (https
by a proxy's header, one thread a worker, as behind nginx). The reference (b) is bench/bare.py, served
in the same way and measured before and after each page, which is given as a share of its requests a
second.

Every page is asked for over 8 connections for requests a second, and over one for the time of an
answer. The process that asks shares the machine's cores with both servers: compare within one run.
The pages of the secretariat are asked at the largest size alone, by bench/desk.py.
Writes the table into docs/benchmarks.md. `--sizes 1000` for a quick look.
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from bench.load import CONNECTIONS, measure
from bench.machine import POSTGRES, analyze, database, memory_of_workers
from bench.pages import pages
from bench.table import BENCHMARKS, write
from bench.visitor import member_cookies
from tests import server
from tests.postgres import throwaway_postgres

VISITOR = {"Accept-Encoding": "gzip", "X-Forwarded-Proto": "https"}
# Replies: bodies and topics to go with them.
SIZES = {1_000: (60, 100), 100_000: (1788, 5_000), 1_000_000: (1788, 50_000)}
HEAD = "| page | requests/s | share of (b) | p50 ms | p95 ms | p99 ms | queries | HTML bytes |"


@dataclass(frozen=True)
class Row:
    name: str
    per_second: float
    share: float
    p50: float
    p95: float
    p99: float
    queries: int
    size: int

    def __str__(self) -> str:
        return (
            f"| {self.name} | {self.per_second:.0f} | {self.share:.2f} | {self.p50:.1f} "
            f"| {self.p95:.1f} | {self.p99:.1f} | {self.queries} | {self.size:,} |"
        )


def main() -> None:
    arguments = read_arguments()
    lines = [
        f"Measured on {datetime.now(tz=UTC):%Y-%m-%d} with `make bench`: {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, gunicorn with 2 workers, {CONNECTIONS} connections."
    ]
    with throwaway_postgres(POSTGRES) as (title, url):
        print(title, flush=True)
        for replies in arguments.sizes:
            for line in measured(url, replies, arguments.requests):
                print(line, flush=True)
                lines.append(line)
    write(BENCHMARKS, "measured", lines)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--requests", type=int, default=240, help="for each page")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), choices=list(SIZES))
    return parser.parse_args()


def measured(url: str, replies: int, requests: int) -> Iterator[str]:
    """A heading, a table and two sentences."""
    bodies, topics = SIZES[replies]
    with tempfile.TemporaryDirectory(prefix="renkei-bench-") as folder:
        portal, bare = database(url, f"portal{replies}"), database(url, f"bare{replies}")
        environment = server.demo_environment(Path(folder)) | {"DATABASE_URL": portal}
        yield f"\n## {replies:,} replies in {topics:,} topics of {bodies:,} bodies\n"
        server.prepare(environment)
        numbers = {"organizations": bodies, "topics": topics, "replies": replies}
        server.manage(
            environment, "seed_demo", *(f"--{name}={number}" for name, number in numbers.items())
        )
        analyze(portal)
        inside = json.loads(server.run(environment, "-m", "bench.inside"))
        bare_environment = environment | {"BARE_DATABASE_URL": bare, "WEB_THREADS": "1"}
        cookie = server.run(bare_environment, "-m", "bench.bare").strip()
        yield f"{HEAD}\n|{'---|' * 8}"
        with (
            server.serving(bare_environment, application="bench.bare:application") as reference,
            server.serving(environment, **server.production(Path(folder))) as running,
        ):
            bare_site = Reference(reference.port, cookie)
            yield from map(str, rows(running.port, inside, bare_site, requests))
            memory = ", ".join(f"{size:.0f} MB" for size in memory_of_workers(running.pid))
            yield (
                f"| (b): session, user, one query, 20 rows | {median(bare_site.measured):.0f} "
                "| 1.00 | | | | 3 | |"
            )
        yield f"\nA worker holds {memory} afterwards. {about_replies(inside['replies'])}"
        if replies == max(SIZES):
            # Last: it adds people, mails and audit entries of its own.
            yield f"\n### The secretariat's pages at this size\n\n{about_desk(environment)}"


def about_replies(replies: dict[str, float]) -> str:
    return (
        f"Replies with their index, one after the other: {replies['per_second']:.0f} a second, "
        f"p50 {replies['p50']:.1f} ms, p95 {replies['p95']:.1f} ms, p99 {replies['p99']:.1f} ms."
    )


def about_desk(environment: server.Environment) -> str:
    return server.run(environment, "-m", "bench.desk").strip()


@dataclass
class Reference:
    """The bare site, asked before and after each page: the machine is not equally busy all the time."""

    port: int
    cookie: str
    measured: list[float] = field(default_factory=list)

    def per_second(self, requests: int) -> float:
        answers = measure(self.port, "/", {"Cookie": self.cookie}, requests=requests)
        self.measured.append(answers.per_second)
        return answers.per_second


def rows(port: int, inside: dict[str, Any], bare: Reference, requests: int) -> Iterator[Row]:
    cookies = member_cookies(port, VISITOR | {"Accept-Encoding": "identity"})
    member = VISITOR | {"Cookie": cookies}
    for name, path, is_member in pages(**inside["topics"]):
        headers = member if is_member else VISITOR
        before = bare.per_second(requests)
        many = measure(port, path, headers, requests=requests)
        reference = (before + bare.per_second(requests)) / 2
        one = measure(port, path, headers, requests=max(requests // 2, 100), connections=1)
        cost = inside["pages"][name]
        yield Row(
            name,
            many.per_second,
            many.per_second / reference,
            one.median_ms,
            one.p95_ms,
            one.p99_ms,
            cost["queries"],
            cost["bytes"],
        )


if __name__ == "__main__":
    main()
