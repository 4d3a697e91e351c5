"""Hostile text in every column of words of every table, past all forms: no page runs, fetches or breaks."""

import pytest
from django.apps import apps
from django.db import models
from django.db.models.functions import Cast, Concat

from tests.crawl import addresses, reading
from tests.test_hostile_forms import running_in

# Followed by the number of the row; the second for columns of few letters.
TEXT = """</textarea></title><script>alert(1)</script>"><img src=x onerror=alert(1)> {{7*7}}"""
SHORT = "<script>alert(1)</script>"
# Of a file: a UUID.
LONGEST_NUMBER = 36
# What the portal writes itself, and reads again.
OURS = {
    *(
        "id",
        "key",
        "form_key",
        "token",
        "password",
        "slug",
        "code",
        "folded",
        "folded_name",
        "sha256",
    ),
    *("body_html", "session_key", "session_data", "address", "path", "content_type", "username"),
    *("job", "period", "object_id", "object_repr", "change_message", "target_type", "target_id"),
    *("act", "app_label", "model", "codename", "type", "mail_list", "cover_sha256", "x_account"),
}
APPS = {"agreements", "board", "members", "news", "renkei"}

pytestmark = pytest.mark.django_db


def poison():
    """Columns written, as model and name."""
    written = []
    for model in apps.get_models():
        if model._meta.app_label not in APPS or model.__name__ in {"SearchEntry", "Delivery"}:
            continue
        for field in model._meta.concrete_fields:
            is_text = type(field) in {models.CharField, models.TextField}
            is_free = is_text and not field.choices and field.name not in OURS and not field.unique
            if is_free and model._base_manager.exclude(**{field.name: ""}).exists():
                rows = model._base_manager.exclude(**{field.name: ""})
                number = Cast("pk", models.CharField())
                rows.update(**{field.name: Concat(models.Value(_fitting(field)), number)})
                written.append((model._meta.label, field.name))
    return written


def _fitting(field):
    """PostgreSQL keeps to max_length."""
    room = (field.max_length or 10_000) - LONGEST_NUMBER
    return next((text for text in (TEXT, SHORT) if len(text) <= room), "<b>"[: max(room, 0)])


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("role", ["anonymous", "manager", "secretary"])
def test_stored_text_runs_on_no_page(people, browser_of, role):
    client = browser_of(role)
    assert len(poison()) > 60
    portal = list(addresses.of_the_portal(people))
    start = [*portal, *addresses.of_the_admin()] if role == "secretary" else portal

    running, broken, shown = {}, [], 0
    for address in dict.fromkeys(start):
        response = client.get(address)
        body = reading.body_of(response)
        if response.status_code >= 500:
            broken.append(address)
        if reading.HTML in response.headers.get("Content-Type", ""):
            text = body.decode()
            shown += "&lt;script&gt;alert(1)" in text
            if found := running_in(text):
                running[address] = found

    assert (running, broken) == ({}, [])
    assert shown > {"anonymous": 3, "manager": 15, "secretary": 50}[role]
