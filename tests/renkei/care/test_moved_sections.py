"""A section goes to another body, from the secretariat's page of its own."""

import pytest
from django.core.exceptions import ValidationError

from lib.conflicts import StaleError
from members import people
from members.models import (
    AuditEntry,
    Seat,
    User,
)
from renkei import care_acts
from tests import factories
from tests.html import text_of
from tests.renkei.care.addresses import act


@pytest.fixture
def into(db):
    return factories.make_organization(name="隣の市", prefecture="10")


def test_move_is_shown_first_and_then_takes_its_people_along(admin, seat, boss, into):
    topic = factories.make_topic(author=boss)
    choice = {"seat": seat.pk, "into": "群馬県隣の市"}

    shown = text_of(admin.get(act(seat.organization, "move-seat"), choice))
    seat.refresh_from_db()
    before = seat.organization
    admin.post(act(before, "move-seat"), choice)

    assert "利用者1人が一緒に移り" in shown
    assert before != into
    boss = User.objects.get(pk=boss.pk)
    assert (boss.seat.organization, boss.role) == (into, "contributor")
    topic.refresh_from_db()
    assert topic.organization == before
    entry = AuditEntry.objects.get(act="move_seat")
    assert entry.detail == {"before": before.pk, "after": into.pk}


def test_invited_manager_goes_along_as_a_contributor(secretary, seat, into):
    invited = factories.make_invitation(seat=seat, role=User.Role.MANAGER)
    reader = factories.make_invitation(seat=seat, role=User.Role.VIEWER)

    people.move_seat(seat, into, by=secretary)

    invited.refresh_from_db()
    reader.refresh_from_db()
    assert (invited.role, reader.role) == ("contributor", "viewer")


def test_move_leaves_no_colleagues_without_a_manager(client, secretary, seat, boss, into):
    other = factories.make_seat(organization=seat.organization, section="総務課")
    factories.make_user(seat=other)

    with pytest.raises(people.LastManagerError):
        people.move_seat(seat, into, by=secretary)
    client.force_login(secretary)
    choice = {"seat": seat.pk, "into": "隣の市"}
    answer = client.post(act(seat.organization, "move-seat"), choice)
    assert care_acts.LAST_MANAGER in text_of(answer)


def test_same_section_over_there_and_wrong_bodies_are_refused(admin, seat, into):
    factories.make_seat(organization=into, section="企画課")
    for number in (1, 2):
        factories.make_organization(name=f"似た{number}市", prefecture="10")
    address = act(seat.organization, "move-seat")

    before = text_of(admin.get(address, {"seat": seat.pk, "into": "隣の市"}))
    taken = text_of(admin.post(address, {"seat": seat.pk, "into": "隣の市"}))
    unknown = text_of(admin.get(address, {"seat": seat.pk, "into": "ない市"}))
    several = text_of(admin.get(address, {"seat": seat.pk, "into": "似た"}))

    assert "同じ名前の担当部署があります" in before
    assert "同じ名前の担当部署があります" in taken
    assert "当てはまる利用中の会員団体はありません" in unknown
    assert "名称をすべて入力してください。群馬県似た1市、群馬県似た2市" in several
    seat.refresh_from_db()
    assert seat.organization != into


def test_section_that_another_secretary_has_just_moved_stays_there(secretary, seat, into):
    before = Seat.objects.get(pk=seat.pk)
    people.move_seat(seat, into, by=secretary)

    with pytest.raises(StaleError):
        people.move_seat(before, factories.make_organization(name="第三の市"), by=secretary)

    assert Seat.objects.get(pk=seat.pk).organization == into


def test_section_that_came_over_there_after_the_page_is_told(secretary, seat, into):
    factories.make_seat(organization=into, section=seat.section)
    move = care_acts.ACTS["move-seat"].do

    with pytest.raises(ValidationError, match="同じ名前の担当部署があります"):
        move(seat.organization, {"seat": seat, "into": into}, secretary)

    assert Seat.objects.get(pk=seat.pk).organization != into


def test_nothing_moves_into_the_secretariat(secretary, seat):
    with pytest.raises(StaleError):
        people.move_seat(seat, secretary.seat.organization, by=secretary)
