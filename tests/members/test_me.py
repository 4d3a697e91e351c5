"""One's own account: password, mail address, open sessions."""

import re
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.management import call_command

from members import addresses, passwords
from members.devices import describe
from members.models import Delivery, User
from tests import factories
from tests.racing import meanwhile

OLD, FRESH = "correct-horse-9", "mihon-no-ai-10"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"


@pytest.fixture
def person(db):
    return factories.make_user(email="hanako@city.example.jp", username="city-01", password=OLD)


@pytest.fixture
def at_home(client, person):
    client.force_login(person)
    client.get("/", headers={"user-agent": EDGE})
    return client


@pytest.fixture
def elsewhere(other_client, person):
    other_client.force_login(person)
    other_client.get("/", headers={"user-agent": IPHONE})
    return other_client


def is_logged_in(client):
    return client.get("/").wsgi_request.user.is_authenticated


def test_page_says_who_one_is_and_the_name_in_the_header_leads_there(at_home, person):
    html = at_home.get("/members/me/").content.decode()

    assert f'<a href="/members/me/">{person.name}<' in html
    for text in ("見本 太郎", "city-01", "hanako@city.example.jp", "企画課", "投稿担当者"):
        assert text in html


class TestPassword:
    def change(self, client, current=OLD, password=FRESH, again=None):
        data = {"current": current, "password": password, "again": again or password}
        return client.post("/members/me/password/", data)

    def test_change_keeps_this_session_and_ends_the_others(self, at_home, elsewhere, person):
        assert self.change(at_home).headers["Location"] == "/members/me/"

        person.refresh_from_db()
        assert person.check_password(FRESH)
        assert is_logged_in(at_home)
        assert not is_logged_in(elsewhere)
        assert UserSession.objects.get().session_key == at_home.session.session_key

    def test_change_is_recorded_and_told(self, at_home, person):
        self.change(at_home)

        assert person.audit_entries.get().act == "change_password"
        assert Delivery.objects.get().address == person.email

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"current": "wrong"}, "current"),
            ({"password": "password"}, "password"),
            ({"again": "different-9"}, "again"),
        ],
    )
    def test_wrong_answers_are_explained_at_their_field(self, at_home, person, data, field):
        response = self.change(at_home, **data)

        assert list(response.context["form"].errors) == [field]
        person.refresh_from_db()
        assert person.check_password(OLD)

    def test_old_password_cannot_be_guessed_without_end(self, at_home):
        answers = [self.change(at_home, current="wrong").status_code for _ in range(6)]

        assert answers == [200] * 5 + [429]


class TestAddress:
    NEW = "new@city.example.jp"

    def ask(self, client, email=NEW, current=OLD):
        return client.post("/members/me/address/", {"email": email, "current": current})

    def link(self):
        call_command("send_mail", verbosity=0)
        return re.search(r"https://portal\.example\.jp(/\S+)", mail.outbox[-1].body)[1]

    def test_button_behind_the_link_changes_the_address_and_tells_the_old_one(
        self, at_home, other_client, person
    ):
        self.ask(at_home)
        link = self.link()
        assert self.NEW in other_client.get(link).content.decode()
        person.refresh_from_db()
        assert person.email == "hanako@city.example.jp"

        other_client.post(link)

        person.refresh_from_db()
        assert person.email == self.NEW
        assert set(Delivery.objects.values_list("address", "subject")) == {
            (self.NEW, "メールアドレスの確認"),
            ("hanako@city.example.jp", "利用者の設定の変更（メールアドレスの変更）"),
        }
        assert person.audit_entries.get().act == "change_address"

    def test_link_works_once(self, at_home, person):
        self.ask(at_home)
        link = self.link()
        at_home.post(link)

        assert at_home.post(link).status_code == 410

    def test_link_is_over_with_the_password(self, at_home, other_client, person):
        self.ask(at_home)
        link = self.link()
        passwords.change(person, password=FRESH)

        assert other_client.post(link).status_code == 410
        person.refresh_from_db()
        assert person.email == "hanako@city.example.jp"

    def test_former_address_hears_what_the_secretariat_changed(self, client, secretary, person):
        client.force_login(secretary)

        client.post(
            f"/admin/members/user/{person.pk}/change/",
            {
                "name": person.name,
                "email": self.NEW,
                "username": person.username,
                "seat": person.seat_id,
                "role": person.role,
                "is_active": "on",
            },
        )

        told = Delivery.objects.get()
        assert (told.address, told.subject) == (
            "hanako@city.example.jp",
            "利用者の設定の変更（メールアドレスの変更）",
        )

    def test_link_ends_after_three_days(self, at_home, person):
        self.ask(at_home)
        link = self.link()

        with time_machine.travel(timedelta(days=3, minutes=1)):
            assert at_home.post(link).status_code == 410

    def test_address_of_somebody_else_is_answered_alike_and_gets_nothing(self, at_home):
        factories.make_user(email="taken@city.example.jp")

        taken, free = (
            self.ask(at_home, "Taken@city.example.jp"),
            self.ask(at_home, "f@a.example.jp"),
        )

        assert (taken.status_code, taken.headers["Location"]) == (
            free.status_code,
            free.headers["Location"],
        )
        assert Delivery.objects.get().address == "f@a.example.jp"

    def test_address_that_somebody_took_meanwhile_stays_theirs(self, client, person):
        token = factories.make_address_token(person)
        factories.make_user(email="new@city.example.jp")

        with pytest.raises(passwords.LinkOverError):
            addresses.change(token)

        person.refresh_from_db()
        assert person.email == "hanako@city.example.jp"

    def test_link_of_a_person_who_is_suspended_by_now_is_over(self, client, person):
        token = factories.make_address_token(person)
        User.objects.filter(pk=person.pk).update(is_active=False)

        assert client.post(f"/members/me/address/{token}/").status_code == 410
        person.refresh_from_db()
        assert person.email == "hanako@city.example.jp"

    def test_link_that_is_pressed_twice_at_once_changes_the_address_once(self, person):
        press = partial(addresses.change, factories.make_address_token(person))

        with meanwhile(press, after="members_user"), pytest.raises(passwords.LinkOverError):
            press()

        assert person.audit_entries.filter(act="change_address").count() == 1

    def test_password_is_asked_for(self, at_home):
        response = self.ask(at_home, current="wrong")

        assert list(response.context["form"].errors) == ["current"]
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "x" * 2000])
    def test_hostile_tokens_are_over(self, client, db, token):
        assert client.get(f"/members/me/address/{token}/").status_code == 410


