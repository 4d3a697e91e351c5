"""An invitation: one person, once, within 14 days."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from members import registration
from members.models import Organization, User
from tests import factories


class TestInvitations:
    answers = {
        "name": "見本 花子",
        "username": "kikaku-01",
        "email": "hanako@town.example.jp",
        "password": "mihon-no-ai-9",
        "again": "mihon-no-ai-9",
        "consent": "on",
    }

    def accept(self, client, invitation, **fields):
        return client.post(invitation.get_absolute_url(), {**self.answers, **fields})

    def test_invitation_works_once(self, client, db):
        invitation = factories.make_invitation()

        first = self.accept(client, invitation)
        second = self.accept(client, invitation, username="other-01", email="")

        assert (first.status_code, second.status_code) == (302, 410)
        assert User.objects.count() == 1

    def test_second_acceptance_at_the_same_moment_makes_nobody(self, db):
        invitation = factories.make_invitation()
        person = {"name": "a", "email": None, "password": "mihon-no-ai-9"}
        registration.accept(invitation, username="one-01", **person)

        with pytest.raises(registration.AlreadyDecidedError):
            registration.accept(invitation, username="two-02", **person)

        assert User.objects.count() == 1

    def test_invitation_ends_after_14_days(self, client, db):
        invitation = factories.make_invitation()

        with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1)):
            assert self.accept(client, invitation).status_code == 410

        assert not User.objects.exists()

    def test_new_invitation_ends_the_old_one(self, client, secretary):
        old = factories.make_invitation()

        new = registration.renew(old, by=secretary)

        assert self.accept(client, old).status_code == 410
        assert self.accept(client, new).status_code == 302

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"again": "different-9"}, "again"),
            ({"password": "password", "again": "password"}, "password"),
            ({"username": "日本語ID"}, "username"),
            ({"username": "abc"}, "username"),
            ({"email": "nobody"}, "email"),
            ({"name": ""}, "name"),
        ],
    )
    def test_wrong_answers_are_explained_at_their_field(self, client, db, fields, field):
        response = self.accept(client, factories.make_invitation(), **fields)

        assert list(response.context["form"].errors) == [field]

    def test_taken_names_are_refused_in_any_case(self, client, db):
        factories.make_user(username="KIKAKU-01", email="Hanako@town.example.jp")

        response = self.accept(client, factories.make_invitation())

        assert set(response.context["form"].errors) == {"username", "email"}

    def test_person_without_an_own_address_logs_in_by_username(self, client, db):
        self.accept(client, factories.make_invitation(), email="")
        client.post("/accounts/login/", {"login": "kikaku-01", "password": "mihon-no-ai-9"})

        assert client.get("/").wsgi_request.user.email is None

    def test_role_and_seat_come_from_the_invitation_alone(self, client, db):
        invitation = factories.make_invitation(role=User.Role.VIEWER)

        self.accept(client, invitation, role="manager", seat="1", is_staff="1", is_superuser="1")

        user = User.objects.get()
        assert (user.role, user.seat, user.is_staff) == ("viewer", invitation.seat, False)

    @pytest.mark.parametrize("status", ["suspended", "withdrawn"])
    def test_nobody_comes_to_a_body_that_is_suspended_or_gone(self, client, db, status):
        invitation = factories.make_invitation()
        Organization.objects.update(status=status)

        assert client.get(invitation.get_absolute_url()).status_code == 410
        assert self.accept(client, invitation).status_code == 410
        assert not User.objects.exists()
