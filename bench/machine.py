"""The throw-away database of a measurement, and what its processes hold."""

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

# Writes are safe, as in production.
POSTGRES = "-c shared_buffers=1GB -c max_wal_size=4GB -c max_connections=200"


def database(url: str, name: str) -> str:
    """A new one in the same server."""
    with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as found:
        found.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def analyze(url: str) -> None:
    """As autovacuum would have done in the meantime."""
    with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as found:
        found.execute("VACUUM ANALYZE")


def memory_of_workers(master: int) -> list[float]:
    """Resident megabytes; nothing where the system does not tell."""
    return [resident(pid) for pid in workers_of(master)]


def workers_of(master: int) -> list[int]:
    """Processes whose parent is gunicorn's master; zombies are none any more."""
    return [
        int(stat.parent.name)
        for stat in Path("/proc").glob("[0-9]*/stat")
        if _parent(stat) == master
    ]


def _parent(stat: Path) -> int | None:
    try:
        state, parent = stat.read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return int(parent) if state != "Z" else None


def resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
