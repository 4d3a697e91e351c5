"""Makes backups, looks them through, forgets old ones, and brings one back."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from members.models import Delivery
from renkei import orphans
from renkei.backups import archive, databases
from renkei.models import JobRun, Restoration

JOB = "backup"
PATTERN = "renkei-*.tar*"
DISCARDED = "復元の前に送信された可能性があるため、送信しませんでした。"


@dataclass(frozen=True)
class Restored:
    """Files that the database names and the backup does not hold were deleted while it was made."""

    made_at: str
    rows: int
    files: int
    missing: list[str]


def back_up(folder: Path, *, recipients: str = "", keep: int = 30) -> Path:
    """The new file; older ones than the newest `keep` are gone afterwards. Safe while the portal runs."""
    now = timezone.now()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"renkei-{now:%Y%m%dT%H%M%SZ}.tar{'.age' if recipients else ''}"
    with _recorded(now), _workplace(folder) as work:
        # Files first and again afterwards: what the dump names was there at one of the two moments.
        _link_files(work / "files")
        rows = databases.dump(work / archive.DATABASE)
        _link_files(work / "files")
        with archive.to_write(path, recipients) as target, archive.Writer(target) as writer:
            _fill(writer, work, {"made_at": now.isoformat(), "rows": rows})
        if not recipients:
            look_through(path)
        for old in sorted(folder.glob(PATTERN))[:-keep]:
            old.unlink()
    return path


def _fill(writer: archive.Writer, work: Path, facts: dict[str, Any]) -> None:
    writer.add(archive.DATABASE, work / archive.DATABASE)
    for file in sorted(_files_in(work / "files")):
        writer.add(f"{archive.FILES}{file.relative_to(work / 'files').as_posix()}", file)
    writer.finish(facts | {"format": 1, "database": connection.vendor})


def look_through(path: Path, *, identity: str = "") -> dict[str, Any]:
    """Reads all of it; answers its manifest. Raises archive.DamagedError."""
    with archive.to_read(path, identity) as source:
        return archive.read(source, archive.look_only)


def restore(path: Path, *, identity: str = "") -> Restored:
    """Into an empty database. Nobody is logged in and no mail goes out until go_live().

    Raises archive.DamagedError before anything is changed, and databases.NotEmptyError.
    """
    files = Path(settings.FILES_DIR)
    files.mkdir(parents=True, exist_ok=True)
    with _workplace(files.parent) as work:
        with archive.to_read(path, identity) as source:
            manifest = archive.read(source, lambda name, content: _unpack(work, name, content))
        if manifest["database"] != connection.vendor:
            raise archive.DamagedError(f"made on {manifest['database']}, not {connection.vendor}")
        databases.load(work / archive.DATABASE)
        if (found := databases.count_rows()) != manifest["rows"]:
            differing = sorted(name for name in found if found[name] != manifest["rows"].get(name))
            raise archive.DamagedError(f"other numbers of rows in {', '.join(differing)}")
        for file in _files_in(work / "files"):
            target = files / file.relative_to(work / "files")
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
    call_command("migrate", verbosity=0)
    _freeze(manifest["made_at"])
    return Restored(
        manifest["made_at"],
        sum(manifest["rows"].values()),
        len(manifest["members"]) - 1,
        sorted(name for name in orphans.named() if not default_storage.exists(name)),
    )


@transaction.atomic
def _freeze(made_at: str) -> None:
    Restoration.objects.create(made_at=datetime.fromisoformat(made_at))
    Session.objects.all().delete()


@transaction.atomic
def go_live(*, drops_waiting_mail: bool) -> int:
    """Mail goes out again; answers how many restorations waited. What the old server has surely sent may be dropped."""
    for restoration in Restoration.objects.frozen():
        if drops_waiting_mail:
            waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
            waiting.filter(due_at__lte=restoration.restored_at).update(
                state=Delivery.State.SKIPPED, reason=DISCARDED
            )
    return Restoration.objects.frozen().update(went_live_at=timezone.now())


@contextmanager
def _recorded(now: datetime) -> Iterator[None]:
    """As the run of a job, so that /readyz and the start page of the admin know."""
    run = JobRun.objects.create(job=JOB, period=now.isoformat(timespec="seconds"))
    try:
        yield
    except BaseException as error:
        JobRun.objects.filter(pk=run.pk).update(finished_at=timezone.now(), failure=repr(error))
        raise
    JobRun.objects.filter(pk=run.pk).update(finished_at=timezone.now())


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """On the same disk as what is moved in or out, for nobody else to read."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as name:
        (Path(name) / "files").mkdir()
        yield Path(name)


def _link_files(target: Path) -> None:
    """A second name for each stored file, which costs no space; a copy where that cannot be.

    A bucket keeps versions of its own.
    """
    if settings.FILES_BUCKET:
        return
    source = Path(settings.FILES_DIR)
    for file in _files_in(source):
        copy = target / file.relative_to(source)
        if copy.exists():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, copy)
        except FileNotFoundError:
            continue
        except OSError:
            shutil.copyfile(file, copy)


def _files_in(folder: Path) -> Iterator[Path]:
    """Not what a backup or a half-written upload keeps beside them."""
    for path in folder.rglob("*"):
        if path.is_file() and not any(
            part.startswith(".") for part in path.relative_to(folder).parts
        ):
            yield path


def _unpack(work: Path, name: str, content: IO[bytes]) -> None:
    target = work / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        shutil.copyfileobj(content, file)
