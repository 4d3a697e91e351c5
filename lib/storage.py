"""Where uploads lie: a private folder that keeps no half-written file."""

import errno
import shutil
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage

# Of the disk; the database often lies on the same one (security.md, 58).
RESERVE = 0.05


class PrivateStorage(FileSystemStorage):
    def _save(self, name: str, content: File) -> str:
        """Names are random, so that nothing else can have been written under this one."""
        try:
            return super()._save(name, content)  # type: ignore[misc]
        except OSError:
            self.delete(name)
            raise


def has_room(size: int) -> bool:
    """Whether the reserve of the disk is untouched after so many bytes."""
    if not isinstance(default_storage, PrivateStorage):
        return True
    folder = Path(default_storage.location)
    folder.mkdir(parents=True, exist_ok=True)
    disk = shutil.disk_usage(folder)
    return disk.free - size > disk.total * RESERVE


def is_full(error: OSError) -> bool:
    """The disk, or what this user may use of it."""
    return error.errno in {errno.ENOSPC, errno.EDQUOT}
