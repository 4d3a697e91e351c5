"""A forgotten password: the same answer for everybody, a link for whoever it is, once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.urls import reverse

from members import passwords
from members.models import AuditEntry, Delivery, Organization, User
from tests import factories

FORGOTTEN, NEW = "/accounts/password/reset/", "/accounts/password/new/"
OLD, FRESH = "correct-horse-9", "mihon-no-ai-10"


@pytest.fixture
def person(db):
    return factories.make_user(email="hanako@city.example.jp", username="city-01", password=OLD)


def ask(client, login):
    return client.post(FORGOTTEN, {"login": login})


def mailed_link():
    call_command("send_mail", verbosity=0)
    return re.search(r"https://portal\.example\.jp(/\S+)", mail.outbox[-1].body)[1]


def choose(client, password=FRESH, again=None):
    return client.post(NEW, {"password": password, "again": again or password})


def log_in(client, password):
    client.post("/accounts/login/", {"login": "city-01", "password": password})
    return client.get("/").wsgi_request.user.is_authenticated


def test_whole_way_from_the_log_in_page_to_a_new_password(client, person):
    assert f'href="{FORGOTTEN}"' in client.get("/accounts/login/").content.decode()
    ask(client, "hanako@city.example.jp")
    first = client.get(mailed_link())
    page = client.get(first.headers["Location"])
    done = choose(client)

    assert first.headers["Location"] == NEW
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert (done.status_code, done.headers["Location"]) == (302, "/accounts/login/")
    assert not client.get("/").wsgi_request.user.is_authenticated
    assert not log_in(client, OLD)
    assert log_in(client, FRESH)


@pytest.mark.parametrize("login", ["city-01", "ＣＩＴＹ－０１", " Hanako@CITY.example.jp "])
def test_link_is_asked_for_by_mail_or_username_as_typed(client, person, login):
    ask(client, login)

    assert Delivery.objects.get().address == "hanako@city.example.jp"


def test_person_without_an_own_address_is_reached_at_the_section(client, db):
    seat = factories.make_seat(mailbox="kikaku@city.example.jp")
    factories.make_user(seat=seat, email=None, username="shared-2", name="見本 次郎")

    ask(client, "shared-2")

    delivery = Delivery.objects.get()
    assert delivery.address == "kikaku@city.example.jp"
    assert "見本 次郎 様（利用者ID shared-2）" in delivery.body


def test_person_without_any_address_gets_the_same_answer(client, db):
    factories.make_user(email=None, username="nowhere-2")

    assert ask(client, "nowhere-2").status_code == 302
    assert not Delivery.objects.exists()


def test_known_unknown_and_suspended_are_answered_alike(client, person):
    factories.make_user(username="gone-01", is_active=False)
    body = factories.make_organization(status=Organization.Status.SUSPENDED)
    factories.make_user(seat=factories.make_seat(organization=body), username="gone-02")

    answers = {
        (response.status_code, response.headers["Location"], response.content)
        for response in (
            ask(client, login)
            for login in (
                "city-01",
                "hanako@city.example.jp",
                "nobody",
                "gone-01",
                "gone-02",
                "a@b.jp",
            )
        )
    }

    assert len(answers) == 1
    assert set(Delivery.objects.values_list("address", flat=True)) == {"hanako@city.example.jp"}


def test_link_works_once(client, person):
    ask(client, "city-01")
    link = mailed_link()
    client.get(link)
    choose(client)

    assert client.get(link).status_code == 410
    assert choose(client, "another-word-11").status_code == 410


def test_link_of_before_a_change_is_over(client, person):
    ask(client, "city-01")
    link = mailed_link()
    passwords.change(person, password="another-word-11")

    assert client.get(link).status_code == 410


@pytest.mark.parametrize(("hours", "status"), [(71, 302), (73, 410)])
def test_link_ends_after_three_days(client, person, hours, status):
    ask(client, "city-01")
    link = mailed_link()

    with time_machine.travel(timedelta(hours=hours)):
        assert client.get(link).status_code == status


def test_link_ends_with_the_suspension_of_the_person(client, person):
    ask(client, "city-01")
    client.get(mailed_link())
    User.objects.update(is_active=False)

    assert choose(client).status_code == 410


def test_opening_the_link_changes_nothing(client, person):
    ask(client, "city-01")
    link = mailed_link()
    for _ in range(2):
        assert client.head(link).status_code == 302
        assert client.get(link, follow=True).status_code == 200

    assert log_in(client, OLD)


@pytest.mark.parametrize("key", ["1-x", "zzzzzzzzzzzzzz-x", "%00", "-", "x" * 300, "１-x"])
def test_hostile_keys_are_over(client, person, key):
    assert client.get(f"{FORGOTTEN}{key}/").status_code == 410


@pytest.mark.parametrize("login", ["", "a\x00b", "あ" * 5000])
def test_hostile_log_in_is_an_error_at_the_form(client, db, login):
    assert ask(client, login).context["form"].errors


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [
        ("password", "password", "password"),
        ("city-01", "city-01", "password"),
        (FRESH, "x", "again"),
    ],
)
def test_same_rules_as_for_every_password(client, person, password, again, field):
    ask(client, "city-01")
    client.get(mailed_link())

    response = choose(client, password, again)

    assert list(response.context["form"].errors) == [field]


def test_reset_ends_all_sessions_and_is_recorded_and_told(client, person, other_client):
    elsewhere = other_client
    elsewhere.force_login(person)
    elsewhere.get("/")
    cookie = elsewhere.session.session_key
    ask(client, "city-01")
    client.get(mailed_link())
    choose(client)

    assert not elsewhere.session.exists(cookie)
    assert person.audit_entries.get().act == "reset_password"
    assert "パスワードの変更" in Delivery.objects.first().subject


def test_requests_are_limited_for_the_person_not_for_the_town_hall(client, person):
    answers = [ask(client, "city-01").status_code for _ in range(4)]

    assert answers == [302, 302, 302, 429]
    assert Delivery.objects.count() == 3
    assert ask(client, "CITY-01").status_code == 429
    assert ask(client, "city-02").status_code == 302


def test_limit_for_nobody_is_the_same(client, db):
    assert [ask(client, "nobody").status_code for _ in range(4)] == [302, 302, 302, 429]


def test_password_given_by_the_secretariat_is_told_recorded_and_ends_sessions(
    client, other_client, secretary, person
):
    other_client.force_login(person)
    other_client.get("/contact/")
    client.force_login(secretary)

    client.post(
        reverse("admin:auth_user_password_change", args=[person.pk]),
        {"password1": FRESH, "password2": FRESH},
    )

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.target_id) == (
        "change_password",
        secretary,
        str(person.pk),
    )
    assert Delivery.objects.get().address == "hanako@city.example.jp"
    assert not Session.objects.filter(session_key=other_client.session.session_key).exists()
    person.refresh_from_db()
    assert person.check_password(FRESH)
