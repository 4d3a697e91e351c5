"""A person moves to another seat or body and takes nothing along."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied

from members import people
from members.models import AuditEntry, User
from members.staff import Desk
from tests import factories

Role = User.Role


@pytest.fixture
def person(manager):
    """Somebody whom the body can spare."""
    return factories.make_user(seat=manager.seat, role=Role.MANAGER)


def change(client, user, **fields):
    values = {
        "name": user.name,
        "email": user.email,
        "username": user.username,
        "seat": user.seat_id,
        "role": user.role,
        "is_active": "on",
    }
    return client.post(
        f"/admin/members/user/{user.pk}/change/", {**values, **fields}, follow=True
    ).content.decode()


def test_secretary_moves_a_person_in_the_admin(client, secretary, person):
    there = factories.make_seat()
    elsewhere = type(client)()
    elsewhere.force_login(person)
    elsewhere.get("/contact/")
    client.force_login(secretary)

    html = change(client, person, seat=there.pk)

    person.refresh_from_db()
    assert (person.seat, person.role) == (there, "contributor")
    assert "所属を変更し" in html
    assert f"{person}</a>」を変更しました" in html
    assert {row.get_decoded()["_auth_user_id"] for row in Session.objects.all()} == {
        str(secretary.pk)
    }
    entry = AuditEntry.objects.get(act="move")
    assert (entry.actor, entry.target_id, entry.detail["after"]) == (
        secretary,
        str(person.pk),
        there.pk,
    )


def test_role_that_is_chosen_along_holds(client, secretary, person):
    client.force_login(secretary)

    change(client, person, seat=factories.make_seat().pk, role="viewer")

    person.refresh_from_db()
    assert person.role == "viewer"


def test_role_stays_within_the_body(secretary, person):
    other = factories.make_seat(organization=person.seat.organization, section="ほかの課")

    people.move(person, other, by=secretary)

    person.refresh_from_db()
    assert (person.seat, person.role) == (other, "manager")


def test_last_manager_is_not_moved_away(client, secretary, manager):
    here = manager.seat
    client.force_login(secretary)

    html = change(client, manager, seat=factories.make_seat().pk)

    manager.refresh_from_db()
    assert (manager.seat, manager.role) == (here, "manager")
    assert "所属は変わっていません" in html
    assert "を変更しました" not in html


def test_rights_in_the_admin_end_with_the_secretariat(secretary):
    clerk = factories.make_user(seat=secretary.seat, is_staff=True, is_superuser=True)
    clerk.groups.add(Group.objects.create(name="事務局"))

    people.move(clerk, factories.make_seat(), by=secretary)

    clerk.refresh_from_db()
    assert (clerk.is_staff, clerk.is_superuser, clerk.groups.count()) == (False, False, 0)


@pytest.mark.parametrize("who", ["manager", "ward", "viewer"])
def test_only_the_secretariat_moves_people(request, person, who):
    with pytest.raises(PermissionDenied):
        people.move(person, factories.make_seat(), by=request.getfixturevalue(who))


def test_who_uses_the_admin_is_moved_by_who_assigns_its_roles(secretary):
    clerk = factories.make_user(seat=secretary.seat, is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="change_user"))
    boss, there = factories.make_staff(Desk.ALL), factories.make_seat()

    with pytest.raises(PermissionDenied):
        people.move(boss, there, by=User.objects.get(pk=clerk.pk))
    with pytest.raises(PermissionDenied):
        people.move(secretary, there, by=boss)


def test_other_changes_in_the_admin_leave_an_entry_too(client, secretary, person):
    client.force_login(secretary)

    change(client, person, role="viewer", is_active="")

    entry = AuditEntry.objects.get(act="change_user")
    assert entry.detail["fields"] == ["role"]
    assert AuditEntry.objects.filter(act="suspend", target_id=str(person.pk)).count() == 1


def test_departed_person_is_not_made_active_again(client, secretary, person, manager):
    people.remove(person, by=manager)
    client.force_login(secretary)

    html = change(client, person)

    person.refresh_from_db()
    assert not person.is_active
    assert "利用中に戻せません" in html


def test_page_of_a_person_leads_the_secretariat_to_the_hand_over(client, secretary, person):
    client.force_login(secretary)

    html = client.get(f"/admin/members/user/{person.pk}/change/").content.decode()

    assert f'href="/members/handover/new/{person.pk}/"' in html
    assert client.get(f"/members/handover/new/{person.pk}/").status_code == 200


def test_seat_does_not_change_its_body_on_its_own_page(client, secretary, manager):
    seat, here = manager.seat, manager.seat.organization
    there = factories.make_organization()
    client.force_login(secretary)

    client.post(
        f"/admin/members/seat/{seat.pk}/change/",
        {
            "organization": there.pk,
            "section": "広報課",
            "former_names-TOTAL_FORMS": 0,
            "former_names-INITIAL_FORMS": 0,
        },
    )

    seat.refresh_from_db()
    assert (seat.organization, seat.section) == (here, "広報課")
