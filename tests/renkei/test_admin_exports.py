"""Whatever leaves the admin as a file: recorded, and never longer than it says."""

import pytest
from django.urls import NoReverseMatch, reverse

from members import exporting
from members.models import AuditEntry
from tests import factories
from tests.html import text_of
from tests.renkei.admin_rows import MAKE

MODELS = sorted(MAKE, key=lambda model: model._meta.label)


def exports_of(model):
    """Addresses of the CSV and of the workbook; none where the list has no export."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
    try:
        return [reverse(f"{name}export"), reverse(f"{name}export_excel")]
    except NoReverseMatch:
        pass
    try:
        return [reverse(f"{name}export_list", args=[kind]) for kind in ("csv", "xlsx")]
    except NoReverseMatch:
        return []


WITH_EXPORT = [model for model in MODELS if exports_of(model)]


@pytest.fixture
def desk(client, secretary):
    client.force_login(secretary)
    return client


def test_lists_that_come_back_as_a_sheet_and_those_of_people_are_among_them():
    names = {model._meta.label for model in WITH_EXPORT}

    assert names >= {
        *("agreements.RegionalAgreement", "agreements.CorporateAgreement", "news.Event"),
        *("members.LocalGovernment", "members.Organization", "news.Publication"),
        *("members.User", "members.Seat", "members.Application", "board.Reply"),
    }


@pytest.mark.parametrize("model", WITH_EXPORT, ids=lambda model: model._meta.label)
def test_export_of_a_list_is_recorded_with_who_and_how_many(desk, secretary, model):
    MAKE[model](1)

    answers = [desk.get(address).status_code for address in exports_of(model)]

    assert answers == [200, 200]
    entries = AuditEntry.objects.filter(act="export_list", actor=secretary)
    assert [(entry.actor, entry.target_type) for entry in entries] == [
        (secretary, model._meta.label_lower)
    ] * 2
    assert all(entry.detail["rows"] >= 1 for entry in entries)


@pytest.mark.parametrize("model", WITH_EXPORT, ids=lambda model: model._meta.label)
def test_list_that_is_too_long_is_refused_on_the_page_and_nothing_is_recorded(
    desk, monkeypatch, model
):
    monkeypatch.setattr(exporting, "MOST", 0)
    MAKE[model](1)

    answers = [desk.get(address, follow=True) for address in exports_of(model)]

    for answer in answers:
        assert answer.redirect_chain
        assert "書き出せるのは20,000件までです" in text_of(answer)
    assert not AuditEntry.objects.filter(act="export_list").exists()


def test_figures_that_are_taken_away_are_recorded(desk, secretary):
    desk.get(reverse("admin:figures_book"))
    desk.get(reverse("admin:figures_sheet", args=["mails"]))

    entries = AuditEntry.objects.filter(act="export_figures", actor=secretary).order_by("pk")
    assert ["table" in entry.detail for entry in entries] == [False, True]


def test_table_of_a_yearly_check_that_is_taken_away_is_recorded(desk, secretary):
    check = factories.make_yearly_check()
    factories.make_seat(organization=factories.make_organization())

    desk.get(reverse("admin:members_yearlycheck_download", args=[check.pk, "csv"]))

    entry = AuditEntry.objects.get(act="export_list")
    assert (entry.actor, entry.target_type) == (secretary, "members.yearlycheck")
