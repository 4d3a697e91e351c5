"""Imports and relations run downwards only, and rooms stay small."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

MAY_IMPORT = {
    "renkei": {"board", "agreements", "news", "members", "lib"},
    "board": {"members", "lib"},
    "agreements": {"members", "lib"},
    "news": {"members", "lib"},
    "members": {"lib"},
    "lib": set(),
}
FORBIDDEN_ROOMS = {"utils", "helpers", "common", "core", "services", "selectors", "managers"}
SOURCES = [
    path
    for app in MAY_IMPORT
    for path in sorted((settings.BASE_DIR / app).rglob("*.py"))
    if "migrations" not in path.parts
]


def imported_apps(path: Path) -> set[str]:
    """The first part of every absolute import of one of our apps, late imports included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names} & set(MAY_IMPORT)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_module_imports_downwards(path):
    app = path.relative_to(settings.BASE_DIR).parts[0]

    assert imported_apps(path) - {app} <= MAY_IMPORT[app]


def test_relations_point_downwards():
    upward = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in MAY_IMPORT
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if (target := field.related_model._meta.app_label) in MAY_IMPORT
        and target != model._meta.app_label
        and target not in MAY_IMPORT[model._meta.app_label]
    ]

    assert upward == []


def test_no_room_promises_nothing():
    assert {path.stem for path in SOURCES} & FORBIDDEN_ROOMS == set()


def test_files_stay_under_400_lines():
    long = {
        path.name: lines
        for path in SOURCES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }

    assert long == {}


def test_settings_stay_under_250_lines():
    path = settings.BASE_DIR / "renkei" / "settings.py"

    assert len(path.read_text(encoding="utf-8").splitlines()) < 250


def test_readme_stays_under_120_lines():
    path = settings.BASE_DIR / "README.md"

    assert len(path.read_text(encoding="utf-8").splitlines()) <= 120
