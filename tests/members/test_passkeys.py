"""Passkeys: as the second step, instead of the password, and never more than that."""

import json

import pytest
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.core.checks import Error
from django.test import RequestFactory, override_settings

from members import checks, second_factor
from members.models import Delivery, Organization, User
from tests import acting, factories
from tests.members.test_second_factor import APP, is_logged_in, log_in, number_of, with_app
from tests.passkeys import Passkey

LOGIN, ALONE = "/accounts/login/", "/accounts/login/passkey/"
LIST, NEW = "/accounts/2fa/passkeys/", "/accounts/2fa/passkeys/new/"
HOSTILE = [
    "",
    "null",
    "[]",
    "{}",
    '"a"',
    "1",
    "{",
    "[" * 9000,
    "a" * 30_000,
    json.dumps({"id": "a", "rawId": 10**10, "response": {}}),
    json.dumps({"id": "あ", "rawId": "あ", "response": {"userHandle": "あ"}}),
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": []}),
    json.dumps({"id": "AA", "rawId": "AA", "type": "x", "response": {"clientDataJSON": "e30"}}),
    '{"id": "\\u0000"}',
]


def options_of(page):
    return page.context["js_data"]["request_options"]["publicKey"]


def add(client, passkey, *, name="企画課のパソコン"):
    """By somebody who has just typed the password."""
    options = client.get(NEW).context["js_data"]["creation_options"]["publicKey"]
    data = {"name": name, "credential": passkey.create(options), "passwordless": "on"}
    return client.post(NEW, data)


def log_in_alone(client, passkey, **extra):
    answer = client.get(ALONE, headers={"accept": "application/json"})
    options = answer.json()["request_options"]["publicKey"]
    return client.post(ALONE, {"credential": passkey.get(options), **extra})


@pytest.fixture
def passkey():
    return Passkey()


@pytest.fixture
def at_work(client, manager):
    client.force_login(manager, again=True)
    return client


@pytest.fixture
def owner(client_factory, manager, passkey):
    """The manager, who has added the passkey before."""
    browser = client_factory()
    browser.force_login(manager, again=True)
    add(browser, passkey)
    return manager


class TestOwnPasskeys:
    def test_added_one_is_listed_recorded_and_told(self, at_work, manager, passkey):
        done = add(at_work, passkey, name="  企画課の\tパソコン ")

        assert done.headers["Location"] == "/accounts/2fa/codes/"
        assert "企画課の パソコン" in at_work.get(LIST).content.decode()
        assert manager.audit_entries.get().act == "webauthn_added"
        assert "パスキーの追加" in Delivery.objects.get().subject

    def test_without_a_name_it_gets_one(self, at_work, passkey):
        add(at_work, passkey, name="")

        assert Authenticator.objects.get(type="webauthn").wrap().name == "パスキー1"

    def test_is_renamed(self, at_work, passkey):
        add(at_work, passkey)
        number = Authenticator.objects.get(type="webauthn").pk

        assert at_work.post(f"{LIST}{number}/", {"name": "あ" * 51}).status_code == 200
        at_work.post(f"{LIST}{number}/", {"name": "予備の鍵"})

        assert "予備の鍵" in at_work.get(LIST).content.decode()

    def test_removed_one_is_recorded_and_told_and_leaves_no_codes(self, at_work, manager, passkey):
        add(at_work, passkey)
        number = Authenticator.objects.get(type="webauthn").pk
        at_work.post(f"{LIST}{number}/remove/")

        assert not Authenticator.objects.exists()
        assert manager.audit_entries.first().act == "webauthn_removed"
        assert Delivery.objects.filter(subject__contains="パスキーの削除").exists()

    @pytest.mark.parametrize("act", ["", "remove/"])
    def test_those_of_others_do_not_exist(self, client, owner, contributor, act):
        number = Authenticator.objects.get(type="webauthn").pk
        client.force_login(contributor, again=True)

        assert client.get(f"{LIST}{number}/{act}").status_code == 404
        assert client.post(f"{LIST}{number}/{act}", {"name": "x"}).status_code == 404
        assert "企画課のパソコン" not in client.get(LIST).content.decode()
        assert Authenticator.objects.get(type="webauthn").wrap().name == "企画課のパソコン"

    @pytest.mark.parametrize("act", ["new/", "{0}/", "{0}/remove/"])
    def test_password_is_asked_for_once_more(self, client, owner, act):
        page = LIST + act.format(Authenticator.objects.get(type="webauthn").pk)
        client.force_login(owner)

        assert client.get(page).headers["Location"].startswith("/accounts/again/")

    @pytest.mark.parametrize("credential", HOSTILE)
    def test_hostile_answer_adds_nothing(self, at_work, credential):
        at_work.get(NEW)
        response = at_work.post(NEW, {"name": "x", "credential": credential})

        assert response.status_code == 200
        assert "入力内容を確認してください" in response.content.decode()
        assert not Authenticator.objects.exists()

    @pytest.mark.parametrize("wrong", [{"is_verified": False}, {"origin": "https://evil.example"}])
    def test_needs_user_verification_and_our_origin(self, at_work, wrong):
        assert add(at_work, Passkey(**wrong)).status_code == 200
        assert not Authenticator.objects.exists()