class TestSessions:
    def test_list_shows_devices_in_words_the_own_one_first(self, at_home, elsewhere):
        sessions = at_home.get("/members/me/sessions/").context["sessions"]

        assert [(one["device"], one["is_current"]) for one in sessions] == [
            ("Windows の Microsoft Edge", True),
            ("iPhone の Safari", False),
        ]

    def test_one_is_ended(self, at_home, elsewhere):
        found = UserSession.objects.get(session_key=elsewhere.session.session_key)

        at_home.post(f"/members/me/sessions/{found.pk}/end/")

        assert is_logged_in(at_home)
        assert not is_logged_in(elsewhere)

    def test_all_others_are_ended(self, at_home, elsewhere):
        at_home.post("/members/me/sessions/end/")

        assert is_logged_in(at_home)
        assert not is_logged_in(elsewhere)

    def test_sessions_of_others_are_not_found(self, at_home, other_client, manager):
        other_client.force_login(manager)
        assert is_logged_in(other_client)
        found = UserSession.objects.get(user=manager)

        assert at_home.post(f"/members/me/sessions/{found.pk}/end/").status_code == 404
        assert len(at_home.get("/members/me/sessions/").context["sessions"]) == 1
        assert is_logged_in(other_client)

    @pytest.mark.parametrize("minutes", [61, 13 * 60])
    def test_session_that_is_over_is_not_listed(self, elsewhere, client, person, minutes):
        with time_machine.travel(timedelta(minutes=minutes)):
            client.force_login(person)
            client.get("/")
            sessions = client.get("/members/me/sessions/").context["sessions"]

        assert [one["is_current"] for one in sessions] == [True]

    def test_secretarys_session_is_over_after_half_an_hour(self, client, other_client, secretary):
        other_client.force_login(secretary)
        other_client.get("/")

        with time_machine.travel(timedelta(minutes=31)):
            client.force_login(secretary)
            client.get("/")
            sessions = client.get("/members/me/sessions/").context["sessions"]

        assert [one["is_current"] for one in sessions] == [True]

    @pytest.mark.parametrize("count", [1, 3])
    def test_queries_do_not_grow(self, client_factory, person, count, django_assert_num_queries):
        clients = [client_factory() for _ in range(count)]
        for one in clients:
            one.force_login(person)
            one.get("/")

        # Session, person with seat and body, list.
        with django_assert_num_queries(4):
            clients[0].get("/members/me/sessions/")


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("", "種類の分からない端末"),
        ("curl/8", "種類の分からない端末"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
            "Linux の Firefox",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) Chrome/131.0 Mobile Safari/537.36",
            "Android の Google Chrome",
        ),
    ],
)
def test_devices_in_words(user_agent, words):
    assert describe(user_agent) == words
