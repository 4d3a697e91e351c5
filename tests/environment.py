"""A pytest plugin: the environment of a production process, before Django reads it."""

import gc
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR_DIR = ROOT / "var" / "test"

# WhiteNoise warns of a missing folder, and every warning is an error.
(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)
for name, value in {
    "SECRET_KEY": "a-key-for-tests-only-" * 3,
    "DATABASE_URL": f"sqlite:///{VAR_DIR / 'renkei.sqlite3'}",
    "ALLOWED_HOSTS": "portal.example.jp",
    "SITE_URL": "https://portal.example.jp",
    "VAR_DIR": str(VAR_DIR),
    "FILES_DIR": str(VAR_DIR / "files"),
    "EMAIL_HOST": "localhost",
    "DEFAULT_FROM_EMAIL": "portal@portal.example.jp",
}.items():
    os.environ.setdefault(name, value)
# Whoever has DEMO=1 in the shell tests the same portal as everybody else.
os.environ.pop("DEMO", None)

# Tests make many objects that live long: looking for garbage as often as Python does was an eighth of a run.
gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end."""
    gc.collect()
    gc.freeze()
