"""ZIP archives of files that were uploaded, with names that open right on Windows."""

import shutil
from collections.abc import Iterable
from contextlib import closing
from tempfile import SpooledTemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.files import File
from django.utils import timezone

from lib.uploads import clean_name, extension_of

# What is larger goes to the disk.
_IN_MEMORY_BYTES = 5 * 1024 * 1024
# All others that may be uploaded are compressed already.
_COMPRESSIBLE = {"csv", "txt"}


def zip_of(files: Iterable[tuple[str, File]]) -> IO[bytes]:
    """An archive at its beginning, which the caller closes; of each file one piece is read at a time."""
    target = SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - the caller streams it
    names = _DifferentNames()
    with ZipFile(target, "w") as archive:
        for name, file in files:
            with (
                closing(file.open("rb")) as source,
                archive.open(_entry(names(name)), "w") as entry,
            ):
                shutil.copyfileobj(source, entry)
    target.seek(0)
    return target


def _entry(name: str) -> ZipInfo:
    # zipfile marks a name as UTF-8 where it is not ASCII.
    entry = ZipInfo(name, date_time=timezone.localtime().timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED if extension_of(name) in _COMPRESSIBLE else ZIP_STORED
    return entry


class _DifferentNames:
    """Clean names; one that has been there, in whichever case, gets （2） before its extension."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def __call__(self, name: str) -> str:
        name = free = clean_name(name)
        stem, dot, extension = name.rpartition(".") if extension_of(name) else (name, "", "")
        while free.casefold() in self._taken:
            number = self._taken[name.casefold()] = self._taken[name.casefold()] + 1
            free = f"{stem}（{number}）{dot}{extension}"
        self._taken[free.casefold()] = 1
        return free
