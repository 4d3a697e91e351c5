"""Reads the process environment for settings.py, and says what is missing."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str) -> bool:
    """True for 1, true, yes and on in any case; anything else is False."""
    return text(name).lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    """A whole number; raises ImproperlyConfigured for anything else."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def require(*names: str) -> None:
    """Refuse the start, naming every missing variable at once."""
    missing = [name for name in names if not text(name)]
    if missing:
        raise ImproperlyConfigured(
            f"Missing environment variables: {', '.join(missing)}. "
            "See .env.example; DEMO=1 runs a demonstration without them."
        )


def generated_secret(path: Path) -> str:
    """The demonstration's secret key: made once, kept beside its data."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text()


def file_storage(folder: Path, bucket: str) -> dict[str, Any]:
    """Where uploads go: the folder, unless a bucket is named."""
    if bucket:
        return {"BACKEND": "lib.bucket.PrivateBucket", "OPTIONS": {"bucket_name": bucket}}
    return {"BACKEND": "lib.storage.PrivateStorage", "OPTIONS": {"location": folder}}
