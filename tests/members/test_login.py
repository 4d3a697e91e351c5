"""Logging in and out, and who is out on the next request."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, check_password, make_password
from django.test import override_settings
from django.urls import reverse

from members.models import Organization, User
from renkei.settings import PASSWORD_HASHERS
from tests import factories

PASSWORD = "correct-horse-9"
LOGIN, HOME = "/accounts/login/", "/"


@pytest.fixture
def person(db):
    return factories.make_user(
        email="hanako@city.example.jp", username="city-01", password=PASSWORD
    )


def log_in(client, login, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": login, "password": password, **extra})


def is_logged_in(client):
    return client.get(HOME).wsgi_request.user.is_authenticated


@pytest.mark.parametrize(
    "login",
    ["hanako@city.example.jp", "Hanako@City.example.jp", "city-01", "ｃｉｔｙ－０１", " city-01 "],
)
def test_person_logs_in_by_mail_or_username_as_typed(client, person, login):
    response = log_in(client, login)

    assert (response.status_code, response.headers["Location"]) == (302, HOME)
    assert is_logged_in(client)


def test_who_was_sent_here_is_told_why_and_nobody_else(client, db):
    sent = client.get("/board/", follow=True)

    assert "続けるには、ログインしてください。" in sent.content.decode()
    assert "続けるには" not in client.get(LOGIN).content.decode()


def test_person_without_mail_logs_in_by_username(client, db):
    factories.make_user(email=None, username="shared-box-2", password=PASSWORD)

    assert log_in(client, "shared-box-2").status_code == 302


@pytest.mark.parametrize("login", ["city-01", "hanako@city.example.jp"])
def test_wrong_password_is_explained_and_the_login_kept(client, person, login):
    html = log_in(client, login, "wrong").content.decode()

    assert "入力内容を確認してください" in html
    assert "メールアドレス（または利用者ID）か、パスワードが違います。" in html
    assert f'value="{login}"' in html
    assert "wrong" not in html
    assert not is_logged_in(client)


def test_unknown_and_known_login_are_refused_alike(client, person):
    def message(login):
        return log_in(client, login, "wrong").context["form"].non_field_errors()

    assert message("city-01") == message("nobody-99")


def test_login_page_is_never_stored_and_cookies_are_host_bound(client, person):
    page = client.get(LOGIN)
    cookies = log_in(client, "city-01").cookies

    assert "no-store" in page.headers["Cache-Control"]
    session = cookies["__Host-sessionid"]
    assert (session["secure"], session["httponly"], session["samesite"]) == (True, True, "Lax")
    assert (session["path"], session["domain"], session["max-age"]) == ("/", "", "")


def test_logout_needs_a_post(client, person):
    client.force_login(person)

    client.get(reverse("account_logout"))
    assert is_logged_in(client)

    client.post(reverse("account_logout"))
    assert not is_logged_in(client)


def test_suspended_person_cannot_log_in(client, person):
    User.objects.filter(pk=person.pk).update(is_active=False)

    log_in(client, "city-01")

    assert not is_logged_in(client)


@pytest.mark.parametrize("status", [Organization.Status.SUSPENDED, Organization.Status.WITHDRAWN])
def test_person_of_a_suspended_body_cannot_log_in(client, person, status):
    Organization.objects.filter(seats__users=person).update(status=status)

    log_in(client, "city-01")

    assert not is_logged_in(client)


def test_suspension_is_seen_by_an_open_session(client, person):
    client.force_login(person)
    assert is_logged_in(client)

    User.objects.filter(pk=person.pk).update(is_active=False)

    assert not is_logged_in(client)


def test_failed_log_ins_are_limited_for_the_person_not_for_the_town_hall(client, person):
    colleague = factories.make_user(username="city-02", password=PASSWORD)
    for _ in range(6):
        log_in(client, "city-01", "wrong")

    blocked = log_in(client, "city-01")

    assert blocked.status_code == 200
    assert not is_logged_in(client)
    assert log_in(client, colleague.username).status_code == 302


def test_failed_log_ins_from_one_address_are_limited_at_three_hundred_a_minute(client, person):
    for number in range(300):
        log_in(client, f"nobody-{number}", "wrong")

    assert log_in(client, "city-01").status_code == 429
    assert not is_logged_in(client)


@pytest.mark.parametrize("login", ["a\x00b", "ａ" * 5000, "a@b.jp\n", "'; --", ""])
def test_hostile_log_in_is_an_error_at_the_form(client, db, login):
    assert log_in(client, login).status_code == 200


def test_member_page_asks_four_queries(client, person, django_assert_num_queries):
    client.force_login(person)
    client.get(reverse("contact"))

    # Session, person with seat and body, texts.
    with django_assert_num_queries(4):
        client.get(reverse("contact"))


def test_sign_up_does_not_exist(client, db):
    assert client.get("/accounts/signup/").status_code == 404


def test_known_and_unknown_log_ins_compare_a_password_once(client, db, monkeypatch):
    """What takes the time of a log-in: the hash of a password."""
    person = factories.make_user(username="kikaku-01", email="kikaku@city.example.jp")
    hashed = []
    real = MD5PasswordHasher.encode

    def encode(self, password, salt):
        hashed.append(password)
        return real(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)

    counts = []
    for login in (person.email, "nobody@city.example.jp", person.username, "nobody-01"):
        hashed.clear()
        client.post(reverse("account_login"), {"login": login, "password": "wrong-9"})
        counts.append(len(hashed))

    assert counts == [1, 1, 1, 1]


@override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS)
def test_older_hash_is_made_anew_at_the_next_log_in(client, person):
    person.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    person.save()

    answer = log_in(client, person.username)

    person.refresh_from_db()
    assert answer.status_code == 302
    assert person.password.startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
    assert check_password(PASSWORD, person.password)


def test_address_that_the_secretariat_typed_in_capitals_logs_in(
    client, other_client, secretary, manager
):
    client.force_login(secretary)
    client.post(
        f"/admin/members/user/{manager.pk}/change/",
        {
            "name": manager.name,
            "email": "Hanako@City.example.jp",
            "username": manager.username,
            "seat": manager.seat_id,
            "role": manager.role,
            "is_active": "on",
        },
    )

    log_in(other_client, "hanako@city.example.jp")

    assert is_logged_in(other_client)
