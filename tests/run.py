"""`make test`: every test on SQLite and on PostgreSQL, then the browser tests.

Arguments go to each pytest run (`make test` gives none). With CI set, a browser test that cannot
run for want of Chromium is a failure.
"""

import os
import subprocess
import sys

from tests.postgres import throwaway_postgres

UNIT = ["--ignore=tests/browser", "-n", "auto", "--dist", "loadfile"]
# What asks no database has been run once.
NO_DATABASE = ["--ignore=tests/lib"]
# Two browsers at once on two cores take four times as long as one after the other.
BROWSER = ["tests/browser"]


def pytest(title: str, *arguments: str, **environment: str) -> bool:
    print(f"\n=== {title}", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", *arguments, *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, **environment}).returncode == 0


def main() -> int:
    results = [pytest("SQLite", *UNIT)]
    with throwaway_postgres() as (server, url):
        results.append(pytest(server, *UNIT, *NO_DATABASE, DATABASE_URL=url))
    results.append(pytest("Browser", *BROWSER))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
