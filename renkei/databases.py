"""The primary, and a standby of it that public pages may read (`renkei/replica.py`)."""

from pathlib import Path
from typing import Any

import dj_database_url

_SQLITE = "django.db.backends.sqlite3"


def primary(url: str, *, limits: str, test_file: Path) -> dict[str, Any]:
    """JIT takes longer than the queries it compiles. IMMEDIATE locks SQLite before it is read: no deadlock."""
    found = _parsed(url)
    if found["ENGINE"] == _SQLITE:
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        # pytest-xdist and the live server need a file: an in-memory database has no WAL.
        found["TEST"] = {"NAME": str(test_file)}
    else:
        found["OPTIONS"] = {"options": f"-c jit=off {limits}", **found.get("OPTIONS", {})}
    return found


def standby(url: str, *, limits: str) -> dict[str, Any]:
    """Refuses to write, and is given up on after seconds: the primary has the same rows."""
    found = _parsed(url)
    if found["ENGINE"] == _SQLITE:
        found["OPTIONS"] = {"init_command": "PRAGMA query_only=1;"}
    else:
        found["OPTIONS"] = {
            "options": f"-c jit=off -c default_transaction_read_only=on {limits}",
            "connect_timeout": 2,
            "tcp_user_timeout": 3000,
            **found.get("OPTIONS", {}),
        }
    return found | {"TEST": {"MIRROR": "default"}}


def _parsed(url: str) -> dict[str, Any]:
    return {**dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)}
