"""The database as one file, with the number of rows that it holds, and back."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection, transaction

Rows = dict[str, int]


class NotEmptyError(Exception):
    """A backup is restored into an empty database only."""


def dump(target: Path) -> Rows:
    """As it was at one moment, while the portal goes on writing."""
    return _dump_postgresql(target) if _is_postgresql() else _dump_sqlite(target)


def load(source: Path) -> None:
    """Raises NotEmptyError; all or nothing."""
    if connection.introspection.table_names():
        raise NotEmptyError("The database has tables. Restore into a new, empty one.")
    if _is_postgresql():
        connection.close()
        options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-acl"]
        _run("pg_restore", *options, f"--dbname={_name()}", str(source))
        return
    path = connection.settings_dict["NAME"]
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(source, path)


def count_rows() -> Rows:
    """Of every table."""
    with connection.cursor() as cursor:
        return {name: _count(cursor, name) for name in _tables(cursor)}


def _dump_postgresql(target: Path) -> Rows:
    """pg_dump and the count look through the same snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        _run("pg_dump", "-Fc", f"--snapshot={snapshot}", f"--file={target}", _name())
        return {name: _count(cursor, name) for name in _tables(cursor)}


def _dump_sqlite(target: Path) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])
        cursor.execute("ATTACH DATABASE %s AS copied", [str(target)])
        try:
            return {name: _count(cursor, f"copied.{name}") for name in _tables(cursor)}
        finally:
            cursor.execute("DETACH DATABASE copied")


def _tables(cursor: Any) -> list[str]:
    return sorted(
        table.name for table in connection.introspection.get_table_list(cursor) if table.type == "t"
    )


def _count(cursor: Any, table: str) -> int:
    quoted = ".".join(connection.ops.quote_name(part) for part in table.split("."))
    cursor.execute(f"SELECT count(*) FROM {quoted}")  # noqa: S608 - names of our own tables
    return int(cursor.fetchone()[0])


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _run(program: str, *arguments: str) -> None:
    """With the address of the database in the environment, so that no password stands in the process list."""
    command, more = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    found = shutil.which(program)
    if found is None:
        raise FileNotFoundError(f"{program} is not installed (Debian: postgresql-client)")
    # Of psql's own arguments all but its name and that of the database, which stands last.
    whole = [found, *command[1:-1], *arguments]
    subprocess.run(whole, env={**os.environ, **(more or {})}, check=True)  # noqa: S603 - our own
