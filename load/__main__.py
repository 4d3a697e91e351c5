"""`make load`: a Monday on which the members of 1,788 bodies follow the digest to a board of a million replies.

nginx with TLS, gunicorn with the settings of production, the worker, PostgreSQL with safe writes, a mail
server that takes everything, and those who ask (Locust), all on one machine. People log in as fast as 5,000
in half an hour; each reads, searches and leaves, and 5 of 100 requests write a reply. Static files are not
asked for: browsers have them. Writes its table into docs/benchmarks.md; ends with 1 when a goal is missed.

`--database URL` takes one that `seed_demo` has filled, and adds to it: to fill a new one takes half an hour.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import POSTGRES, analyze
from bench.table import BENCHMARKS, write
from faults.proxy import proxied
from faults.stage import Stage
from load.findings import Answers, Memory
from tests import server
from tests.postgres import local_postgres
from tests.smtp import mail_server

BODIES, TOPICS, REPLIES = 1_788, 50_000, 1_000_000
LOG_INS_A_SECOND = 5_000 / 1_800
MINUTES = 10
WEB_PROCESSES = "4"


def main() -> int:
    arguments = read_arguments()
    with (
        tempfile.TemporaryDirectory(prefix="renkei-load-") as name,
        database(arguments.database) as url,
    ):
        environment = server.demo_environment(Path(name)) | {"DATABASE_URL": url}
        stage = Stage(Path(name), environment, None)
        prepare(stage, is_filled=bool(arguments.database))
        analyze(url)
        answers, memory = morning(stage, arguments.minutes)
    lines = [heading(arguments.minutes), "", *answers.table(), "", str(memory)]
    print("\n".join(lines))
    if arguments.minutes == MINUTES:
        write(BENCHMARKS, "load", lines)
    return 0 if answers.hold and memory.is_flat else 1


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--database", default="", help="DATABASE_URL of a filled one")
    return parser.parse_args()


@contextmanager
def database(given: str) -> Iterator[str]:
    if given:
        yield given
        return
    with local_postgres(POSTGRES) as found:
        yield found.url


def prepare(stage: Stage, *, is_filled: bool) -> None:
    """The board, then the people of the morning."""
    server.prepare(stage.environment)
    server.manage(stage.environment, "write_error_pages")
    if not is_filled:
        numbers = {"organizations": BODIES, "topics": TOPICS, "replies": REPLIES}
        sizes = [f"--{name}={number}" for name, number in numbers.items()]
        server.manage(stage.environment, "seed_demo", *sizes)
    (stage.folder / "people.json").write_text(stage.python("-m", "load.people"))


def morning(stage: Stage, minutes: float) -> tuple[Answers, Memory]:
    production = server.production(stage.folder)
    production |= {"SITE_URL": "https://127.0.0.1", "WEB_CONCURRENCY": WEB_PROCESSES}
    with mail_server() as mailbox:
        production["EMAIL_PORT"] = str(mailbox.port)
        # The digest went out before anybody came.
        stage.python("manage.py", "run_due", **production)
        mailbox.envelopes.clear()
        with (
            stage.web(**production) as site,
            stage.worker(**production) as worker,
            proxied(stage.folder, site.port, tls=True) as front,
        ):
            memory = Memory(site.pid, worker.pid)
            with memory.watched():
                answers = asked(stage.folder, front, minutes)
        memory.mails = len(mailbox.envelopes)
    return answers, memory


def asked(folder: Path, port: int, minutes: float) -> Answers:
    """By Locust in a process of its own: it changes Python's sockets for all of a process."""
    result = folder / "answers.json"
    people = round(LOG_INS_A_SECOND * minutes * 60)
    command = [sys.executable, "-m", "locust", "-f", "load/clerks.py", "--headless"]
    command += ["--host", f"https://127.0.0.1:{port}", "--users", str(people), "--only-summary"]
    command += ["--spawn-rate", f"{LOG_INS_A_SECOND:.3f}", "--run-time", f"{minutes * 60:.0f}s"]
    done = subprocess.run(
        command,
        cwd=server.ROOT,
        env=os.environ | {"LOAD_PEOPLE": f"{folder}/people.json", "LOAD_RESULT": str(result)},
        capture_output=True,
        text=True,
    )
    if not result.exists():
        raise RuntimeError(done.stdout + done.stderr)
    return Answers(json.loads(result.read_text()))


def heading(minutes: float) -> str:
    return (
        f"Measured on {datetime.now(tz=UTC):%Y-%m-%d} with `make load`: {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {REPLIES:,} replies in {TOPICS:,} topics of {BODIES:,} bodies, {minutes:g} minutes."
    )


if __name__ == "__main__":
    sys.exit(main())
