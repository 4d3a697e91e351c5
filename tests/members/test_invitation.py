"""An invitation: one person, once, within 14 days."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from lib.conflicts import StaleError
from members import registration
from members.models import Delivery, Invitation, Organization, User
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

    def accept(self, client, invitation, *, follow=False, **fields):
        page = invitation.get_absolute_url()
        return client.post(page, {**self.answers, **fields}, follow=follow)

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

        with pytest.raises(StaleError):
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
            ({"password": answers["email"], "again": answers["email"]}, "password"),
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
        invitation = factories.make_invitation(address="hanako@town.example.jp")

        response = self.accept(client, invitation)

        assert set(response.context["form"].errors) == {"username", "email"}

    def test_names_are_taken_as_typed(self, client, db):
        invitation = factories.make_invitation(address="hanako@town.example.jp")

        self.accept(
            client, invitation, username="ｋｉｋａｋｕ－０１", email="Ｈａｎａｋｏ＠town.example.jp"
        )

        user = User.objects.get()
        assert (user.username, user.email) == ("kikaku-01", "hanako@town.example.jp")

    def test_address_that_the_invitation_went_to_logs_in_at_once(self, client, db):
        self.accept(client, factories.make_invitation(address="Hanako@town.example.jp"))

        assert User.objects.get().email == "hanako@town.example.jp"
        assert not Delivery.objects.exists()

    def test_another_address_logs_in_once_it_is_proven(self, client, db):
        page = self.accept(client, factories.make_invitation(), follow=True)
        user, proof = User.objects.get(), Delivery.objects.get()
        assert user.email is None
        assert "そこに届くメールで確認すると、ログインに使えます。" in page.text
        assert proof.address == "hanako@town.example.jp"

        client.post(re.search(r"https://portal\.example\.jp(/\S+)", proof.body)[1])

        user.refresh_from_db()
        assert user.email == "hanako@town.example.jp"

    def test_address_of_somebody_else_is_answered_alike_and_gets_nothing(self, client, db):
        factories.make_user(email="Hanako@town.example.jp")

        page = self.accept(client, factories.make_invitation(), follow=True)

        assert "そこに届くメールで確認すると、ログインに使えます。" in page.text
        assert User.objects.get(username="kikaku-01").email is None
        assert not Delivery.objects.exists()

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


class TestPlannedInvitations:
    def test_no_link_works_and_no_term_runs_before_the_mail(self, client, db):
        planned = factories.make_planned_invitation()

        assert planned.expires_at is None
        assert client.get(planned.get_absolute_url()).status_code == 410
        assert list(Invitation.objects.planned()) == [planned]
        assert not Invitation.objects.waiting().exists()
        assert not Invitation.objects.usable().exists()

    def test_is_not_accepted_even_with_its_row_at_hand(self, db):
        planned = factories.make_planned_invitation()

        with pytest.raises(StaleError):
            registration.accept(planned, name="a", username="one-01", email=None, password="x")

        assert not User.objects.exists()

    def test_sending_again_mails_nothing(self, secretary):
        planned = factories.make_planned_invitation()

        assert registration.renew(planned, by=secretary) is None

        assert not Delivery.objects.exists()
        assert list(Invitation.objects.planned()) == [planned]

    def test_can_be_withdrawn(self, secretary):
        planned = factories.make_planned_invitation()

        registration.withdraw_invitation(planned, by=secretary)

        assert not Invitation.objects.open().exists()

    def test_manager_sees_that_it_is_not_sent_and_cannot_send_it(self, client, manager):
        planned = factories.make_planned_invitation(seat=manager.seat, name="見本 次郎")
        client.force_login(manager)

        html = client.get("/members/organization/").content.decode()
        client.post(f"/members/organization/invitations/{planned.pk}/resend/")

        assert "見本 次郎" in html
        assert "事務局が送る前" in html
        assert "もう一度送る" not in html
        assert not Delivery.objects.exists()

    def test_manager_does_not_invite_the_same_person_beside_it(self, client, manager):
        factories.make_planned_invitation(seat=manager.seat, name="見本 次郎")
        client.force_login(manager)

        client.post(
            f"/members/organization/seats/{manager.seat.pk}/invite/",
            {"name": "見本 次郎", "address": "jiro@city.example.jp", "role": "viewer"},
        )

        assert Invitation.objects.count() == 1

    @pytest.mark.parametrize(
        "impossible",
        [
            {"expires_at": timezone.now()},
            {"sent_at": timezone.now()},
            {"accepted_at": timezone.now()},
            {"sent_at": timezone.now(), "expires_at": timezone.now()},
        ],
    )
    def test_half_sent_rows_are_refused_by_the_database(self, db, impossible):
        factories.make_planned_invitation()

        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.update(**impossible)

    def test_seat_has_one_at_a_time(self, db):
        planned = factories.make_planned_invitation()

        with pytest.raises(IntegrityError), transaction.atomic():
            factories.make_planned_invitation(seat=planned.seat)
