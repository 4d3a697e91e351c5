import pytest
from allauth.account.adapter import get_adapter
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
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


def test_first_secretary_is_not_given_a_username_that_is_taken_in_other_letters(db):
    factories.make_secretariat()
    factories.make_user(username="Jimukyoku")

    with pytest.raises(CommandError, match="利用者ID"):
        call_command(
            "createsuperuser", username="jimukyoku", email="a@b.example.jp", interactive=False
        )


def test_nobody_signs_up_where_a_package_would_offer_it(rf):
    assert not get_adapter().is_open_for_signup(rf.get("/"))


def test_history_of_the_admin_names_the_person_beside_the_username(client, secretary):
    category = factories.make_category()
    LogEntry.objects.create(
        user=secretary,
        content_type=ContentType.objects.get_for_model(category),
        object_id=category.pk,
        object_repr=str(category),
        action_flag=CHANGE,
    )
    client.force_login(secretary)

    page = client.get(f"/admin/board/category/{category.pk}/history/").content.decode()

    assert f"{secretary.username} ({secretary.name})" in page


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
