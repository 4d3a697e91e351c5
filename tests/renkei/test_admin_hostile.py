"""Hostile text in every field of every form of the admin: no page breaks, nothing runs, what is refused changes nothing."""

import pytest
from django.db import transaction

from tests.page_forms import PageForms
from tests.renkei.admin_rows import MAKE
from tests.renkei.test_admin_forgery import MODELS, address_of
from tests.tables import changed, everything, written_tables
from tests.test_hostile_forms import HIDDEN, TEXTS, what_runs, words_of

KINDS = ("script", "control", "number", "brackets")
# Written for every form that is sent, taken or not.
NO_ROWS = {"sessions.Session", "members.AuditEntry", "usersessions.UserSession"}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_text_breaks_a_form_of_the_admin(client, secretary, model):
    row = MAKE[model](1)
    client.force_login(secretary, again=True)
    client.raise_request_exception = False
    pages = [address_of(model, "add"), address_of(model, "change", row.pk)]
    forms = [(address, PageForms(client.get(address))) for address in pages]
    before = everything()

    for address, fields in forms:
        for kind, text in {kind: TEXTS[kind] for kind in KINDS}.items():
            data = {**fields.values, **dict.fromkeys(fields.words, text), "_save": "1"}
            with transaction.atomic():
                with written_tables() as tables:
                    response = client.post(address, data)
                found = changed(before, everything(tables))
                transaction.set_rollback(True)
            written = {label: rows for label, rows in found.items() if label not in NO_ROWS}
            assert response.status_code < 500, (address, kind)
            assert what_runs(response) == [], (address, kind)
            assert response.status_code == 302 or not written, (address, kind, written)
            assert kind != "control" or not HIDDEN & set(words_of(written)), address
