"""`make faults`: breaks the portal in every way that we could think of, and says what was seen.

Each fault meets processes of our own: gunicorn, worker, PostgreSQL (Debian's, writes are safe), nginx, a
mail server. `python -m faults NAME …` runs some of them. Each writes its row into docs/reliability.md. Ends
with 1 when a promise did not hold.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from bench import table
from faults import attacks, clock, database, disk, jobs, mails, posts, visitors
from faults.finding import Finding
from faults.stage import Stage, on_postgres, on_sqlite

Fault = Callable[[Stage], Finding]

RESULT, PART = Path("docs/reliability.md"), "measured"
HEAD = ("| name | fault | promise | seen | held | day |", "|---|---|---|---|---|---|")

ON_POSTGRES: dict[str, Fault] = {
    "killed_web_workers": posts.killed_web_workers,
    "database_restarted": database.restarted,
    "database_restarted_while_idle": database.restarted_while_idle,
    "database_stopped": database.stopped,
    "row_locked": database.row_locked,
    "cache_emptied": database.cache_emptied,
    "mail_server_away": mails.server_away,
    "killed_worker": mails.killed_worker,
    "several_workers": jobs.several_workers,
    "killed_in_each_job": jobs.killed_in_each_job,
    "disk_full_for_uploads": disk.full_for_uploads,
    "disk_full_for_temporary_files": disk.full_for_temporary_files,
    "uploads_broken_off": disk.broken_off,
    "guessed_passwords": attacks.guessed_passwords,
    "known_and_unknown": attacks.known_and_unknown,
    "caching_proxy": attacks.caching_proxy,
    "framing": attacks.framing,
    "flood": attacks.flood,
    "slow_clients": visitors.slow_clients,
    "idle_connections": visitors.idle_connections,
    "reloaded": visitors.reloaded,
    "clock_jumped": clock.jumped,
}
ON_SQLITE: dict[str, Fault] = {"killed_web_workers_on_sqlite": posts.killed_web_workers}
FAULTS = [*ON_POSTGRES, *ON_SQLITE]


def main() -> int:
    # So that servers and disks of this run end with it.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    parser = argparse.ArgumentParser(prog="python -m faults")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FAULTS))
    wanted = parser.parse_args().names or list(FAULTS)
    if unknown := set(wanted) - set(FAULTS):
        parser.error(f"unknown: {', '.join(unknown)}")
    held = [
        *injected(on_postgres, ON_POSTGRES, wanted),
        *injected(on_sqlite, ON_SQLITE, wanted),
    ]
    return 0 if all(held) else 1


def injected(
    place: Callable[[], AbstractContextManager[Stage]], faults: dict[str, Fault], wanted: list[str]
) -> list[bool]:
    """One after the other on one stage; each is written down at once. Answers which promises held."""
    chosen = {name: fault for name, fault in faults.items() if name in wanted}
    if not chosen:
        return []
    held = []
    with place() as stage:
        for name, fault in chosen.items():
            began = time.monotonic()
            finding = fault(stage)
            print(f"{name} ({time.monotonic() - began:.0f} s)\n{finding}\n", flush=True)
            write(name, finding)
            held.append(finding.holds)
    return held


def write(name: str, finding: Finding) -> None:
    """Its row of the table; other rows stay."""
    rows = {row.split("`")[1]: row for row in table.written(RESULT, PART) if row.startswith("| `")}
    rows[name] = f"| `{name}` {finding} {datetime.now(tz=UTC):%Y-%m-%d} |"
    table.write(RESULT, PART, [*HEAD, *(rows[known] for known in FAULTS if known in rows)])


if __name__ == "__main__":
    sys.exit(main())
