"""引継ぎ: the successor comes first, then the predecessor goes."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from lib.conflicts import StaleError
from members import handover as handovers
from members import people
from members.models import AuditEntry, Delivery, Handover, Invitation, User
from tests import factories
from tests.racing import at_once, errors_in

Role = User.Role
MARCH = "2027-03-20 10:00+09:00"
NAMED = {"name": "見本 後任", "address": "kikaku@city.example.jp"}
PERSON = {"name": "見本 後任", "email": None, "password": "mihon-no-ai-9"}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(MARCH, tick=False) as clock:
        yield clock


def begin(predecessor, *, by=None, **fields):
    return handovers.begin(predecessor, by=by or predecessor, **{**NAMED, **fields})


def accept(handover, username="kounin-01"):
    invitation = Invitation.objects.get(pk=Handover.objects.get(pk=handover.pk).invitation_id)
    return handovers.accept(invitation, username=username, **PERSON)


def is_gone(user):
    user.refresh_from_db()
    return not user.is_active and user.left_at is not None


def test_whole_way_by_the_pages(client, contributor):
    client.force_login(contributor)
    answer = client.post(reverse("members:handover_new", args=[contributor.pk]), NAMED)
    handover = Handover.objects.get()
    assert answer.url == handover.get_absolute_url()
    assert Delivery.objects.get().address == NAMED["address"]
    assert not is_gone(contributor)

    type(client)().post(
        handover.invitation.get_absolute_url(),
        {
            **PERSON,
            "email": "",
            "again": PERSON["password"],
            "username": "kounin-01",
            "consent": "on",
        },
    )

    successor = User.objects.get(username="kounin-01")
    assert (successor.seat, successor.role) == (contributor.seat, "contributor")
    assert is_gone(contributor)
    assert client.get("/members/handover/").status_code == 302
    handover.refresh_from_db()
    assert handover.state == "完了"
    assert list(AuditEntry.objects.order_by("pk").values_list("act", flat=True)) == [
        "invite",
        "begin_handover",
        "accept_invitation",
        "remove",
        "finish_handover",
    ]


def test_last_manager_is_followed_by_a_manager(manager):
    successor = accept(begin(manager))

    assert (successor.role, is_gone(manager)) == ("manager", True)


def test_predecessor_stays_until_the_chosen_day_even_if_a_day_is_missed(manager, today):
    handover = begin(manager, leaves_on=date(2027, 4, 1))
    accept(handover)
    today.move_to("2027-03-31 23:59+09:00")
    assert (handovers.finish_due(), is_gone(manager)) == (0, False)

    today.move_to("2027-04-03 09:00+09:00")

    assert (handovers.finish_due(), is_gone(manager)) == (1, True)
    assert handovers.finish_due() == 0


def test_day_that_comes_before_the_successor_takes_nothing_away(manager, today):
    handover = begin(manager, leaves_on=date(2027, 3, 25))
    today.move_to("2027-03-28 09:00+09:00")
    assert (handovers.finish_due(), is_gone(manager)) == (0, False)

    accept(handover)

    assert is_gone(manager)


def test_predecessor_who_is_gone_already_has_a_successor(manager):
    gone = factories.make_user(
        seat=manager.seat, role=Role.VIEWER, is_active=False, left_at=timezone.now()
    )
    handover = begin(gone, by=manager)

    successor = accept(handover)

    handover.refresh_from_db()
    assert (successor.role, successor.seat, handover.state) == ("viewer", gone.seat, "完了")


def test_successor_gets_the_role_that_the_predecessor_has_by_then(manager):
    lowered = factories.make_user(seat=manager.seat, role=Role.MANAGER)
    handover = begin(lowered)
    people.change_role(lowered, Role.VIEWER, by=manager)

    assert accept(handover).role == "viewer"


def test_last_manager_waits_where_the_successor_was_lowered(manager, today):
    handover = begin(manager, leaves_on=date(2027, 4, 1))
    successor = accept(handover)
    people.change_role(successor, Role.VIEWER, by=manager)
    today.move_to("2027-04-01 09:00+09:00")
    assert (handovers.finish_due(), is_gone(manager)) == (0, False)

    people.change_role(successor, Role.MANAGER, by=manager)

    assert (handovers.finish_due(), is_gone(manager)) == (1, True)


def test_whoever_was_moved_meanwhile_stays_in_the_new_place(manager, secretary):
    person = factories.make_user(seat=manager.seat)
    handover = begin(person)
    people.move(person, factories.make_seat(), by=secretary)

    accept(handover)

    assert not is_gone(person)
    handover.refresh_from_db()
    assert handover.state == "完了"


def test_invitation_that_is_sent_again_belongs_to_the_hand_over(manager):
    handover = begin(manager)
    people.resend(handover.invitation, by=manager)

    with pytest.raises(StaleError):
        handovers.accept(handover.invitation, username="old-01", **PERSON)
    accept(handover)

    assert is_gone(manager)


def test_invitation_of_a_hand_over_is_taken_back_by_cancelling_that(client, manager):
    handover = begin(manager)
    client.force_login(manager)
    withdraw = reverse("members:invitation_withdraw", args=[handover.invitation.pk])

    html = client.get(reverse("members:organization")).content.decode()
    client.post(withdraw)

    assert withdraw not in html
    assert handover.get_absolute_url() in html
    assert Invitation.objects.usable().count() == 1


def test_one_open_hand_over_per_person(client, manager):
    begin(manager)
    client.force_login(manager)

    answer = client.post(
        reverse("members:handover_new", args=[manager.pk]), {**NAMED, "name": "別の人"}
    )

    assert "すでに始まっています" in answer.content.decode()
    assert (Handover.objects.count(), Invitation.objects.count()) == (1, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_handover(predecessor=manager)


def test_cancelled_hand_over_can_be_begun_again(client, manager):
    handover = begin(manager)
    client.force_login(manager)

    client.post(reverse("members:handover_cancel", args=[handover.pk]))

    handover.refresh_from_db()
    assert handover.state == "取消し"
    assert client.get(handover.invitation.get_absolute_url()).status_code == 410
    begin(manager)


def test_accepted_hand_over_is_not_cancelled(client, manager):
    handover = begin(manager, leaves_on=date(2027, 4, 1))
    accept(handover)
    client.force_login(manager)

    html = client.post(
        reverse("members:handover_cancel", args=[handover.pk]), follow=True
    ).content.decode()

    handover.refresh_from_db()
    assert "取り消せません" in html
    assert handover.cancelled_at is None


@pytest.mark.parametrize("day", ["令和9年3月20日", "2026-01-01", "いつか"])
def test_day_lies_ahead(client, manager, day):
    client.force_login(manager)

    answer = client.post(
        reverse("members:handover_new", args=[manager.pk]), {**NAMED, "leaves_on": day}
    )

    assert list(answer.context["form"].errors) == ["leaves_on"]


@pytest.mark.parametrize(
    ("who", "begins", "cancels"),
    [
        ("colleague", 403, 403),
        ("own_manager", 200, 302),
        ("secretary", 200, 302),
        ("ward", 404, 404),
    ],
)
def test_who_begins_and_cancels_for_somebody_else(
    client, request, contributor, who, begins, cancels
):
    cast = {
        "colleague": lambda: factories.make_user(seat=contributor.seat),
        "own_manager": lambda: factories.make_user(seat=contributor.seat, role=Role.MANAGER),
    }
    user = cast[who]() if who in cast else request.getfixturevalue(who)
    handover = begin(contributor)
    client.force_login(user)

    page = client.get(reverse("members:handover_new", args=[contributor.pk]))
    act = client.post(reverse("members:handover_cancel", args=[handover.pk]))

    handover.refresh_from_db()
    assert (page.status_code, act.status_code) == (begins, cancels)
    assert (handover.cancelled_at is not None) == (cancels == 302)


def test_place_in_the_admin_is_handed_over_by_oneself(secretary):
    colleague = factories.make_user(seat=secretary.seat, role=Role.MANAGER)
    with pytest.raises(PermissionDenied):
        begin(secretary, by=colleague)

    successor = accept(begin(secretary))

    assert (successor.is_staff, successor.is_superuser) == (False, False)


def test_role_seat_and_predecessor_cannot_be_typed(client, contributor, ward):
    client.force_login(contributor)

    client.post(
        reverse("members:handover_new", args=[contributor.pk]),
        {**NAMED, "role": "manager", "seat": ward.seat.pk, "predecessor": ward.pk},
    )

    handover = Handover.objects.get()
    assert (handover.seat, handover.invitation.role) == (contributor.seat, "contributor")
    assert (handover.predecessor, handover.invitation.seat) == (contributor, contributor.seat)


@pytest.mark.django_db(transaction=True)
def test_of_two_acceptances_at_once_one_makes_a_person():
    handover = begin(factories.make_user(role=Role.MANAGER))

    answers = at_once(
        *(lambda name=name: accept(handover, name) for name in ("one-01", "two-02")),
        told=StaleError,
    )

    assert len(errors_in(answers)) == 1
    assert User.objects.filter(is_active=True).count() == 1
    assert User.objects.count() == 2
