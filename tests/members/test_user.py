import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from members.access import is_manager, is_member, is_secretariat
from members.models import Organization, User
from tests import factories


def test_username_is_generated_where_people_use_their_mail(db):
    user = factories.make_user(email="Hanako@Example.JP")

    assert user.email == "hanako@example.jp"
    assert user.username.startswith("u-")


def test_several_people_may_have_no_mail(db):
    users = [factories.make_user(email=None), factories.make_user(email=None)]

    assert [user.email for user in users] == [None, None]


@pytest.mark.parametrize("field", ["email", "username"])
def test_log_in_names_are_unique_in_any_case(db, field):
    factories.make_user(**{field: "Same@example.jp"})

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_user(**{field: "same@EXAMPLE.jp"})


def test_superuser_sits_at_the_secretariat(db):
    seat = factories.make_seat(organization=factories.make_secretariat())

    user = User.objects.create_superuser(username="root", password="correct-horse-9")

    assert user.seat == seat
    assert is_secretariat(user)


def test_superuser_needs_the_secretariat(db):
    with pytest.raises(ValueError, match="load_wards"):
        User.objects.create_superuser(username="root", password="correct-horse-9")


@pytest.mark.parametrize(
    ("who", "member", "a_manager", "of_the_secretariat"),
    [
        ("viewer", True, False, False),
        ("contributor", True, False, False),
        ("manager", True, True, False),
        ("ward", True, True, False),
        ("secretary", True, True, True),
    ],
)
def test_questions_of_access(request, who, member, a_manager, of_the_secretariat):
    user = request.getfixturevalue(who)

    answers = (is_member(user), is_manager(user), is_secretariat(user))

    assert answers == (member, a_manager, of_the_secretariat)


def test_nobody_is_a_member():
    assert not is_member(AnonymousUser())


def test_staff_of_another_body_is_not_the_secretariat(db):
    assert not is_secretariat(factories.make_user(is_staff=True, is_superuser=True))


def test_person_at_the_secretariat_without_staff_flag_has_no_admin(db):
    seat = factories.make_seat(organization=factories.make_secretariat())

    assert not is_secretariat(factories.make_user(seat=seat))


def test_nobody_of_a_suspended_body_is_a_member(manager):
    manager.seat.organization.status = Organization.Status.SUSPENDED

    assert not is_member(manager)
    assert not is_manager(manager)
