"""Accounts that nobody uses, during a yearly check: warned, then suspended, never the last manager."""

from datetime import datetime

import pytest
import time_machine
from django.utils import timezone

from lib.conflicts import StaleError
from members import people, yearly_check
from members.models import (
    AuditEntry,
    Delivery,
    Organization,
    UnusedWarning,
    User,
    YearlyCheck,
)
from tests import factories
from tests.members.yearly_checks import addresses, make_town, make_unused

Role = User.Role


@pytest.fixture(autouse=True)
def spring():
    """The day of the start."""
    with time_machine.travel("2027-04-15 10:00+09:00", tick=False) as traveller:
        yield traveller


def run_on(spring, day):
    spring.move_to(f"{day} 09:00+09:00")
    return yearly_check.suspend_unused_due()


def is_active(user):
    user.refresh_from_db()
    return user.is_active


@pytest.fixture
def town(secretary):
    """The manager of a body that is suspended from 1 July on, never seen for a year."""
    check = factories.make_yearly_check(suspend_on="2027-07-01", remind_every_days=None)
    yearly_check.start(check, by=secretary)
    return make_town()


def test_account_is_warned_and_then_suspended(client, town, spring):
    person = make_unused(town.seat)

    run_on(spring, "2027-06-16")
    assert addresses() == []
    run_on(spring, "2027-06-17")
    run_on(spring, "2027-06-30")

    mail = Delivery.objects.get()
    assert (mail.address, mail.seat) == (person.email, town.seat)
    assert "令和9年7月1日（木）に利用停止にします" in mail.body
    assert is_active(person)
    assert run_on(spring, "2027-07-01") == 1
    assert not is_active(person)
    assert AuditEntry.objects.first().act == "suspend"
    assert AuditEntry.objects.first().actor is None


def test_log_in_before_the_day_saves_the_account(client, town, spring):
    person = make_unused(town.seat)
    run_on(spring, "2027-06-17")
    spring.move_to("2027-06-30 23:00+09:00")
    client.force_login(person)
    client.get("/contact/")

    run_on(spring, "2027-07-01")

    assert is_active(person)


def test_log_in_at_the_last_moment_is_seen_by_the_verb(town):
    person = make_unused(town.seat)
    User.objects.filter(pk=person.pk).update(last_seen_at=timezone.now())

    with pytest.raises(StaleError):
        people.suspend_unused(person, before=YearlyCheck.objects.get().unused_before)

    assert is_active(person)


def test_missed_days_move_the_suspension_never_the_warning_time(town, spring):
    person = make_unused(town.seat)

    for day in ("2027-07-05", "2027-07-18"):
        run_on(spring, day)
    assert "令和9年7月19日（月）に利用停止にします" in Delivery.objects.get().body
    assert is_active(person)
    run_on(spring, "2027-07-19")

    assert not is_active(person)


def test_last_manager_stays_and_is_not_warned(town, spring):
    last = make_unused(make_town().seat, role=Role.MANAGER)
    User.objects.filter(seat=last.seat).exclude(pk=last.pk).update(role=Role.VIEWER)

    run_on(spring, "2027-06-17")
    run_on(spring, "2027-07-01")

    assert is_active(last)
    assert addresses() == []
    assert list(User.objects.filter(seat=last.seat).last_managers()) == [last]


def test_of_two_managers_who_stay_away_the_later_seen_remains(town, spring):
    seen = datetime(2026, 1, 1, tzinfo=timezone.get_current_timezone())
    User.objects.filter(pk=town.pk).update(role=Role.VIEWER)
    later = make_unused(town.seat, role=Role.MANAGER, last_seen_at=seen)
    never = make_unused(town.seat, role=Role.MANAGER)

    run_on(spring, "2027-06-17")
    run_on(spring, "2027-07-01")
    run_on(spring, "2027-07-02")

    assert (is_active(later), is_active(never)) == (True, False)


def test_repeated_runs_warn_and_suspend_once(town, spring):
    person = make_unused(town.seat)

    for day in ("2027-06-17", "2027-06-17", "2027-06-18", "2027-07-01", "2027-07-01"):
        run_on(spring, day)

    assert addresses() == [person.email]
    assert UnusedWarning.objects.count() == 1
    assert AuditEntry.objects.filter(act="suspend").count() == 1


def test_person_who_was_resumed_is_not_suspended_again(town, spring):
    person = make_unused(town.seat)
    run_on(spring, "2027-06-17")
    run_on(spring, "2027-07-01")
    town.refresh_from_db()

    people.resume(person, by=town)
    run_on(spring, "2027-07-02")

    assert is_active(person)


def test_newcomers_recent_visitors_strangers_and_staff_are_not_unused(town, secretary):
    factories.make_user(seat=town.seat)
    make_unused(town.seat, last_seen_at=timezone.now())
    make_unused(town.seat, is_active=False)
    make_unused(secretary.seat)
    make_unused(make_town(status=Organization.Status.SUSPENDED).seat)
    unused = make_unused(town.seat)

    assert list(yearly_check.unused(YearlyCheck.objects.get())) == [unused]


def test_person_without_any_address_is_listed_but_not_suspended(town, spring):
    seat = factories.make_seat(organization=town.seat.organization, section="総務課")
    person = make_unused(seat, email=None)

    run_on(spring, "2027-06-17")
    run_on(spring, "2027-07-01")

    assert is_active(person)
    assert list(yearly_check.unused(YearlyCheck.objects.get())) == [person]


def test_without_a_day_nobody_is_suspended(town, spring):
    YearlyCheck.objects.update(suspend_on=None)
    person = make_unused(town.seat)

    run_on(spring, "2027-12-01")

    assert is_active(person)
    assert addresses() == []
