"""docs/security.md names tests that exist; and what no code of ours does."""

import re

import pytest
from django.conf import settings

PAGE = (settings.BASE_DIR / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE)))
ROWS = [int(number) for number in re.findall(r"^\| ([0-9]+) \|", PAGE, re.MULTILINE)]
APPS = ("agreements", "board", "lib", "members", "news", "renkei")
SOURCES = [
    path
    for app in APPS
    for path in sorted((settings.BASE_DIR / app).rglob("*.py"))
    if "migrations" not in path.parts
]
# SQL of the index, constants all; the one way out, to X, by a button of the secretariat.
KNOWN = {"board/search/postgresql.py", "board/search/sqlite.py", "lib/x_posts.py"}
BANNED = {
    "conditions of the request": re.compile(
        r"(?:filter|exclude|get|Q)\(\*\*[^)]*request\.(?:GET|POST)|\*\*request\.(?:GET|POST)"
    ),
    "SQL": re.compile(r"\.(?:extra|raw)\(|RawSQL\("),
    "kept for everybody": re.compile(r"cache_page|UpdateCacheMiddleware|FetchFromCache"),
    "fetched": re.compile(
        r"^\s*(?:import|from) (?:requests|httpx|urllib\.request|http\.client)", re.MULTILINE
    ),
    "run": re.compile(r"\b(?:eval|exec|os\.system|pickle\.loads?|yaml\.load)\("),
}


def test_every_requirement_has_a_row():
    assert list(range(1, 68)) == ROWS


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_named_test_exists(file, name):
    source = (settings.BASE_DIR / "tests" / file).read_text(encoding="utf-8")

    assert re.search(rf"^ *def {name}\(", source, re.MULTILINE)


@pytest.mark.parametrize("what", BANNED)
def test_no_code_builds_sql_or_conditions_from_requests(what):
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for path in SOURCES
        if BANNED[what].search(path.read_text(encoding="utf-8"))
    }

    assert found - KNOWN == set()
