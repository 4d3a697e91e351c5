"""`make test`: every test on SQLite and on PostgreSQL, then the browser tests.

Arguments go to each pytest run (`make test` gives none). With CI set, a browser test that cannot
run for want of Chromium is a failure.
"""

import os
import subprocess
import sys

from tests.postgres import throwaway_postgres

# Not by file: the last and longest one would leave all other cores idle.
UNIT = ["--ignore=tests/browser", "-p", "no:playwright", "-n", "auto"]
# What may not ask a database is run once, on SQLite; walks over every page, once on the database of production.
DATABASE = ["-m", "database"]
NO_DATABASE = ["tests/lib", "tests/renkei/test_http.py"]
WALKS = [
    *("tests/crawl", "tests/test_hostile_forms.py"),
    *("tests/members/test_hostile_forms.py", "tests/renkei/test_admin_hostile.py"),
]
# Two browsers at once on two cores take four times as long as one after the other.
BROWSER = ["tests/browser", "--durations=15"]
# Workers and the programs that tests start read what the first of them compiled, whatever the shell says.
COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": ""}


def pytest(title: str, *arguments: str, **environment: str) -> bool:
    print(f"\n=== {title}", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", *arguments, *sys.argv[1:]]
    return subprocess.run(command, env=at_work(environment)).returncode == 0


def at_work(environment: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **COMPILED_ONCE, **environment}


def without(paths: list[str]) -> list[str]:
    return [f"--ignore={path}" for path in paths]


def main() -> int:
    results = [pytest("SQLite", *UNIT, *without(WALKS))]
    with throwaway_postgres() as (server, url):
        results.append(pytest(server, *UNIT, *DATABASE, *without(NO_DATABASE), DATABASE_URL=url))
    results.append(pytest("Browser", *BROWSER))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