class TestSecondStep:
    def test_is_asked_for_after_the_password(self, client, owner, passkey):
        assert log_in(client, owner, next="/members/me/").headers["Location"] == APP
        assert not is_logged_in(client)
        done = client.post(APP, {"credential": passkey.get(options_of(client.get(APP)))})

        assert done.headers["Location"] == "/members/me/"
        assert is_logged_in(client)

    def test_opens_the_admin_for_a_secretary_without_any_mail(
        self, client, client_factory, secretary, passkey
    ):
        browser = client_factory()
        browser.force_login(secretary, again=True)
        add(browser, passkey)
        mails = Delivery.objects.count()
        log_in(client, secretary)
        client.post(APP, {"credential": passkey.get(options_of(client.get(APP)))})

        assert client.get("/admin/").status_code == 200
        assert not second_factor.needs_mailed_code(secretary)
        assert Delivery.objects.count() == mails

    @pytest.mark.parametrize("credential", HOSTILE)
    def test_hostile_answer_opens_nothing(self, client, owner, credential):
        log_in(client, owner)
        client.get(APP)

        assert client.post(APP, {"credential": credential}).status_code == 200
        assert not is_logged_in(client)

    @pytest.mark.parametrize("wrong", [{"is_verified": False}, {"origin": "https://evil.example"}])
    def test_needs_user_verification_and_our_origin(self, client, owner, passkey, wrong):
        vars(passkey).update(wrong)
        log_in(client, owner)
        client.post(APP, {"credential": passkey.get(options_of(client.get(APP)))})

        assert not is_logged_in(client)

    def test_answer_works_once(self, client, other_client, owner, passkey):
        log_in(client, owner)
        answer = passkey.get(options_of(client.get(APP)))
        client.post(APP, {"credential": answer})
        log_in(other_client, owner)
        other_client.get(APP)
        other_client.post(APP, {"credential": answer})

        assert is_logged_in(client)
        assert not is_logged_in(other_client)

    def test_passkey_of_somebody_else_is_refused(self, client, owner, contributor, passkey):
        with_app(contributor)
        log_in(client, contributor)
        client.post(APP, {"credential": passkey.get(options_of(client.get(APP)))})

        assert not is_logged_in(client)

    def test_failed_passkeys_use_up_no_tries_of_the_app(self, client, owner, passkey):
        secret = with_app(owner)
        log_in(client, owner)
        passkey.origin = "https://evil.example"
        for _ in range(6):
            client.post(APP, {"credential": passkey.get(options_of(client.get(APP)))})
        client.post(APP, {"code": number_of(secret)})

        assert is_logged_in(client)

    def test_recovery_code_helps_where_scripts_are_off(self, client, at_work, owner):
        codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
        at_work.post("/accounts/logout/")
        log_in(client, owner)
        client.post(APP, {"code": codes[0]})

        assert is_logged_in(client)


