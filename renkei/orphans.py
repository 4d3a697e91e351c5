"""Stored content that no row names: left by a worker that died between the file and its row."""

from datetime import timedelta

from django.apps import apps
from django.core.files.storage import Storage, default_storage
from django.db.models import FileField
from django.utils import timezone

from lib.uploads import PRIVATE_FOLDER, PRIVATE_NAME

# What is written this moment has no row yet.
ORPHAN_AFTER = timedelta(days=1)


def clear(storage: Storage = default_storage) -> int:
    """Answers how many files were deleted. Safe while the portal runs.

    What does not bear a name of ours is somebody else's, as lost+found on a disk of its own.
    """
    known = named()
    cleared = 0
    for folder in filter(PRIVATE_FOLDER.fullmatch, storage.listdir("")[0]):
        for name in filter(PRIVATE_NAME.fullmatch, storage.listdir(folder)[1]):
            path = f"{folder}/{name}"
            if path not in known and _is_old(storage, path):
                storage.delete(path)
                cleared += 1
    return cleared


def named() -> set[str]:
    """By any file column of any model."""
    names: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                rows = model._default_manager.exclude(**{field.name: ""})
                names.update(rows.values_list(field.name, flat=True))
    return names


def _is_old(storage: Storage, path: str) -> bool:
    return storage.get_modified_time(path) < timezone.now() - ORPHAN_AFTER
