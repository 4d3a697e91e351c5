"""`make test`: on SQLite and on PostgreSQL, walks on one of them, and beside them the browser tests.

Arguments go to each pytest run (`make test` gives none). With CI set, a browser test that cannot
run for want of Chromium is a failure.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests.postgres import throwaway_postgres

# Not by file: the last and longest one would leave all other cores idle.
UNIT = ["--ignore=tests/browser", "-p", "no:playwright", "-n", "auto"]
# What may not ask a database is run once, on SQLite; so are walks that ask who may what, how a page
# is sent, and how the lists of the admin read (the crawl opens each of them on PostgreSQL).
DATABASE = ["-m", "database"]
SQLITE_ALONE = [
    *("tests/lib", "tests/test_access.py"),
    *("tests/renkei/test_admin_forgery.py", "tests/renkei/test_groups.py"),
    *("tests/renkei/test_headers.py", "tests/renkei/test_csrf.py"),
    "tests/renkei/test_admin_lists.py",
]
# Walks over every page, and hostile text for every field, once on the database of production.
POSTGRESQL_ALONE = [
    *("tests/crawl", "tests/test_hostile_forms.py", "tests/board/test_hostile.py"),
    *("tests/members/test_hostile_forms.py", "tests/renkei/test_admin_hostile.py"),
]
# Two browsers at once on two cores take four times as long as one after the other.
BROWSER = ["tests/browser", "--durations=15"]
# A browser has a person's patience, a unit test waits for nobody: it takes what the browser leaves.
BEHIND = 10
# Workers and the programs that tests start read what the first of them compiled, whatever the shell says.
COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": ""}


def main() -> int:
    with beside(*BROWSER) as results:
        os.nice(BEHIND)
        results.append(pytest("SQLite", *UNIT, *without(POSTGRESQL_ALONE)))
        with throwaway_postgres() as (server, url):
            arguments = [*UNIT, *DATABASE, *without(SQLITE_ALONE)]
            results.append(pytest(server, *arguments, DATABASE_URL=url))
    return 0 if all(results) else 1


@contextmanager
def beside(*arguments: str) -> Iterator[list[bool]]:
    """A run of pytest while the caller goes on; what it printed and how it ended come afterwards."""
    with tempfile.TemporaryFile() as printed:
        running = subprocess.Popen(
            _command(arguments), env=at_work(), stdout=printed, stderr=subprocess.STDOUT
        )
        results: list[bool] = []
        with running:
            yield results
        results.append(running.returncode == 0)
        print("\n=== Browser", flush=True)
        printed.seek(0)
        shutil.copyfileobj(printed, sys.stdout.buffer)
        sys.stdout.flush()


def pytest(title: str, *arguments: str, **environment: str) -> bool:
    print(f"\n=== {title}", flush=True)
    return subprocess.run(_command(arguments), env=at_work(**environment)).returncode == 0


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", *arguments, *sys.argv[1:]]


def at_work(**more: str) -> dict[str, str]:
    return {**os.environ, **COMPILED_ONCE, **more}


def without(paths: list[str]) -> list[str]:
    return [f"--ignore={path}" for path in paths]


if __name__ == "__main__":
    sys.exit(main())