class TestPasskeyAlone:
    def test_logs_in_and_leads_on(self, client, owner, passkey):
        done = log_in_alone(client, passkey, next="/members/me/")

        assert done.headers["Location"] == "/members/me/"
        assert is_logged_in(client)

    def test_counts_as_both_factors_for_a_secretary(
        self, client, client_factory, secretary, passkey
    ):
        browser = client_factory()
        browser.force_login(secretary, again=True)
        add(browser, passkey)
        log_in_alone(client, passkey)
        request = RequestFactory().get("/")
        request.session, request.user = client.session, secretary

        records = get_authentication_records(request, secretary)
        assert [(one["method"], one["type"]) for one in records] == [("mfa", "webauthn")]
        assert client.get("/admin/").status_code == 200

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil"])
    def test_leads_nowhere_else(self, client, owner, passkey, target):
        assert log_in_alone(client, passkey, next=target).headers["Location"] == "/"

    @pytest.mark.parametrize("wrong", [{"is_verified": False}, {"origin": "https://evil.example"}])
    def test_needs_user_verification_and_our_origin(self, client, owner, passkey, wrong):
        vars(passkey).update(wrong)
        log_in_alone(client, passkey)

        assert not is_logged_in(client)

    @pytest.mark.parametrize("credential", HOSTILE)
    def test_hostile_answer_is_explained_at_the_log_in(self, client, owner, credential):
        client.get(ALONE, headers={"accept": "application/json"})
        response = client.post(ALONE, {"credential": credential}, follow=True)

        assert response.redirect_chain == [(LOGIN, 302)]
        assert "パスキーを" in response.content.decode().split("<h1")[0]
        assert not is_logged_in(client)

    def test_unknown_removed_and_suspended_are_answered_alike(self, client_factory, owner, passkey):
        stranger = Passkey()
        stranger.owner = passkey.owner
        nobody = Passkey()
        nobody.owner = "OTk5"
        User.objects.filter(pk=owner.pk).update(is_active=False)

        answers = {
            log_in_alone(client, one).client.get(LOGIN).content.decode().split("<h1")[0]
            for one in (stranger, nobody, passkey)
            for client in [client_factory()]
        }

        assert len(answers) == 1

    def test_options_name_nobody(self, client, client_factory, owner):
        first, second = (
            browser.get(ALONE, headers={"accept": "application/json"}).json()
            for browser in (client, client_factory())
        )

        for answer in (first, second):
            assert answer["request_options"]["publicKey"].pop("challenge")
        assert first == second
        assert not first["request_options"]["publicKey"].get("allowCredentials")

    @pytest.mark.parametrize("status", ["suspended", "withdrawn"])
    def test_person_of_a_suspended_body_stays_outside_for_good(
        self, client, owner, passkey, status
    ):
        Organization.objects.update(status=status)
        log_in_alone(client, passkey)
        Organization.objects.update(status="active")

        assert not is_logged_in(client)

    def test_aborted_log_in_leaves_nothing_for_the_next_person(self, client, owner, passkey):
        other = factories.make_user()
        secret = with_app(other)
        User.objects.filter(pk=owner.pk).update(is_active=False)
        log_in_alone(client, passkey)
        client.post("/accounts/logout/")

        assert log_in(client, other).headers["Location"] == APP
        assert not is_logged_in(client)
        client.post(APP, {"code": number_of(secret)})
        assert client.get("/").wsgi_request.user == other

    def test_second_step_of_one_is_not_the_next_ones(self, client, owner, passkey):
        other = factories.make_user()
        with_app(other)
        log_in(client, owner)
        client.get(APP)
        client.post("/accounts/logout/")

        assert log_in(client, other).headers["Location"] == APP
        client.post(APP, {"credential": passkey.get(options_of(client.get(APP)))})
        assert not is_logged_in(client)


def test_proof_by_passkey_before_a_change(client, owner, passkey):
    client.force_login(owner)
    page = f"/accounts/again/passkey/?next={NEW}"
    answer = passkey.get(options_of(client.get(page)))

    assert client.post(page, {"credential": answer}).headers["Location"] == NEW
    assert client.get(NEW).status_code == 200


def test_removal_by_the_secretariat_takes_passkeys_too(client, other_client, secretary, owner):
    client.force_login(secretary)
    acting.confirm(client, "remove_second_factor", owner)

    assert not Authenticator.objects.exists()


def test_production_refuses_passkeys_over_plain_http():
    assert checks.passkeys_need_https() == []

    with override_settings(MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN=True):
        found = checks.passkeys_need_https()

        assert [type(one) for one in found] == [Error]
        with override_settings(DEMO=True):
            assert checks.passkeys_need_https() == []
