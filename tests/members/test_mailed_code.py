"""A code by mail at every log-in, for whoever wants it: no telephone, no script."""

import pytest
from django.test import override_settings

from members.models import Delivery, User
from tests.members.test_second_factor import (
    APP,
    CODE,
    is_logged_in,
    log_in,
    mailed_code,
    with_app,
)

SWITCH, INDEX = "/accounts/2fa/mail/", "/accounts/2fa/"


@pytest.fixture
def at_work(client, manager):
    client.force_login(manager, again=True)
    return client


def wants_code(person):
    return User.objects.get(pk=person.pk).wants_mailed_code


def test_member_switches_it_on_and_is_asked_at_the_next_log_in(client_factory, at_work, manager):
    assert at_work.post(SWITCH, {"wanted": "1"}).url == INDEX
    assert "受け取る設定です" in at_work.get(INDEX).content.decode()
    browser = client_factory()

    assert log_in(browser, manager, next="/members/me/").url == CODE
    assert not is_logged_in(browser)
    assert browser.post(CODE, {"code": mailed_code()}).url == "/members/me/"
    assert is_logged_in(browser)


def test_it_is_switched_off_again(client_factory, at_work, manager):
    at_work.post(SWITCH, {"wanted": "1"})
    at_work.post(SWITCH)
    browser = client_factory()
    log_in(browser, manager)

    assert is_logged_in(browser)


def test_both_are_recorded_and_told(at_work, manager):
    at_work.post(SWITCH, {"wanted": "1"})
    at_work.post(SWITCH)

    acts = [entry.act for entry in manager.audit_entries.order_by("id")]
    subjects = [delivery.subject for delivery in Delivery.objects.order_by("id")]
    assert acts == ["choose_mailed_code", "end_mailed_code"]
    assert "確認コードをメールで受け取る設定）" in subjects[0]
    assert "確認コードをメールで受け取る設定の取消し）" in subjects[1]


@pytest.mark.parametrize("wanted", [True, False])
def test_password_is_asked_for_once_more_and_the_switch_then_made(client, manager, wanted):
    User.objects.update(wants_mailed_code=not wanted)
    client.force_login(manager)
    asked = client.post(SWITCH, {"wanted": "1"} if wanted else {})
    assert asked.url.startswith("/accounts/again/")
    assert wants_code(manager) is not wanted
    done = client.post(asked.url, {"password": "correct-horse-9"})

    assert done.url == INDEX
    assert wants_code(manager) is wanted


def test_code_goes_to_the_mailbox_of_the_section(client, manager):
    User.objects.update(email=None, wants_mailed_code=True)
    manager.seat.mailbox = "kikaku@city.example.jp"
    manager.seat.save()
    log_in(client, manager)

    assert Delivery.objects.get().address == "kikaku@city.example.jp"


def test_nobody_without_an_address_shuts_the_own_door(at_work, manager):
    User.objects.update(email=None)
    page = at_work.post(SWITCH, {"wanted": "1"}, follow=True).content.decode()

    assert "確認コードを送る先のメールアドレスがありません" in page
    assert not wants_code(manager)


def test_app_comes_first(client, manager):
    User.objects.update(wants_mailed_code=True)
    with_app(manager)

    assert log_in(client, manager).url == APP
    assert not Delivery.objects.exists()


@override_settings(DEMO=True)
def test_it_holds_in_the_demonstration_too(client, manager):
    User.objects.update(wants_mailed_code=True)

    assert log_in(client, manager).url == CODE


def test_wrong_password_mails_nothing(client, manager):
    User.objects.update(wants_mailed_code=True)
    client.post("/accounts/login/", {"login": manager.username, "password": "wrong"})

    assert not Delivery.objects.exists()


def test_secretariat_may_change_it_with_an_entry(client, secretary, manager):
    client.force_login(secretary)
    fields = ("name", "email", "username", "role")
    data = {name: getattr(manager, name) for name in fields}
    data |= {"seat": manager.seat_id, "is_active": "on", "wants_mailed_code": "on"}
    client.post(f"/admin/members/user/{manager.pk}/change/", data)

    assert wants_code(manager)
    assert secretary.audit_entries.get().detail == {"fields": ["wants_mailed_code"]}
