"""Limits hold whatever address a visitor claims to have, and however much else is kept in the cache."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache, caches
from django.core.cache.backends.db import DatabaseCache
from django.test import override_settings
from django.urls import reverse

from members import checks
from tests import factories

PASSWORD = "correct-horse-9"


def log_in(client, person, password, **headers):
    data = {"login": person.email, "password": password}
    return client.post(reverse("account_login"), data, headers=headers)


@pytest.fixture
def person(db):
    cache.clear()
    return factories.make_user(password=PASSWORD)


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-real-ip", "x_forwarded_for", "forwarded"])
def test_address_that_a_visitor_claims_lifts_no_limit(client, person, settings, header):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "3/m/ip"}

    answers = [
        log_in(client, person, "wrong", **{header: f"192.0.2.{number}"}) for number in range(5)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]


def test_flood_of_other_names_lifts_no_limit(client, person):
    for _ in range(5):
        log_in(client, person, "wrong")
    for number in range(1000):
        cache.set(f"flood-{number}", number)

    log_in(client, person, PASSWORD)

    assert "_auth_user_id" not in client.session


def test_limits_are_kept_for_all_workers_in_a_roomy_table(settings):
    assert isinstance(caches["default"], DatabaseCache)
    assert caches["default"]._max_entries >= 100_000


def test_who_was_attacked_logs_in_after_five_minutes_or_by_a_link(client, person):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(100):
            log_in(client, person, "wrong")
        asked = client.post(reverse("account_reset_password"), {"login": person.email})
        clock.shift(301)

        log_in(client, person, PASSWORD)

    assert asked.status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize(
    "password", ["日本語の合言葉 と 空白👨‍👩‍👧‍👦", "x" * 100 + "９A" + "y" * 26, "  two  blanks  "]
)
def test_any_long_password_is_taken_as_it_is(client, person, password):
    person.set_password(password)
    person.save()

    log_in(client, person, password)

    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"ALLOWED_HOSTS": ["*"]}, ["members.E002"]),
        ({"ALLOWED_HOSTS": [".example.jp"]}, ["members.E002"]),
        ({"SITE_URL": "http://portal.example.jp"}, ["members.E003"]),
        ({"SITE_URL": "http://127.0.0.1:8000", "DEMO": True}, []),
    ],
)
def test_production_is_not_deployed_with_open_hosts_or_plain_http(changes, found):
    with override_settings(**{"ALLOWED_HOSTS": ["portal.example.jp"], **changes}):
        assert [error.id for error in checks.addresses_are_named()] == found
