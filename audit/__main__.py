"""`make audit`: every page as every role, by the HTML checker, by axe and by Lighthouse.

A portal of its own (demo members, SQLite, the settings of production) with the rows of a busy Monday;
then every page that a role reaches by links. Programs that are no packages of the project are looked
for in `--tools` (docs/quality.md says how to install them). Writes the tables into docs/quality.md,
prints what was found, and ends with 1 when that is more than nothing. `--only markup` for a minute.
"""

import argparse
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from audit import lighthouse, markup, rules, visit
from audit.roles import PUBLIC, ROLES, SECRETARIAT
from tests import server

RESULT = Path("docs/quality.md")
PARTS = ("markup", "axe", "lighthouse")
PLAIN = {"X-Forwarded-Proto": "https"}
PAGES_OF = {
    PUBLIC: (
        *("/", "/about/", "/agreements/", "/agreements/regional/", "/agreements/regional/1/"),
        *("/members/", "/members/?prefecture=01", "/members/131016/", "/members/register/"),
        *("/news/", "/events/", "/events/calendar/", "/publications/", "/accounts/login/"),
    ),
    "manager": (
        *("/", "/board/", "/board/c/call/", "/board/topics/1/", "/board/topics/new/?category=call"),
        *("/members/directory/", "/members/organization/", "/members/inbox/"),
    ),
}
GOOD = {PUBLIC: 100, "manager": 95}


@dataclass
class Seen:
    """Of one role."""

    pages: list[visit.Page]
    markup: dict[str, list[str]] = field(default_factory=dict)
    axe: dict[str, list[str]] = field(default_factory=dict)

    @property
    def broken(self) -> dict[str, list[str]]:
        return {
            page.address: [f"answers {page.status}"] for page in self.pages if page.status >= 400
        }


def main() -> int:
    arguments = read_arguments()
    seen: dict[str, Seen] = {}
    faults: list[str] = []
    with portal() as stage:
        if {"markup", "axe"} & set(arguments.only):
            seen = {role: walked(stage, role, arguments) for role in arguments.roles}
            faults += told(seen)
        if "lighthouse" in arguments.only:
            reports = list(scored(stage, arguments.tools))
            write("lighthouse", [lighthouse.HEAD, f"|{'---|' * 11}", *map(str, reports)])
            faults += told_of(reports)
    if set(seen) == set(ROLES) and {"markup", "axe"} <= set(arguments.only):
        write("pages", table(seen))
    print("\n".join([*table(seen), *faults]))
    return 1 if faults else 0


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m audit")
    parser.add_argument("--only", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--roles", nargs="+", default=list(ROLES), choices=list(ROLES))
    parser.add_argument("--tools", type=Path, default=Path("var/audit"), help="has node_modules")
    return parser.parse_args()


@dataclass(frozen=True)
class Stage:
    running: server.Server
    environment: server.Environment

    def session(self, role: str) -> str:
        """A new one each time: those of the secretariat end after half an hour without a page."""
        return server.run(self.environment, "-m", "audit.monday", role)


@contextmanager
def portal() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="renkei-audit-") as folder:
        environment = server.demo_environment(Path(folder))
        server.prepare(environment)
        settings = {
            **server.production(Path(folder)),
            "DATABASE_URL": f"sqlite:///{folder}/renkei.sqlite3",
            "WEB_THREADS": "4",
        }
        within = environment | settings | {"SITE_URL": "https://127.0.0.1"}
        server.run(within, "-m", "audit.monday", PUBLIC)
        with server.serving(environment, **settings) as running:
            yield Stage(running, within)


def walked(stage: Stage, role: str, arguments: argparse.Namespace) -> Seen:
    began, key = time.monotonic(), stage.session(role)
    start = [*visit.START, "/board/"] if key else [*visit.START]
    start += ["/admin/"] if role in SECRETARIAT else []
    seen = Seen(list(visit.pages(stage.running.port, headers_of(key), start)))
    if "markup" in arguments.only:
        check_markup(seen, arguments.tools)
    if "axe" in arguments.only:
        check_rules(seen, stage, role)
    print(f"{role}: {len(seen.pages)} pages, {time.monotonic() - began:.0f} s", flush=True)
    return seen


def headers_of(key: str) -> dict[str, str]:
    return PLAIN | {"Cookie": f"{rules.COOKIE}={key}"} if key else PLAIN


def check_markup(seen: Seen, tools: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="renkei-pages-") as folder:
        files = visit.save(seen.pages, Path(folder))
        for name, faults in markup.faults(Path(folder), tools).items():
            seen.markup[files[name].address] = [str(fault) for fault in faults]


def check_rules(seen: Seen, stage: Stage, role: str) -> None:
    with rules.browser_of(stage.session(role), stage.running.url) as page:
        addresses = [page.address for page in seen.pages if page.status == 200]
        found = rules.violations(page, addresses)
        seen.axe |= {address: those for address, those in found if those}


def scored(stage: Stage, tools: Path) -> Iterator[lighthouse.Report]:
    for role, addresses in PAGES_OF.items():
        headers = headers_of(stage.session(role))
        for address in addresses:
            report = lighthouse.report(role, stage.running.url, address, headers, tools)
            print(report, *report.missed, sep="\n  ", flush=True)
            yield report


def table(seen: dict[str, Seen]) -> list[str]:
    return [
        "| visitor | pages | broken | HTML errors | HTML warnings | axe, sideways |",
        f"|{'---|' * 6}",
        *(f"| {role} | {' | '.join(map(str, numbers_of(one)))} |" for role, one in seen.items()),
    ]


def numbers_of(one: Seen) -> list[int]:
    faults = [fault for those in one.markup.values() for fault in those]
    errors = sum(fault.startswith("error") for fault in faults)
    return [
        *(len(one.pages), len(one.broken), errors, len(faults) - errors),
        sum(map(len, one.axe.values())),
    ]


def told(seen: dict[str, Seen]) -> Iterator[str]:
    for role, one in seen.items():
        for found in (one.broken, one.markup, one.axe):
            for address, faults in found.items():
                yield from (f"{role} {address} {fault}" for fault in faults)


def told_of(reports: list[lighthouse.Report]) -> Iterator[str]:
    """What pages miss: 100 for everybody, 95 behind the log-in."""
    for report in reports:
        if min(report.scores.values()) < GOOD[report.visitor]:
            yield f"{report.visitor} {report.address} {report.scores} {report.missed}"


def write(part: str, lines: list[str]) -> None:
    """Between the marks of this part; what is written around them stays."""
    begin, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    before, _, rest = RESULT.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    day = f"Measured on {datetime.now(tz=UTC):%Y-%m-%d}, Python {platform.python_version()}."
    text = "\n".join([day, "", *lines])
    RESULT.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
