"""How long a log-in lasts on a shared PC."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from members.sessions import end_sessions

START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def is_logged_in(client):
    return client.get("/contact/").wsgi_request.user.is_authenticated


def work(client, clock, *, until, every):
    """Use the portal regularly, from now to so long after the start."""
    while time.time() + every.total_seconds() <= (START + until).timestamp():
        clock.shift(every)
        yield is_logged_in(client)


@pytest.fixture
def at_work(client, clock, manager):
    client.force_login(manager)
    assert is_logged_in(client)
    return client


@pytest.mark.parametrize(("idle", "still_in"), [(60 * MINUTE, True), (61 * MINUTE, False)])
def test_member_is_logged_out_after_60_idle_minutes(at_work, clock, idle, still_in):
    clock.shift(idle)

    assert is_logged_in(at_work) is still_in


@pytest.mark.parametrize(("idle", "still_in"), [(30 * MINUTE, True), (31 * MINUTE, False)])
def test_secretary_is_logged_out_after_30_idle_minutes(client, clock, secretary, idle, still_in):
    client.force_login(secretary)
    assert is_logged_in(client)
    clock.shift(idle)

    assert is_logged_in(client) is still_in


def test_session_ends_after_12_hours_of_work(at_work, clock):
    assert all(work(at_work, clock, until=12 * HOUR, every=30 * MINUTE))

    clock.shift(MINUTE)

    assert not is_logged_in(at_work)


def test_session_is_renewed_at_most_every_five_minutes(at_work, clock, django_assert_num_queries):
    clock.shift(5 * MINUTE)
    with django_assert_num_queries(4):
        assert is_logged_in(at_work)

    clock.shift(MINUTE)
    is_logged_in(at_work)

    assert at_work.session["seen_at"] == (START + 6 * MINUTE).timestamp()


def test_last_use_is_recorded(at_work, clock, manager):
    clock.shift(6 * MINUTE)
    is_logged_in(at_work)

    manager.refresh_from_db()
    assert manager.last_seen_at == START + 6 * MINUTE


def test_clock_that_is_set_back_ends_no_session(at_work, clock):
    clock.shift(-24 * HOUR)

    assert is_logged_in(at_work)


def test_expired_session_stays_dead_when_the_clock_is_set_back(at_work, clock):
    clock.shift(timedelta(days=15))
    assert not is_logged_in(at_work)

    clock.shift(-timedelta(days=15))

    assert not is_logged_in(at_work)


def test_ended_session_leads_to_the_log_in_page(client, clock, secretary):
    client.force_login(secretary)
    client.get("/admin/")
    clock.shift(2 * HOUR)

    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0] == "/accounts/login/?next=/admin/"


def test_sessions_of_one_person_are_ended_but_the_spared_one(client, manager, viewer):
    others = [type(client)(), type(client)()]
    for browser, user in [(client, manager), (others[0], manager), (others[1], viewer)]:
        browser.force_login(user)
        assert is_logged_in(browser)

    end_sessions(manager, except_key=client.session.session_key)

    assert [is_logged_in(browser) for browser in (client, *others)] == [True, False, True]
