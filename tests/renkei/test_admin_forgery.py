"""POSTs to the admin that no page offers, by staff who may only look; and questions for secret columns."""

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import ForeignKey
from django.urls import reverse

from lib.admin import SECRET_COLUMNS
from members.models import Theme, User
from members.staff import Desk
from renkei import groups
from tests import factories
from tests.page_forms import PageForms
from tests.renkei.admin_rows import MAKE
from tests.tables import changed, everything, written_tables

MODELS = sorted(MAKE, key=lambda model: model._meta.label)
# What each group may only look at.
ONLY_SEEN = [
    (desk, model)
    for column, desk in enumerate(Desk)
    for model in MODELS
    if set(groups.TABLE[model._meta.label_lower][column]) == {"v"}
]


def address_of(model, page, *arguments):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def forged(page):
    """The form with other words in each field of text, and one row more in each table below."""
    fields = PageForms(page)
    data = {**fields.values, **dict.fromkeys(fields.words, "偽")}
    for name in [name for name in data if name.endswith("-TOTAL_FORMS")]:
        prefix, rows = name.removesuffix("-TOTAL_FORMS"), int(data[name] or 0)
        data[name] = str(rows + 1)
        data |= {f"{prefix}-{rows}-{field}": "偽" for field in ("name", "text", "title", "reason")}
    return {**data, "_save": "1"}


@pytest.mark.parametrize(
    ("desk", "model"),
    ONLY_SEEN,
    ids=lambda value: value.name if isinstance(value, Desk) else value.__name__,
)
def test_nothing_is_changed_by_who_may_only_look(client_factory, secretary, desk, model):
    row, clerk = MAKE[model](1), factories.make_staff(desk)
    boss, forger = client_factory(), client_factory()
    boss.force_login(secretary)
    forger.force_login(clerk)
    page, adding = boss.get(address_of(model, "change", row.pk)), boss.get(address_of(model, "add"))
    acts = admin.site._registry[model].get_actions(page.wsgi_request)
    before = everything()

    with written_tables() as tables:
        answers = [
            forger.post(address_of(model, "change", row.pk), forged(page)),
            forger.post(address_of(model, "delete", row.pk), {"post": "yes"}),
            forger.post(address_of(model, "add"), forged(adding)),
            *(forger.post(address_of(model, "changelist"), act) for act in _acts(acts, row)),
            forger.post(address_of(model, "changelist"), _editable_rows(row)),
        ]

    assert changed(before, everything(tables)) == {}
    assert [answer.status_code for answer in answers[1:3]] == [403, 403]
    assert {answer.status_code for answer in answers} <= {200, 302, 403}


def _acts(acts, row):
    for act in {*acts, "delete_selected"}:
        yield {"action": act, ACTION_CHECKBOX_NAME: row.pk, "confirmed": "1", "post": "yes"} | {
            "reason": "偽",
            "note": "偽",
        }


def _editable_rows(row):
    """As of a list with list_editable."""
    return {
        **{"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": row.pk, "_save": "1"},
        **dict.fromkeys((f"form-0-{field.name}" for field in row._meta.fields), "1"),
    }


def test_same_form_does_change_when_it_comes_from_who_may(client, secretary):
    theme = MAKE[Theme](1)
    client.force_login(secretary)
    page = client.get(address_of(Theme, "change", theme.pk))

    client.post(address_of(Theme, "change", theme.pk), {**forged(page), "name": "偽"})

    assert Theme.objects.get().name == "偽"


def secret_paths(model):
    """Columns that nobody should be able to guess letter by letter, of the row and what it points to."""
    names = {field.name for field in model._meta.get_fields()}
    yield from (name for name in sorted(SECRET_COLUMNS) if name in names)
    for field in model._meta.fields:
        if isinstance(field, ForeignKey):
            below = {inner.name for inner in field.related_model._meta.get_fields()}
            yield from (f"{field.name}__{name}" for name in sorted(SECRET_COLUMNS) if name in below)
            if "users" in below:
                yield f"{field.name}__users__password"
            if field.related_model is User:
                yield f"{field.name}__authenticator__data"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_list_cannot_be_asked_for_secret_columns(client, secretary, model):
    MAKE[model](1)
    client.force_login(secretary)

    answers = {
        path: client.get(address_of(model, "changelist"), {f"{path}__startswith": "p"}).status_code
        for path in (*secret_paths(model), "user__password", "nothing__at__all")
    }

    assert set(answers.values()) <= {302, 400}, answers


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_list_shows_or_searches_a_secret_column(rf, secretary, model):
    request = rf.get("/")
    request.user = secretary
    page = admin.site._registry[model]

    named = {*page.get_list_display(request), *page.get_search_fields(request)}
    named |= {*page.get_list_filter(request)} if model is not User else set()

    assert not [name for name in map(str, named) if name.endswith(tuple(SECRET_COLUMNS))]
    assert not SECRET_COLUMNS & {*getattr(page, "export_columns", {})}
