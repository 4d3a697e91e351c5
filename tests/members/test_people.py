"""People of the own body: who may do what to whom, and the last 管理担当者 who stays."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from members import people
from members.models import AuditEntry, Delivery, Invitation, User
from tests import factories
from tests.racing import at_once, errors_in

Role = User.Role
ACTS = ["person_role", "person_suspend", "person_remove"]


@pytest.fixture
def colleague(manager):
    """Another manager of the same body, so that nobody is the last."""
    return factories.make_user(seat=manager.seat, role=Role.MANAGER)


def post(client, view, row, /, **data):
    return client.post(
        reverse(f"members:{view}", args=[row.pk]), {"role": "viewer", "sure": "on", **data}
    )


def facts(user):
    user.refresh_from_db()
    return user.role, user.is_active, user.left_at is not None


def acts():
    return list(AuditEntry.objects.values_list("act", flat=True))


@pytest.mark.parametrize(
    ("name", "after", "act"),
    [
        ("person_role", ("viewer", True, False), "change_role"),
        ("person_suspend", ("contributor", False, False), "suspend"),
        ("person_remove", ("contributor", False, True), "remove"),
    ],
)
def test_manager_changes_a_person_and_leaves_an_entry(client, manager, name, after, act):
    user = factories.make_user(seat=manager.seat)
    client.force_login(manager)

    assert post(client, name, user).status_code == 302
    assert facts(user) == after
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.target_id) == (act, manager, str(user.pk))


def test_one_wrong_press_ends_nobodys_use(client, manager):
    user = factories.make_user(seat=manager.seat)
    client.force_login(manager)

    answer = client.post(reverse("members:person_remove", args=[user.pk]), follow=True)

    assert facts(user) == ("contributor", True, False)
    assert "利用は終了していません。" in answer.text
    assert "元に戻せないことを確かめました" in answer.text


def test_manager_reads_the_username_that_a_colleague_has_forgotten(client, manager):
    user = factories.make_user(seat=manager.seat, username="kikaku-07")
    client.force_login(manager)

    assert "kikaku-07" in client.get(reverse("members:person", args=[user.pk])).text


def test_suspended_person_is_resumed_and_a_departed_one_is_not(client, manager):
    suspended = factories.make_user(seat=manager.seat, is_active=False)
    gone = factories.make_user(seat=manager.seat, is_active=False, left_at=timezone.now())
    client.force_login(manager)

    post(client, "person_resume", suspended)
    html = client.post(reverse("members:person_resume", args=[gone.pk]), follow=True)

    assert facts(suspended) == ("contributor", True, False)
    assert facts(gone) == ("contributor", False, True)
    assert "状態がすでに変わっています" in html.content.decode()


@pytest.mark.parametrize("act", [people.suspend, people.remove])
def test_deactivation_ends_the_sessions_at_once(client, manager, act):
    user = factories.make_user(seat=manager.seat)
    client.force_login(user)
    other = type(client)()
    other.force_login(manager)
    for browser in (client, other):
        browser.get("/contact/")
    assert Session.objects.count() == 2

    act(user, by=manager)

    assert [row.get_decoded()["_auth_user_id"] for row in Session.objects.all()] == [
        str(manager.pk)
    ]


@pytest.mark.parametrize("who", ["viewer", "contributor"])
@pytest.mark.parametrize("name", [*ACTS, "person_resume"])
def test_others_of_the_body_are_refused(client, manager, name, who):
    user = factories.make_user(seat=manager.seat, role=who)
    client.force_login(user)

    assert post(client, name, manager).status_code == 403
    assert facts(manager) == ("manager", True, False)


@pytest.mark.parametrize("who", ["ward", "secretary"])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", ["seat_edit", "invite"])
def test_seats_of_another_body_do_not_exist(client, request, manager, name, method, who):
    client.force_login(request.getfixturevalue(who))

    answer = getattr(client, method)(reverse(f"members:{name}", args=[manager.seat.pk]))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("name", "method", "status"),
    [
        ("person", "get", 404),
        ("person", "post", 405),
        ("handover_new", "get", 404),
        ("handover_new", "post", 404),
    ],
)
def test_people_of_another_body_do_not_exist(client, ward, manager, name, method, status):
    client.force_login(ward)

    answer = getattr(client, method)(reverse(f"members:{name}", args=[manager.pk]))

    assert answer.status_code == status


@pytest.mark.parametrize("who", ["ward", "secretary"])
@pytest.mark.parametrize(
    "name", [*ACTS, "person_resume", "invitation_resend", "invitation_withdraw"]
)
def test_acts_on_another_body_are_not_found(client, request, manager, name, who):
    invitation = factories.make_invitation(seat=manager.seat)
    client.force_login(request.getfixturevalue(who))
    row = invitation if name.startswith("invitation") else manager

    assert post(client, name, row).status_code == 404
    assert facts(manager) == ("manager", True, False)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("name", ACTS)
def test_last_manager_stays_and_reads_what_to_do(client, manager, name):
    factories.make_user(seat=manager.seat, role=Role.MANAGER, is_active=False)
    client.force_login(manager)

    html = client.post(
        reverse(f"members:{name}", args=[manager.pk]), {"role": "viewer", "sure": "on"}, follow=True
    ).content.decode()

    assert "ほかの利用者を管理担当者にするか、「後任を決める」から引き継いでください。" in html
    assert facts(manager) == ("manager", True, False)


@pytest.mark.parametrize("name", ACTS)
def test_manager_may_go_where_a_colleague_stays(client, manager, colleague, name):
    client.force_login(manager)

    post(client, name, manager)

    assert facts(manager) != ("manager", True, False)


def test_manager_lowered_meanwhile_decides_nothing(manager, colleague):
    people.change_role(manager, Role.VIEWER, by=colleague)

    with pytest.raises(PermissionDenied):
        people.change_role(colleague, Role.VIEWER, by=manager)

    assert facts(colleague)[0] == "manager"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [people.suspend, people.remove, None])
def test_two_managers_who_lower_each_other_leave_one(act):
    first = factories.make_user(role=Role.MANAGER)
    second = factories.make_user(seat=first.seat, role=Role.MANAGER)

    def lower(user, by):
        if act:
            act(user, by=by)
        else:
            people.change_role(user, Role.VIEWER, by=by)

    answers = at_once(
        lambda: lower(first, second),
        lambda: lower(second, first),
        told=(people.LastManagerError, PermissionDenied),
    )

    assert len(errors_in(answers)) == 1
    assert User.objects.filter(role=Role.MANAGER, is_active=True).count() == 1


@pytest.mark.parametrize("role", ["secretariat", "staff", "", "superuser"])
def test_only_the_three_roles_can_be_given(client, manager, role):
    user = factories.make_user(seat=manager.seat)
    client.force_login(manager)

    post(client, "person_role", user, role=role, is_staff="1", is_superuser="1")
    post(client, "invite", user.seat, role=role, name="a", address="a@b.jp", is_staff="1")

    assert facts(user) == ("contributor", True, False)
    assert not Invitation.objects.exists()


def test_users_of_the_admin_are_changed_by_superusers_only(client, secretary):
    manager = factories.make_user(seat=secretary.seat, role=Role.MANAGER)
    client.force_login(manager)

    for name in ACTS:
        assert post(client, name, secretary).status_code == 403
    assert facts(secretary) == ("manager", True, False)


def test_page_leads_to_no_hand_over_that_would_be_refused(client, secretary):
    colleague = factories.make_user(seat=secretary.seat)
    client.force_login(factories.make_user(seat=secretary.seat, role=Role.MANAGER))

    offered = {
        person: reverse("members:handover_new", args=[person.pk])
        in client.get(reverse("members:person", args=[person.pk])).content.decode()
        for person in (secretary, colleague)
    }

    assert offered == {secretary: False, colleague: True}


class TestInvitations:
    def test_manager_invites_to_the_mailbox_of_the_seat(self, client, manager):
        manager.seat.mailbox = "kikaku@city.example.jp"
        manager.seat.save()
        client.force_login(manager)
        address = reverse("members:invite", args=[manager.seat.pk])

        form = client.get(address).context["form"]
        initial = {name: form[name].value() for name in form.fields}
        client.post(address, {**initial, "name": "見本　花子"})
        client.post(address, {**initial, "name": "見本 次郎"})

        assert (initial["address"], initial["role"]) == ("kikaku@city.example.jp", "contributor")
        assert {(row.address, row.role, row.seat) for row in Invitation.objects.all()} == {
            ("kikaku@city.example.jp", "contributor", manager.seat)
        }
        assert Delivery.objects.filter(address="kikaku@city.example.jp").count() == 2
        assert acts() == ["invite", "invite"]

    def test_same_person_is_invited_once(self, client, manager):
        factories.make_invitation(seat=manager.seat, name="見本 花子", address="a@city.example.jp")
        client.force_login(manager)

        answer = post(client, "invite", manager.seat, name="見本 花子", address="A@city.example.jp")

        assert list(answer.context["form"].errors) == ["name"]

    def test_invitation_is_sent_again_once_and_the_old_link_ends(self, client, manager):
        old = factories.make_invitation(seat=manager.seat)
        client.force_login(manager)

        post(client, "invitation_resend", old)
        post(client, "invitation_resend", old)

        assert Invitation.objects.count() == 2
        assert Invitation.objects.usable().exclude(pk=old.pk).count() == 1
        assert client.get(old.get_absolute_url()).status_code == 410

    def test_invitation_past_its_day_is_sent_again(self, client, manager):
        old = factories.make_invitation(seat=manager.seat)
        with time_machine.travel(timezone.now() + timedelta(days=15)):
            client.force_login(manager)
            html = client.get(reverse("members:organization")).content.decode()
            post(client, "invitation_resend", old)

            assert "期限切れ" in html
            assert Invitation.objects.usable().count() == 1

    def test_withdrawn_invitation_cannot_be_used(self, client, manager):
        invitation = factories.make_invitation(seat=manager.seat)
        client.force_login(manager)

        post(client, "invitation_withdraw", invitation)

        assert client.get(invitation.get_absolute_url()).status_code == 410
        assert acts() == ["withdraw_invitation"]

    def test_used_invitation_is_neither_renewed_nor_withdrawn(self, client, manager):
        used = factories.make_invitation(seat=manager.seat, accepted_at=timezone.now())
        client.force_login(manager)

        post(client, "invitation_withdraw", used)
        post(client, "invitation_resend", used)

        used.refresh_from_db()
        assert (used.withdrawn_at, Invitation.objects.count()) == (None, 1)
