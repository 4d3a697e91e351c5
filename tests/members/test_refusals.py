"""The verbs refuse by themselves what no page offers: a page of ours may be old, or somebody else's."""

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from lib.conflicts import StaleError
from members import (
    admission,
    care,
    introductions,
    people,
    profile,
    registration,
    second_factor,
    staff,
    waves,
)
from members.introductions import Wish
from members.models import Application, AuditEntry, Introduction, LocalGovernment, User
from members.staff import Desk
from tests import factories
from tests.racing import meanwhile

Role = User.Role


@pytest.fixture
def colleague(manager):
    return factories.make_user(seat=manager.seat, role=Role.CONTRIBUTOR)


def test_nobody_gives_a_role_at_the_secretariat_without_the_right(db):
    editor, reader = (factories.make_staff(desk) for desk in (Desk.EDITOR, Desk.VIEWER))

    for person in (editor, reader):
        with pytest.raises(PermissionDenied):
            staff.assign(person, Desk.ALL, by=editor)

    reader.refresh_from_db()
    assert staff.desk_of(reader) == Desk.VIEWER


def test_nobody_of_a_member_body_gets_a_desk(secretary, colleague):
    with pytest.raises(staff.NotAtSecretariatError):
        staff.assign(colleague, Desk.VIEWER, by=secretary)

    colleague.refresh_from_db()
    assert (colleague.is_staff, staff.desk_of(colleague)) == (False, "")


def test_who_has_left_is_neither_given_a_role_nor_let_go_again(manager, colleague):
    people.remove(colleague, by=manager)

    with pytest.raises(StaleError):
        people.change_role(colleague, Role.VIEWER, by=manager)
    with pytest.raises(StaleError):
        people.remove(colleague, by=manager)

    assert AuditEntry.objects.count() == 1


def test_who_is_suspended_is_not_suspended_again(manager, colleague):
    people.suspend(colleague, by=manager)

    with pytest.raises(StaleError):
        people.suspend(colleague, by=manager)


def test_person_who_sits_in_another_body_by_now_stays_as_is(manager, colleague, ward):
    User.objects.filter(pk=colleague.pk).update(seat=ward.seat)

    with pytest.raises(StaleError):
        people.change_role(colleague, Role.VIEWER, by=manager)

    colleague.refresh_from_db()
    assert colleague.role == Role.CONTRIBUTOR


def test_second_factor_is_removed_by_the_secretariat_and_a_superuser_s_by_superusers(
    manager, colleague, secretary
):
    clerk = factories.make_staff(Desk.ALL)

    for person, by in ((colleague, manager), (secretary, clerk)):
        with pytest.raises(PermissionDenied):
            second_factor.remove(person, by=by)

    assert not AuditEntry.objects.exists()


def test_seat_is_moved_by_the_secretariat_alone(manager, ward):
    with pytest.raises(PermissionDenied):
        people.move_seat(manager.seat, ward.seat.organization, by=manager)


def test_seat_is_not_moved_to_a_body_that_has_left(manager, secretary):
    gone = factories.make_organization(status="withdrawn")

    with pytest.raises(StaleError):
        people.move_seat(manager.seat, gone, by=secretary)


def test_note_is_struck_out_by_who_may_change_notes(manager, secretary):
    body = manager.seat.organization
    note = care.write(
        organization=body, text="電話があった。", spoken_to="", form_key="a" * 32, by=secretary
    )

    with pytest.raises(PermissionDenied):
        care.strike(note, reason="誤り", by=manager)

    note.refresh_from_db()
    assert note.struck_at is None


def test_profile_of_another_body_is_not_changed(manager, ward):
    body = ward.seat.organization
    body.introduction = "書き換え"

    with pytest.raises(PermissionDenied):
        profile.edit(body, themes=[], fields=["introduction"], by=manager)

    body.refresh_from_db()
    assert body.introduction == ""


def test_prefecture_that_applies_becomes_a_prefecture(secretary):
    kind = LocalGovernment.Kind.PREFECTURE
    prefecture = factories.make_local_government(code="100005", name="", kind=kind)
    application = factories.make_application(local_government=prefecture)

    body = admission.admit(application, by=secretary)

    assert body.kind == "prefecture"


def test_address_of_a_decided_application_is_not_corrected(secretary):
    application = factories.make_application(status=Application.Status.REFUSED)
    application.email = "another@town.example.jp"

    with pytest.raises(StaleError):
        registration.resubmit(application)

    application.refresh_from_db()
    assert application.email != "another@town.example.jp"


def test_of_two_waves_at_once_the_second_is_told(secretary):
    planned = factories.make_planned_invitation(
        seat=factories.make_seat(mailbox="kikaku@town.example.jp")
    )
    codes = [planned.seat.organization.prefecture]
    send = partial(waves.send, codes, fingerprint=waves.plan(codes).fingerprint, by=secretary)

    with meanwhile(send, after="members_invitation"), pytest.raises(waves.ChangedError):
        send()


def test_introduction_that_is_being_sent_is_not_sent_by_a_second_press(secretary):
    introduction = Introduction.objects.create(
        key="topic-1", title="見本", url="/", text="見本", sending_since=timezone.now()
    )

    with pytest.raises(StaleError):
        introductions.send(introduction, text="見本", by=secretary)


def test_title_gives_way_altogether_to_facts_that_fill_a_post():
    lines, link = ["長" * 200], "https://portal.example.jp/"
    wish = Wish("x", "件名", "/", organization=None, seat=None, lines=lines, link=link)

    text = introductions.propose_text(wish)

    assert "件名" not in text
    assert text.startswith("長")
