"""`make coverage`: which lines no test runs. Fails below 95 % of all, and below 100 % of what decides.

Counted on SQLite. What only PostgreSQL runs is no exception: its tests are run there as well, into
the same numbers.
"""

import shutil
import subprocess
import sys

from tests.postgres import throwaway_postgres
from tests.run import UNIT, at_work
from tests.server import ROOT

# Access, verbs and rows: all that lies directly in an app's folder or in its models/, new modules, too.
DECIDES = [
    *("agreements/*.py", "board/*.py", "board/search/*.py", "members/*.py", "news/*.py"),
    *("renkei/*.py", "*/models/*.py"),
]
# Input and HTTP are held to the limit of the whole. Settings and wsgi are read by processes of their own.
DECIDES_NOT = [
    *("*/admin.py", "*/forms.py", "*/imports.py", "*/views.py"),
    *("renkei/settings.py", "renkei/wsgi.py"),
]
POSTGRESQL = [
    *("tests/board/test_search.py", "tests/board/test_search_index.py"),
    *("tests/board/test_search_commands.py", "tests/renkei/test_backups.py"),
    *("tests/renkei/test_migrating.py", "tests/renkei/test_replica.py"),
    "tests/renkei/test_demo.py",
]


def coverage(*arguments: str, **environment: str) -> bool:
    command = [sys.executable, "-m", "coverage", *arguments]
    return subprocess.run(command, env=at_work(**environment)).returncode == 0


def main() -> int:
    shutil.rmtree(ROOT / "var" / "coverage", ignore_errors=True)
    pytest = ["run", "-m", "pytest", "-q"]
    results = [coverage(*pytest, *UNIT)]
    with throwaway_postgres() as (_, url):
        results.append(coverage(*pytest, "-p", "no:playwright", *POSTGRESQL, DATABASE_URL=url))
    results.append(coverage("combine", "--quiet"))
    results.append(coverage("report"))
    decides = [f"--include={','.join(DECIDES)}", f"--omit={','.join(DECIDES_NOT)}"]
    results.append(coverage("report", "--fail-under=100", *decides))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
