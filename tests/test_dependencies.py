"""What the portal runs on: pinned with hashes, from no named host, under licences that were looked at."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.txt", "requirements-dev.txt"]

# As the package states it; its files were read where that says little (BSD License, Other).
LICENCES = {
    "argon2-cffi": "MIT",
    "argon2-cffi-bindings": "MIT",
    "asgiref": "BSD-3-Clause",
    "atpublic": "Apache-2.0",
    "brotli": "MIT",
    "cffi": "MIT-0",
    "colorama": "BSD-3-Clause",
    "cryptography": "Apache-2.0 OR BSD-3-Clause",
    "diff-match-patch": "Apache Software License",
    "dj-database-url": "BSD-3-Clause",
    "django": "BSD-3-Clause",
    "django-allauth": "MIT",
    "django-csp": "BSD",
    "django-import-export": "BSD License",
    "django-simple-history": "BSD License",
    "et-xmlfile": "MIT",
    "fido2": "BSD License, Apache Software License, Mozilla Public License 2.0 (MPL 2.0)",
    "flufl-bounce": "Apache-2.0",
    "gunicorn": "MIT",
    "icalendar": "BSD-2-Clause",
    "jinja2": "BSD License",
    "jpholiday": "MIT",
    "markdown-it-py": "MIT License",
    "markupsafe": "BSD-3-Clause",
    "mdurl": "MIT License",
    "nh3": "MIT",
    "openpyxl": "MIT",
    "packaging": "Apache-2.0 OR BSD-2-Clause",
    "pillow": "MIT-CMU",
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
    "pycparser": "BSD-3-Clause",
    "pypdfium2": "BSD-3-Clause, Apache-2.0, dependency licenses",
    "python-dateutil": "Dual License",
    "qrcode": "BSD",
    "six": "MIT",
    "sqlparse": "BSD License",
    "tablib": "MIT License",
    "typing-extensions": "PSF-2.0",
    "tzdata": "Apache-2.0",
    "whitenoise": "MIT",
}
# Only on Windows: not installed here.
ELSEWHERE = {"colorama"}


def packages(lock):
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


def licence_of(name):
    about = metadata(name)
    told = about.get("License-Expression") or about.get("License") or ""
    if 0 < len(told) < 50 and "Copyright" not in told:
        return told
    kinds = about.get_all("Classifier") or []
    return ", ".join(kind.rpartition(" :: ")[2] for kind in kinds if kind.startswith("License"))


def test_every_package_that_runs_was_looked_at():
    assert set(packages("requirements.txt")) == set(LICENCES)


@pytest.mark.parametrize("name", LICENCES)
def test_licence_of_each_package_is_one_that_was_looked_at(name):
    try:
        assert licence_of(name) == LICENCES[name]
    except PackageNotFoundError:
        assert name in ELSEWHERE


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes(lock):
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=[a-z])", text.strip())

    assert len(entries) == len(packages(lock)) > 30
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_file_names_no_host(lock):
    assert "//" not in (ROOT / lock).read_text()
