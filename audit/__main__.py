"""`make audit`: every page as every role, by the HTML checker, by axe and by Lighthouse.

A portal of its own (demo members, SQLite, the settings of production) with the rows of a busy Monday;
then every page that a role reaches by links. Programs that are no packages of the project are looked
for in `--tools` (docs/quality.md says how to install them). Writes the tables into docs/quality.md,
the row of a role as soon as the checker and axe have read all its pages, prints what was found, and
ends with 1 when that is more than nothing. `--only markup` for a minute, `--pages /admin/` for one page.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from audit import lighthouse, markup, refused, rules, table, visit
from audit.roles import PUBLIC, ROLES, SECRETARIAT
from audit.table import Seen
from bench.table import write
from tests import server

PARTS = ("markup", "axe", "forms", "lighthouse")
OF_PAGES = set(PARTS) - {"lighthouse"}
OF_EVERY_PAGE = {"markup", "axe"}
BROWSERS = os.cpu_count() or 1
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


def main() -> int:
    arguments = read_arguments()
    faults: list[str] = []
    with portal() as stage:
        if OF_PAGES & set(arguments.only):
            for role in arguments.roles:
                faults += noted(walked(stage, role, arguments), arguments)
        if "lighthouse" in arguments.only:
            reports = list(scored(stage, arguments.tools))
            day = f"Measured on {table.today()}, Python {platform.python_version()}."
            scores = [lighthouse.HEAD, f"|{'---|' * 11}", *map(str, reports)]
            write(table.RESULT, "lighthouse", [day, "", *scores])
            faults += told_of(reports)
    print("\n".join(faults))
    return 1 if faults else 0


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m audit")
    parser.add_argument("--only", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--roles", nargs="+", default=list(ROLES), choices=list(ROLES))
    parser.add_argument("--pages", nargs="+", help="these addresses alone; nothing is written")
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
        with server.serving(environment, application="audit.behind_proxy", **settings) as running:
            yield Stage(running, within)


def walked(stage: Stage, role: str, arguments: argparse.Namespace) -> Seen:
    began, key = time.monotonic(), stage.session(role)
    start = [*visit.START, "/board/"] if key else [*visit.START]
    start += ["/admin/"] if role in SECRETARIAT else []
    addresses, leads_on = arguments.pages or start, not arguments.pages
    walk = visit.pages(stage.running.port, headers_of(key), addresses, leads_on=leads_on)
    seen = Seen(role, list(walk), arguments.only)
    if "markup" in arguments.only:
        check_markup(seen, arguments.tools)
    if "axe" in arguments.only:
        check_rules(seen, stage, rules.opened, [page for page in seen.pages if page.status == 200])
    if "forms" in arguments.only:
        # Last: a form that is not refused after all changes what pages show.
        with_forms = list(refused.pages_with_forms(seen.pages))
        seen.refused = check_rules(seen, stage, refused.answers, with_forms)
    print(f"{role}: {len(seen.pages)} pages, {time.monotonic() - began:.0f} s", flush=True)
    return seen


def noted(seen: Seen, arguments: argparse.Namespace) -> Iterator[str]:
    """The faults; the row stands in the table when the checker and axe have read every page."""
    print("\n".join(table.pages({seen.role: seen.row})), flush=True)
    if set(arguments.only) >= OF_EVERY_PAGE and not arguments.pages:
        write(table.RESULT, "pages", table.pages(table.rows_written() | {seen.role: seen.row}))
    for found in (seen.broken, seen.markup, seen.axe, seen.sideways):
        for address, those in found.items():
            yield from (f"{seen.role} {address} {fault}" for fault in those)


def headers_of(key: str) -> dict[str, str]:
    return PLAIN | {"Cookie": f"{rules.COOKIE}={key}"} if key else PLAIN


def check_markup(seen: Seen, tools: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="renkei-pages-") as folder:
        files = visit.save(seen.pages, Path(folder))
        for name, faults in markup.faults(Path(folder), tools).items():
            seen.markup[files[name].address] = [str(fault) for fault in faults]


def check_rules(seen: Seen, stage: Stage, shows: rules.Shows, pages: list[visit.Page]) -> int:
    """How many states were asked. A browser for each core: axe is busy with one."""
    ask = partial(rules.asked, stage.session(seen.role), stage.running.url, shows)
    number = 0
    with ProcessPoolExecutor(BROWSERS) as pool:
        for found in pool.map(ask, [pages[first::BROWSERS] for first in range(BROWSERS)]):
            seen.axe |= {name: axe for name, (axe, _) in found.items()}
            seen.sideways |= {name: sideways for name, (_, sideways) in found.items()}
            number += len(found)
    return number


def scored(stage: Stage, tools: Path) -> Iterator[lighthouse.Report]:
    for role, addresses in PAGES_OF.items():
        headers = headers_of(stage.session(role))
        for address in addresses:
            report = lighthouse.report(role, stage.running.url, address, headers, tools)
            print(report, *report.missed, sep="\n  ", flush=True)
            yield report


def told_of(reports: list[lighthouse.Report]) -> Iterator[str]:
    """What pages miss: 100 for everybody, 95 behind the log-in."""
    for report in reports:
        if min(report.scores.values()) < GOOD[report.visitor]:
            yield f"{report.visitor} {report.address} {report.scores} {report.missed}"


if __name__ == "__main__":
    sys.exit(main())
