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
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.load import CONNECTIONS, measure
from bench.pages import pages
from bench.visitor import member_cookies
from tests import server
from tests.postgres import throwaway_postgres

VISITOR = {"Accept-Encoding": "gzip", "X-Forwarded-Proto": "https"}
POSTGRES = "-c shared_buffers=1GB -c max_wal_size=4GB"
# Replies: bodies and topics to go with them.
SIZES = {1_000: (60, 100), 100_000: (1788, 5_000), 1_000_000: (1788, 50_000)}
RESULT = Path("docs/benchmarks.md")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
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
    write(lines)


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
            server.serving(environment, **production(Path(folder))) as running,
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


def database(url: str, name: str) -> str:
    """A new one in the same server."""
    with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as found:
        found.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def analyze(url: str) -> None:
    """As autovacuum would have done in the meantime."""
    with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as found:
        found.execute("VACUUM ANALYZE")


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


def production(folder: Path) -> dict[str, str]:
    """What a production server must find in its environment, on top of what prepare() had."""
    return {
        "DEMO": "",
        "SECRET_KEY": "only-for-a-server-of-one-minute-" * 2,
        "ALLOWED_HOSTS": "127.0.0.1",
        "FILES_DIR": str(folder / "files"),
        "EMAIL_HOST": "localhost",
        "DEFAULT_FROM_EMAIL": "portal@demo.example.jp",
        "TRUSTED_PROXY_COUNT": "1",
        "WEB_THREADS": "1",
    }


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


def memory_of_workers(master: int) -> list[float]:
    """Resident megabytes; nothing where the system does not tell."""
    children = Path(f"/proc/{master}/task/{master}/children")
    if not children.exists():
        return []
    return [resident(int(pid)) for pid in children.read_text().split()]


def resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def write(lines: list[str]) -> None:
    """Between the marks of the file; what is written around them stays."""
    before, _, rest = RESULT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    text = "\n".join(lines)
    RESULT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
