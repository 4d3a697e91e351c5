"""The second factor: needed by the secretariat, offered to all, lost by nobody without a telephone."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.management import call_command
from django.test import override_settings

from members.models import Delivery, User
from tests import acting, factories
from tests.html import text_of

PASSWORD = "correct-horse-9"
LOGIN, CODE, APP = "/accounts/login/", "/accounts/login/code/", "/accounts/login/2fa/"


def log_in(client, person, **extra):
    return client.post(LOGIN, {"login": person.username, "password": PASSWORD, **extra})


def is_logged_in(client):
    return client.get("/").wsgi_request.user.is_authenticated


def mailed_code():
    call_command("send_mail", verbosity=0)
    return re.search(r"^(\d{4}-\d{4})$", mail.outbox[-1].body, re.MULTILINE)[1]


def number_of(secret):
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def with_app(person):
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


class TestMailedCode:
    def test_page_says_what_to_do_when_no_mail_comes(self, client, secretary):
        log_in(client, secretary)

        text = text_of(client.get(CODE))

        assert "届かないときは、迷惑メールに入っていないか" in text

    def test_secretary_logs_in_with_password_and_mailed_code(self, client, secretary):
        first = log_in(client, secretary, next="/admin/")
        assert first.headers["Location"] == CODE
        assert not is_logged_in(client)
        second = client.post(CODE, {"code": mailed_code()})

        assert mail.outbox[-1].to == [secretary.email]
        assert second.headers["Location"] == "/admin/"
        assert client.get("/admin/").status_code == 200

    @pytest.mark.parametrize("typed", ["{0}{1}", "{0} {1}", "{0}ー{1}"])
    def test_code_is_taken_as_typed(self, client, secretary, typed):
        log_in(client, secretary)
        wide = str.maketrans("0123456789", "０１２３４５６７８９")
        client.post(CODE, {"code": typed.format(*mailed_code().split("-")).translate(wide)})

        assert is_logged_in(client)

    def test_code_goes_to_the_mailbox_for_a_person_without_an_address(self, client, secretary):
        User.objects.update(email=None)
        secretary.seat.mailbox = "jimukyoku@portal.example.jp"
        secretary.seat.save()

        log_in(client, secretary)

        delivery = Delivery.objects.get()
        assert delivery.address == "jimukyoku@portal.example.jp"
        assert f"利用者ID {secretary.username}" in delivery.body

    def test_person_without_any_address_is_told_why(self, client, secretary):
        User.objects.update(email=None)

        html = log_in(client, secretary).client.get(LOGIN).content.decode()

        assert "確認コードを送る先のメールアドレスがありません" in html
        assert not is_logged_in(client)

    def test_three_wrong_codes_end_the_log_in(self, client, secretary):
        log_in(client, secretary)
        code = mailed_code()
        answers = [client.post(CODE, {"code": "0000-0000"}).status_code for _ in range(3)]
        client.post(CODE, {"code": code})

        assert answers == [200, 200, 302]
        assert not is_logged_in(client)

    def test_new_code_ends_the_old_one(self, client, secretary):
        log_in(client, secretary)
        old = mailed_code()
        client.post(CODE, {"action": "resend"})
        new = mailed_code()
        client.post(CODE, {"code": old})
        assert not is_logged_in(client)
        client.post(CODE, {"code": new})

        assert is_logged_in(client)

    def test_codes_are_limited_for_the_person(self, client_factory, secretary):
        answers = [log_in(client_factory(), secretary).status_code for _ in range(4)]

        assert answers == [302, 302, 302, 429]
        assert Delivery.objects.count() == 3

    def test_member_is_asked_for_the_password_only(self, client, manager):
        log_in(client, manager)

        assert is_logged_in(client)
        assert not Delivery.objects.exists()

    @override_settings(DEMO=True)
    def test_demonstration_asks_for_no_code(self, client, secretary):
        log_in(client, secretary)

        assert client.get("/admin/").status_code == 200

    def test_log_in_is_given_up(self, client, secretary):
        log_in(client, secretary)
        code = mailed_code()
        client.post("/accounts/logout/")
        client.post(CODE, {"code": code})

        assert not is_logged_in(client)


class TestDoorOfTheAdmin:
    @pytest.mark.parametrize(
        ("methods", "status"),
        [
            (["password"], 302),
            (["code"], 302),
            ([], 302),
            (["password", "code"], 200),
            (["mfa"], 200),
        ],
    )
    def test_session_without_the_second_factor_stays_outside(
        self, client, secretary, methods, status
    ):
        client.force_login(secretary, methods=methods)

        for address in ("/admin/", "/admin/members/user/"):
            assert client.get(address).status_code == status

    def test_what_is_missing_is_said(self, client, secretary):
        client.force_login(secretary, methods=["password"])

        for address in ("/admin/", "/admin/login/"):
            response = client.get(address, follow=True)
            assert response.redirect_chain[-1][0] == "/accounts/2fa/"
            assert "管理画面には二段階認証が必要です" in response.content.decode()

    def test_records_of_somebody_else_do_not_count(self, client, secretary, manager):
        client.force_login(manager)
        session = client.session
        client.force_login(secretary, methods=["password"])
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": 0}]
        session["account_authentication_methods_user"] = str(manager.pk)
        session.save()

        assert client.get("/admin/").status_code == 302

    def test_new_password_by_mail_does_not_pass_it(self, client, secretary):
        client.post("/accounts/password/reset/", {"login": secretary.username})
        call_command("send_mail", verbosity=0)
        link = re.search(r"https://portal\.example\.jp(/\S+)", mail.outbox[-1].body)[1]
        client.get(link)
        client.post(
            "/accounts/password/new/", {"password": PASSWORD + "0", "again": PASSWORD + "0"}
        )
        data = {"login": secretary.username, "password": PASSWORD + "0"}

        assert client.post(LOGIN, data).headers["Location"] == CODE
        assert client.get("/admin/").status_code == 302


class TestApp:
    def test_question_before_a_change_leads_back_to_the_settings(self, client, manager):
        client.force_login(manager)

        html = client.get("/accounts/again/?next=/accounts/2fa/app/").content.decode()

        assert html.count('href="/accounts/2fa/"') == 2
        assert 'href="/members/me/"' in html

    def test_secret_is_shown_in_groups_that_can_be_copied(self, client, manager):
        client.force_login(manager, again=True)

        page = client.get("/accounts/2fa/app/")

        shown = re.search(r"<code>(.+?)</code>", page.content.decode())[1].split()
        assert {len(group) for group in shown} == {4}
        assert "".join(shown) == page.context["form"].secret

    @pytest.fixture
    def at_work(self, client, manager):
        client.force_login(manager, again=True)
        return client

    def test_app_is_set_up_and_asked_for_at_the_next_log_in(self, at_work, manager):
        page = at_work.get("/accounts/2fa/app/")
        secret = page.context["form"].secret
        assert 'src="data:image/svg+xml;base64,' in page.content.decode()
        done = at_work.post("/accounts/2fa/app/", {"code": number_of(secret)})
        assert done.headers["Location"] == "/accounts/2fa/codes/"
        codes = at_work.get("/accounts/2fa/codes/").context["unused_codes"]
        at_work.post("/accounts/logout/")

        assert log_in(at_work, manager).headers["Location"] == APP
        assert not is_logged_in(at_work)
        at_work.post(APP, {"code": codes[0]})
        assert is_logged_in(at_work)

    def test_set_up_is_recorded_and_told(
        self, at_work, manager, django_capture_on_commit_callbacks
    ):
        secret = at_work.get("/accounts/2fa/app/").context["form"].secret
        with django_capture_on_commit_callbacks(execute=True):
            at_work.post("/accounts/2fa/app/", {"code": number_of(secret)})

        assert manager.audit_entries.get().act == "totp_activated"
        assert "認証アプリの登録" in Delivery.objects.get().subject

    def test_recovery_codes_are_shown_once(self, at_work, manager):
        secret = at_work.get("/accounts/2fa/app/").context["form"].secret
        at_work.post("/accounts/2fa/app/", {"code": number_of(secret)})

        first = at_work.get("/accounts/2fa/codes/")
        second = at_work.get("/accounts/2fa/codes/").content.decode()

        codes = first.context["unused_codes"]
        assert len(codes) == 10
        assert all(code in first.content.decode() for code in codes)
        assert not any(code in second for code in codes)
        assert "no-store" in first.headers["Cache-Control"]

    def test_secretary_with_an_app_is_asked_for_it_and_gets_no_mail(self, client, secretary):
        secret = with_app(secretary)

        assert log_in(client, secretary).headers["Location"] == APP
        client.post(APP, {"code": number_of(secret)})

        assert client.get("/admin/").status_code == 200
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize("form", ["{}", "wide", "spaced"])
    def test_number_is_taken_as_typed(self, client, manager, form):
        number = number_of(with_app(manager))
        typed = {
            "wide": number.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
            "spaced": f" {number[:3]} {number[3:]} ",
        }.get(form, number)
        log_in(client, manager)
        client.post(APP, {"code": typed})

        assert is_logged_in(client)

    def test_number_works_once(self, client, other_client, manager):
        number = number_of(with_app(manager))
        for browser in (client, other_client):
            log_in(browser, manager)
            browser.post(APP, {"code": number})

        assert is_logged_in(client)
        assert not is_logged_in(other_client)

    def test_numbers_cannot_be_guessed_without_end(self, client, manager):
        secret = with_app(manager)
        log_in(client, manager)
        for _ in range(5):
            client.post(APP, {"code": "000000"})
        client.post(APP, {"code": number_of(secret)})

        assert not is_logged_in(client)

    def test_app_is_removed_by_whoever_has_just_typed_the_password(self, at_work, manager):
        with_app(manager)
        at_work.post("/accounts/2fa/app/remove/")

        assert not Authenticator.objects.exists()

    @pytest.mark.parametrize("page", ["app/", "codes/new/"])
    def test_password_is_asked_for_once_more(self, client, manager, page):
        client.force_login(manager)
        page = f"/accounts/2fa/{page}"

        assert client.get(page).headers["Location"].startswith("/accounts/again/")
        back = client.post(f"/accounts/again/?next={page}", {"password": PASSWORD})
        assert back.headers["Location"] == page
        assert client.get(page).status_code == 200

    @override_settings(DEMO=True)
    def test_app_holds_in_the_demonstration_too(self, client, secretary):
        with_app(secretary)

        assert log_in(client, secretary).headers["Location"] == APP


def test_pages_of_the_second_factor_speak_japanese(client, manager):
    client.force_login(manager, again=True)
    own, passkeys = "/accounts/2fa/", "/accounts/2fa/passkeys/"
    pages = [own, f"{own}app/", f"{own}codes/new/", "/accounts/again/", passkeys, f"{passkeys}new/"]
    with_app_pages = [
        "/accounts/2fa/app/remove/",
        "/accounts/2fa/codes/new/",
        "/accounts/again/2fa/",
    ]

    html = "".join(client.get(page).content.decode() for page in pages)
    with_app(manager)
    html += "".join(client.get(page).content.decode() for page in with_app_pages)

    words = re.findall(r">[^<]*?([A-Z][a-z]+(?: [a-z]+)+)[^<]*<", html)
    assert set(words) <= {"Google Authenticator", "Microsoft Authenticator", "Windows Hello"}


def test_second_factor_of_nobody_is_answered_like_a_wrong_password(client, db):
    known = factories.make_user(username="city-01")
    with_app(known)

    wrong = client.post(LOGIN, {"login": "city-01", "password": "wrong"})
    unknown = client.post(LOGIN, {"login": "nobody", "password": "wrong"})

    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert wrong.context["form"].errors == unknown.context["form"].errors


class TestRemovalByTheSecretariat:
    def remove(self, client, *people):
        acting.confirm(client, "remove_second_factor", *people)

    def test_lost_telephone_is_forgotten_and_told(self, client, other_client, secretary, manager):
        with_app(manager)
        other_client.force_login(manager)
        assert is_logged_in(other_client)
        client.force_login(secretary)
        self.remove(client, manager)

        assert not Authenticator.objects.exists()
        assert not is_logged_in(other_client)
        assert secretary.audit_entries.get().act == "remove_second_factor"
        assert Delivery.objects.get().address == manager.email

    def test_not_the_own_one(self, client, secretary):
        with_app(secretary)
        client.force_login(secretary)
        self.remove(client, secretary)

        assert Authenticator.objects.exists()

    def test_keys_and_sessions_are_not_shown_in_the_admin(self, client, secretary):
        client.force_login(secretary)

        assert client.get("/admin/mfa/authenticator/").status_code == 404
        assert client.get("/admin/usersessions/usersession/").status_code == 404
