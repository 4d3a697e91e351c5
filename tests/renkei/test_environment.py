"""Settings refuse a start that would be wrong, and say why."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from renkei import environment

# So that `make coverage` sees what such a process runs.
MEASURED = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def start(tmp_path, **variables):
    """A process of its own, with nothing of ours in its environment but these variables."""
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **MEASURED, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_names_everything_that_is_missing(tmp_path):
    result = start(tmp_path, SECRET_KEY="x" * 50)

    assert result.returncode != 0
    assert (
        "Missing environment variables: DATABASE_URL, ALLOWED_HOSTS, SITE_URL, FILES_DIR, "
        "EMAIL_HOST, DEFAULT_FROM_EMAIL." in result.stderr
    )


def test_demonstration_needs_nothing_and_keeps_its_key(tmp_path):
    (tmp_path / "static").mkdir()

    assert start(tmp_path, DEMO="1").returncode == 0
    key = (tmp_path / "secret_key").read_text()
    assert start(tmp_path, DEMO="1").returncode == 0

    assert len(key) > 50
    assert (tmp_path / "secret_key").read_text() == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_every_variable_is_explained_in_the_example():
    source = (settings.BASE_DIR / "renkei" / "settings.py").read_text(encoding="utf-8")
    explained = (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8")
    calls = source.split("environment.")[1:]
    names = {call.partition('"')[2].partition('"')[0] for call in calls if '"' in call[:20]}

    assert {name for name in names - {"DEMO"} if f"{name}=" not in explained} == set()


@pytest.mark.parametrize("name", [".env.example", "docs/operations.md"])
def test_no_remark_stands_behind_a_value(name):
    """systemd and containers would take it as part of the value."""
    text = (settings.BASE_DIR / name).read_text(encoding="utf-8")

    assert re.findall(r"^[A-Z_]+=.*#.*$", text, re.MULTILINE) == []


@pytest.mark.parametrize("value", ["1", "true", "YES", "on"])
def test_flag_is_true_in_many_words(monkeypatch, value):
    monkeypatch.setenv("FLAG", value)

    assert environment.flag("FLAG") is True


def test_number_must_be_one(monkeypatch):
    monkeypatch.setenv("NUMBER", "two")

    with pytest.raises(ImproperlyConfigured, match="NUMBER must be a whole number"):
        environment.number("NUMBER", 0)


def test_words_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("HOSTS", "a.example.jp, b.example.jp,")

    assert environment.words("HOSTS") == ["a.example.jp", "b.example.jp"]
