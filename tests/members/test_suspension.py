"""Whoever is suspended in the admin is out for good: an old cookie does not come back to life."""

import pytest
from django.urls import reverse

from members import suspension
from members.models import AuditEntry, Delivery, Organization, User
from tests import factories


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    return client


def is_logged_in(client):
    return client.get("/").wsgi_request.user.is_authenticated


def fields(form):
    values = {bound.html_name: bound.value() for bound in form}
    # Not "in (None, False)": an inline without rows counts 0 of them.
    return {
        name: value for name, value in values.items() if value is not None and value is not False
    }


def save(admin, thing, **changed):
    """The admin's own form, sent back with these values."""
    address = reverse(f"admin:members_{thing._meta.model_name}_change", args=[thing.pk])
    context = admin.get(address).context
    data = fields(context["adminform"].form)
    for inline in context["inline_admin_formsets"]:
        data |= fields(inline.formset.management_form)
        for form in inline.formset.initial_forms:
            data |= fields(form)
    data = {**data, **changed}
    response = admin.post(address, {name: value for name, value in data.items() if value != ""})
    assert response.status_code == 302, response.context["errors"]


def test_old_cookie_of_a_readmitted_person_stays_dead(admin, other_client, manager):
    other_client.force_login(manager)
    assert is_logged_in(other_client)

    save(admin, manager, is_active="")
    assert not User.objects.get(pk=manager.pk).is_active
    save(admin, manager, is_active="on")

    assert User.objects.get(pk=manager.pk).is_active
    assert not is_logged_in(other_client)


def test_old_cookies_of_a_readmitted_body_stay_dead(secretary, other_client, manager):
    other_client.force_login(manager)
    assert is_logged_in(other_client)

    suspension.suspend(manager.seat.organization, by=secretary)
    suspension.resume(manager.seat.organization, by=secretary)

    assert not is_logged_in(other_client)


def test_form_of_a_body_changes_no_status_and_leads_to_the_page_that_does(admin, manager):
    body = manager.seat.organization

    save(admin, body, status=Organization.Status.SUSPENDED)

    body.refresh_from_db()
    form = admin.get(reverse("admin:members_organization_change", args=[body.pk]))
    assert body.status == Organization.Status.ACTIVE
    assert not AuditEntry.objects.exists()
    assert not Delivery.objects.exists()
    assert "status" not in form.context["adminform"].form.fields
    assert f'利用中　<a href="{reverse("admin:care", args=[body.pk])}">' in form.content.decode()


def test_body_that_the_secretariat_adds_takes_part(admin, secretary):
    address = reverse("admin:members_organization_add")
    data = {"kind": "municipality", "prefecture": "10", "name": "新規市", "status": "withdrawn"}
    for inline in admin.get(address).context["inline_admin_formsets"]:
        data |= fields(inline.formset.management_form)

    admin.post(address, data)

    assert Organization.objects.get(name="新規市").status == Organization.Status.ACTIVE


def test_suspension_leaves_audit_entries(admin, secretary, manager):
    save(admin, manager, is_active="")
    suspension.suspend(manager.seat.organization, by=secretary)

    entries = AuditEntry.objects.filter(actor=secretary).order_by("id")
    assert [(entry.act, entry.target_id) for entry in entries] == [
        ("suspend", str(manager.pk)),
        ("change_status", str(manager.seat.organization_id)),
    ]


def test_other_changes_end_no_session(admin, other_client, manager):
    other_client.force_login(manager)
    assert is_logged_in(other_client)

    save(admin, manager, name="見本 改名")
    save(admin, manager.seat.organization, kana="あらたなよみ")

    assert is_logged_in(other_client)
    assert [entry.act for entry in AuditEntry.objects.all()] == ["change_user"]


def test_colleagues_of_other_bodies_stay_logged_in(secretary, other_client, manager):
    other = factories.make_user()
    other_client.force_login(other)
    assert is_logged_in(other_client)

    suspension.withdraw(manager.seat.organization, by=secretary)

    assert is_logged_in(other_client)
