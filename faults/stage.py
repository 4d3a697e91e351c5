"""A portal with demo members in a folder of its own, and what its database says."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests import server
from tests.postgres import LocalServer, local_postgres

# Writes are safe, as in production.
POSTGRES = "-c max_connections=200 -c shared_buffers=256MB"


@dataclass(frozen=True)
class Stage:
    folder: Path
    environment: server.Environment
    database: LocalServer | None
    # Where the code lies that runs.
    root: Path = server.ROOT

    @contextmanager
    def web(self, **changes: str) -> Iterator[server.Server]:
        with server.serving(self.environment, root=self.root, **changes) as found:
            yield found

    @contextmanager
    def worker(self, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
        """`run_due --loop` until the block ends; it may be dead by then."""
        log = (self.folder / "worker.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run_due", "--loop"],
            cwd=self.root,
            env=self.environment | changes,
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            server.stop(process)
            log.close()

    def python(self, *arguments: str, **changes: str) -> str:
        """What a program of this Python prints."""
        return server.run(self.environment | changes, *arguments, root=self.root)

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        if self.database is None:
            with closing(sqlite3.connect(self.folder / "renkei.sqlite3")) as file:
                return file.execute(query.replace("%s", "?"), values).fetchall()
        with self.connection() as connection:
            return connection.execute(query, values).fetchall()

    def number(self, query: str, *values: Any) -> int:
        return int(self.ask(query, *values)[0][0])

    def change(self, query: str, *values: Any) -> None:
        with self.connection() as connection:
            connection.execute(query, values)

    def connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        address = self.server.url.replace("postgres://", "postgresql://")
        return psycopg.connect(address, autocommit=True)

    @property
    def title(self) -> str:
        return "PostgreSQL" if self.database else "SQLite"

    @property
    def server(self) -> LocalServer:
        if self.database is None:
            raise RuntimeError("this stage stands on SQLite")
        return self.database

    def open_topic(self) -> int:
        """One that every member may reply to."""
        return self.number(
            "SELECT min(id) FROM board_topic WHERE status = 'open' AND audience = 'all'"
        )


@contextmanager
def on_postgres(root: Path = server.ROOT) -> Iterator[Stage]:
    with local_postgres(POSTGRES) as database, _prepared(database, root) as stage:
        yield stage


@contextmanager
def on_sqlite() -> Iterator[Stage]:
    with _prepared(None, server.ROOT) as stage:
        yield stage


@contextmanager
def _prepared(database: LocalServer | None, root: Path) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="renkei-faults-") as name:
        environment = server.demo_environment(Path(name))
        environment["DJANGO_SETTINGS_MODULE"] = "faults.settings"
        # An older release may have no faults/ of its own.
        environment["PYTHONPATH"] = str(server.ROOT)
        if database:
            environment["DATABASE_URL"] = database.url
        server.prepare(environment, root=root)
        if root == server.ROOT:
            server.manage(environment, "write_error_pages")
        yield Stage(Path(name), environment, database, root)


def kill(pid: int) -> bool:
    """False when it had ended by itself."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def wait_until(is_done: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
