"""Consent to the terms: asked once per version that asks, kept, and counted for the secretariat."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from members import consent
from members.models import Organization, SiteText, TermsConsent, User
from tests import factories
from tests.html import text_of

PAGE = "/members/terms/"
TERMS = SiteText.Slug.TERMS
PASSWORD = "correct-horse-9"
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def terms(db):
    return make_terms(1, body="第1版の本文")


def make_terms(version, *, asks_consent=True, effective_from=date(2026, 11, 1), **fields):
    return factories.make_site_text(
        TERMS,
        title="利用規約",
        version=version,
        asks_consent=asks_consent,
        effective_from=effective_from,
        **fields,
    )


def agree(client, text, **extra):
    return client.post(PAGE, {"text": text.pk, **extra})


class TestAsking:
    def test_log_in_leads_to_the_terms_and_on_after_the_consent(self, client, manager, terms):
        data = {"login": manager.username, "password": PASSWORD, "next": "/members/me/?a=1&b=2"}
        first = client.get(client.post("/accounts/login/", data).url)
        page = client.get(first.url)
        done = agree(client, terms, next=page.context["target"])

        assert first.url == "/members/terms/?next=%2Fmembers%2Fme%2F%3Fa%3D1%26b%3D2"
        assert "第1版の本文" in page.content.decode()
        assert done.url == "/members/me/?a=1&b=2"
        assert client.get(done.url).status_code == 200

    def test_consent_is_kept_once_and_recorded(self, client, manager, terms, clock):
        client.force_login(manager)
        agree(client, terms)
        consent.agree(manager, terms)

        kept = TermsConsent.objects.get()
        assert (kept.user, kept.text, kept.at) == (manager, terms, NOW)
        assert manager.audit_entries.get().act == "agree_to_terms"

    def test_nobody_is_asked_twice(self, client, client_factory, manager, terms):
        client.force_login(manager)
        agree(client, terms)
        other = client_factory()
        other.force_login(manager)

        assert other.get("/members/me/").status_code == 200
        assert other.get(PAGE).url == "/"

    def test_open_session_is_asked_within_five_minutes(self, client, manager, terms, clock):
        consent.agree(manager, terms)
        client.force_login(manager)
        client.get("/members/me/")
        make_terms(2, body="第2版の本文")
        clock.shift(timedelta(minutes=4))
        assert client.get("/members/me/").status_code == 200
        clock.shift(timedelta(minutes=2))

        page = client.get("/members/me/", follow=True)

        html = page.content.decode()
        assert page.redirect_chain[-1][0].startswith(PAGE)
        assert "利用規約が変わりました" in html
        assert html.index("第2版の本文") < html.index("第1版の本文")
        assert "令和8年11月1日" in html

    def test_version_of_tomorrow_is_asked_for_tomorrow(self, client, manager, terms, clock):
        consent.agree(manager, terms)
        make_terms(2, effective_from=date(2026, 11, 24))
        client.force_login(manager)
        assert client.get("/members/me/").status_code == 200
        clock.shift(timedelta(hours=12))
        client.force_login(manager)

        assert client.get("/members/me/").url.startswith(PAGE)

    def test_correction_of_wording_asks_nobody_again(self, client, manager, terms):
        consent.agree(manager, terms)
        make_terms(2, asks_consent=False)
        client.force_login(manager)

        assert client.get("/members/me/").status_code == 200

    def test_whoever_agrees_agrees_to_the_corrected_version(self, client, manager, terms):
        corrected = make_terms(2, asks_consent=False, body="訂正した本文")
        client.force_login(manager)
        page = client.get(PAGE)
        agree(client, corrected)

        assert "訂正した本文" in page.content.decode()
        assert TermsConsent.objects.get().text == corrected
        assert client.get("/members/me/").status_code == 200

    def test_secretary_is_asked_before_the_admin(self, client, secretary, terms):
        client.force_login(secretary)

        assert client.get("/admin/members/user/").url.startswith(PAGE)
        agree(client, terms)
        assert client.get("/admin/members/user/").status_code == 200

    @pytest.mark.parametrize(
        "page",
        ["/members/me/", "/members/handover/", "/accounts/2fa/", "/accounts/again/", "/admin/"],
    )
    def test_private_pages_lead_to_the_terms(self, client, secretary, terms, page):
        client.force_login(secretary)

        assert client.get(page).url.startswith(PAGE)
        assert client.head(page).url.startswith(PAGE)

    @pytest.mark.parametrize(
        "page",
        ["/", "/terms/", "/contact/", "/agreements/", "/members/", "/healthz", "/accounts/logout/"],
    )
    def test_public_pages_and_the_way_out_stay_open(self, client, manager, terms, page):
        client.force_login(manager)
        client.get("/members/me/")

        assert client.get(page).status_code in {200, 301}

    def test_log_out_is_the_other_way(self, client, manager, terms):
        client.force_login(manager)
        client.post("/accounts/logout/")

        assert not client.get("/").wsgi_request.user.is_authenticated
        assert not TermsConsent.objects.exists()

    def test_post_is_never_interrupted(self, client, manager, terms):
        client.force_login(manager)
        client.get("/members/me/")
        data = {
            "section": "新しい部署",
            "mailbox": "a@city.example.jp",
            "telephone": "",
            "extension": "",
        }
        client.post("/members/organization/seats/new/", data)

        assert manager.seat.organization.seats.filter(section="新しい部署").exists()

    def test_ordinary_page_asks_no_further_query(
        self, client, manager, terms, django_assert_num_queries
    ):
        client.force_login(manager)
        client.get("/contact/")

        # Session, person with seat and body, texts, unread notices.
        with django_assert_num_queries(4):
            client.get("/contact/")
        # Session, person.
        with django_assert_num_queries(2):
            assert client.get("/members/me/").url.startswith(PAGE)


class TestPage:
    def test_version_that_was_not_shown_is_not_agreed_to(self, client, manager, terms):
        client.force_login(manager)
        client.get(PAGE)
        make_terms(2, body="第2版の本文")

        assert "第2版の本文" in agree(client, terms).content.decode()
        assert not TermsConsent.objects.exists()

    @pytest.mark.parametrize("text", ["", "abc", "9" * 30, "\x00", None])
    def test_odd_version_is_not_agreed_to(self, client, manager, terms, text):
        client.force_login(manager)

        assert client.post(PAGE, {} if text is None else {"text": text}).status_code == 200
        assert not TermsConsent.objects.exists()

    @pytest.mark.parametrize(
        "target",
        [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "///evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "\thttps://evil.example",
            "",
        ],
    )
    def test_leads_nowhere_else(self, client, manager, terms, target):
        client.force_login(manager)

        assert client.get(PAGE, {"next": target}).context["target"] == "/"
        assert agree(client, terms, next=target).url == "/"

    def test_other_window_was_quicker(self, client, manager, terms):
        client.force_login(manager)
        client.get("/members/me/")
        consent.agree(manager, terms)

        assert client.get(PAGE, {"next": "/members/me/"}).url == "/members/me/"
        assert client.get("/members/me/").status_code == 200

    def test_same_version_is_kept_once_by_the_database(self, manager, terms):
        TermsConsent.objects.create(user=manager, text=terms)

        with pytest.raises(IntegrityError), transaction.atomic():
            TermsConsent.objects.create(user=manager, text=terms)
        with pytest.raises(ProtectedError):
            terms.delete()


class TestInvitation:
    answers = {
        "name": "見本 花子",
        "username": "kikaku-01",
        "password": "mihon-no-ai-9",
        "again": "mihon-no-ai-9",
    }

    def test_nobody_comes_without_consent(self, client, terms):
        invitation = factories.make_invitation()
        response = client.post(invitation.get_absolute_url(), self.answers)

        assert list(response.context["form"].errors) == ["consent"]
        assert 'href="/terms/"' in response.content.decode()
        assert not User.objects.exists()

    def test_acceptance_keeps_the_version_in_effect(self, client, terms):
        make_terms(2, effective_from=date(2100, 1, 1))
        invitation = factories.make_invitation()
        client.post(invitation.get_absolute_url(), {**self.answers, "consent": "on"})
        client.post("/accounts/login/", {"login": "kikaku-01", "password": "mihon-no-ai-9"})

        assert TermsConsent.objects.get().text == terms
        assert client.get("/members/me/").status_code == 200


class TestSecretariat:
    @pytest.fixture
    def at_work(self, client, secretary, terms):
        consent.agree(secretary, terms)
        client.force_login(secretary)
        client.get("/admin/")
        return client

    def people_in(self, client, terms):
        page = client.get("/admin/members/user/", {"terms": terms})
        return set(page.context["cl"].result_list)

    def test_list_of_texts_counts_and_leads_to_the_people(
        self, at_work, secretary, manager, viewer, terms
    ):
        consent.agree(manager, terms)
        gone = factories.make_user(is_active=False)
        outside = factories.make_user(
            seat=factories.make_seat(
                organization=factories.make_organization(status=Organization.Status.SUSPENDED)
            )
        )

        words = text_of(at_work.get("/admin/members/sitetext/"))

        assert "同意した利用者 2人" in words
        assert "まだの利用者 1人" in words
        assert self.people_in(at_work, "agreed") == {secretary, manager}
        assert self.people_in(at_work, "missing") == {viewer}
        assert {gone, outside} <= self.people_in(at_work, "")

    def test_new_version_counts_from_nothing(self, at_work, secretary, manager, terms):
        consent.agree(manager, terms)
        make_terms(2)

        assert consent.people(agreed=True).count() == 0
        assert set(consent.people(agreed=False)) == {secretary, manager}

    def test_nobody_is_missing_while_nothing_asks(self, manager):
        assert set(consent.people(agreed=True)) == {manager}
        assert set(consent.people(agreed=False)) == set()

    @pytest.mark.parametrize("page", ["sitetext", "termsconsent", "user"])
    def test_lists_ask_as_much_for_three_as_for_one(
        self, at_work, terms, page, django_assert_max_num_queries
    ):
        counts = []
        for number in (2, 3):
            consent.agree(factories.make_user(), make_terms(number))
            with django_assert_max_num_queries(30) as asked:
                # The new version asks the secretary, too: the session looks again later.
                assert at_work.get(f"/admin/members/{page}/").status_code == 200
            counts.append(len(asked))

        assert counts[0] == counts[1]

    def test_consents_are_read_only(self, at_work, terms):
        number = TermsConsent.objects.get().pk

        assert at_work.get("/admin/members/termsconsent/add/").status_code == 403
        assert at_work.get(f"/admin/members/termsconsent/{number}/delete/").status_code == 403


def test_demo_people_agree_once_and_are_asked_for_the_next_version(client, master, settings):
    settings.DEMO = True
    for command in ("load_wards", "load_site_texts", "load_categories", "seed_demo"):
        call_command(command, stdout=StringIO())
    make_terms(2)
    call_command("seed_demo", stdout=StringIO())

    assert TermsConsent.objects.count() == User.objects.count() == 10
    assert {one.text.version for one in TermsConsent.objects.all()} == {1}
    client.force_login(User.objects.get(username="city"))
    assert client.get("/members/me/").url.startswith(PAGE)
