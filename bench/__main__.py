"""`make bench`: how fast the portal answers, and how many bytes a page is.

Starts the real server with the settings of production (https by a proxy's header, `__Host-`
cookies, `WEB_CONCURRENCY` and `WEB_THREADS` as in gunicorn.conf.py), the real registers and the
demo members, everything in a temporary folder and on the loopback address. The database is a
throw-away PostgreSQL, as in production; `python -m bench --sqlite` takes what `make run` takes.

Every page is asked for 300 times (`--requests N`) over 8 connections, after a warm-up. The one
process that asks shares the machine's cores with the server: compare runs on one machine, and
take the figures as a lower bound. Conditional requests (304) are not sent, so that every answer
is a full page. "bytes" is the compressed body. Ends with 1 when a page answers anything but 200.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load import CONNECTIONS, Answers, measure
from bench.visitor import member_cookies
from tests import server
from tests.postgres import throwaway_postgres

VISITOR = {"Accept-Encoding": "gzip", "X-Forwarded-Proto": "https"}
PAGES = (
    "/",
    "/about/",
    "/agreements/",
    "/agreements/regional/",
    "/agreements/regional/?prefecture=26",
    "/agreements/regional/1/",
    "/agreements/corporate/",
    "/agreements/constituents/",
    "/members/",
    "/members/?prefecture=01",
    "/members/102016/",
    "/members.csv",
    "/open-data/",
    "/agreements/regional.csv",
    "/agreements/constituents.xlsx",
    "/accounts/login/",
    "/healthz",
)
MEMBER_PAGES = ("/",)
HEAD = f"{'page':<42}{'requests/s':>12}{'median ms':>12}{'p95 ms':>10}{'bytes':>10}"


def main() -> None:
    arguments = read_arguments()
    with (
        tempfile.TemporaryDirectory(prefix="renkei-bench-") as folder,
        database(Path(folder), sqlite=arguments.sqlite) as (title, url),
    ):
        environment = server.demo_environment(Path(folder)) | {"DATABASE_URL": url}
        print("Preparing the registers and the demo members …", flush=True)
        server.prepare(environment)
        with server.serving(environment, **production(Path(folder))) as running:
            print(f"{title}, {CONNECTIONS} connections, {arguments.requests} requests a page\n")
            print(HEAD, flush=True)
            report(running.port, arguments.requests)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--requests", type=int, default=300, help="for each page")
    parser.add_argument("--sqlite", action="store_true", help="instead of PostgreSQL")
    return parser.parse_args()


@contextmanager
def database(folder: Path, *, sqlite: bool) -> Iterator[tuple[str, str]]:
    if sqlite:
        yield "SQLite", f"sqlite:///{folder / 'renkei.sqlite3'}"
    else:
        with throwaway_postgres() as found:
            yield found


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
    }


def report(port: int, requests: int) -> None:
    for path in PAGES:
        print(line(path, measure(port, path, VISITOR, requests=requests)), flush=True)
    member = VISITOR | {"Cookie": member_cookies(port, VISITOR | {"Accept-Encoding": "identity"})}
    for path in MEMBER_PAGES:
        answers = measure(port, path, member, requests=requests)
        print(line(f"{path} (logged in)", answers), flush=True)


def line(title: str, answers: Answers) -> str:
    return (
        f"{title:<42}{answers.per_second:>12.0f}{answers.median_ms:>12.1f}"
        f"{answers.p95_ms:>10.1f}{answers.size:>10}"
    )


if __name__ == "__main__":
    main()
