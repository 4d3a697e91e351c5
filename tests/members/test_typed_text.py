"""What was typed outlives the session, and is never published unasked."""

import re

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from lib.forms import new_form_key
from members import drafts, yearly_check
from members.models import Draft, Organization, User
from members.typed_text import KEPT
from tests import factories
from tests.racing import at_once

PAGE = "/members/organization/edit/"
TYPED = {"introduction": "湯けむりの町です。", "website": "", "x_account": "", "magazine_url": ""}


class Browser:
    """A client that checks CSRF and sends back the marks of the form it was shown."""

    def __init__(self, user):
        self.client = Client(enforce_csrf_checks=True)
        self.client.force_login(user)

    def marks(self, address=PAGE):
        html = self.client.get(address, secure=True).content.decode()
        names = ("csrfmiddlewaretoken", "writer", "form_key")
        return {name: re.search(rf'name="{name}" value="([^"]+)"', html)[1] for name in names}

    def send(self, typed, address=PAGE):
        return self.client.post(
            address, typed, secure=True, headers={"referer": "https://testserver/"}
        )


@pytest.fixture
def browser(manager):
    return Browser(manager)


@pytest.fixture(autouse=True)
def allow_test_host(settings):
    settings.ALLOWED_HOSTS = ["testserver"]


def introduction_of(user):
    return Organization.objects.get(seats__users=user).introduction


@pytest.mark.parametrize("csrf_cookie_is_gone", [False, True])
def test_text_sent_after_the_session_died_waits_behind_the_log_in(
    browser, manager, csrf_cookie_is_gone
):
    typed = {**TYPED, **browser.marks()}
    Session.objects.all().delete()
    if csrf_cookie_is_gone:
        browser.client.cookies.clear()

    answer = browser.send(typed)

    draft = Draft.objects.get()
    assert answer.status_code == 302
    assert answer.url == f"/accounts/login/?next={PAGE}%3Fdraft%3D{draft.pk}"
    assert introduction_of(manager) == ""
    assert (draft.user, draft.seat) == (manager, manager.seat)


def test_log_in_page_says_that_the_text_is_kept(browser):
    typed = {**TYPED, **browser.marks()}
    Session.objects.all().delete()

    answer = browser.send(typed)
    page = browser.client.get(answer.url, secure=True).content.decode()

    assert KEPT in page


def test_the_form_comes_back_filled_and_is_sent_by_a_new_press(browser, client, manager):
    typed = {**TYPED, **browser.marks()}
    Session.objects.all().delete()
    browser.send(typed)
    again = Browser(manager)
    address = f"{PAGE}?draft={Draft.objects.get().pk}"

    page = again.client.get(address, secure=True).content.decode()
    assert "湯けむりの町です。" in page
    assert "まだ送信していません" in page
    again.send({**TYPED, **again.marks(address)}, address)

    assert introduction_of(manager) == "湯けむりの町です。"
    assert not Draft.objects.open().exists()
    assert Draft.objects.get().data == {}


def test_form_that_was_taken_already_only_leads_back_to_the_log_in(browser, manager):
    typed = {**TYPED, **browser.marks()}
    taken = drafts.save(typed["form_key"], kind="profile", address=PAGE, data={}, by=manager)
    drafts.close(taken)
    Session.objects.all().delete()

    answer = browser.send(typed)

    assert answer.url == f"/accounts/login/?next={PAGE}"
    assert not Draft.objects.open().exists()


def test_note_of_the_yearly_check_comes_back_too(manager, secretary):
    check = factories.make_yearly_check()
    yearly_check.start(check, by=secretary)
    page, browser = "/members/check/", Browser(manager)
    typed = {"note": "観光課は4月に統合しました。", **browser.marks(page)}
    Session.objects.all().delete()
    browser.send(typed, page)
    again = Browser(manager)
    address = f"{page}?draft={Draft.objects.get().pk}"

    assert "観光課は4月に統合しました。" in again.client.get(address, secure=True).text
    assert not check.confirmations.exists()
    again.send({"note": "統合しました。", **again.marks(address)}, address)

    assert check.confirmations.get().note == "統合しました。"
    assert not Draft.objects.open().exists()


@pytest.mark.parametrize(
    ("page", "typed", "shown"),
    [
        ("/members/organization/seats/new/", {"section": "観光課 交流担当"}, "観光課 交流担当"),
        ("/members/organization/seats/{seat}/", {"section": "企画政策課"}, "企画政策課"),
        ("/members/organization/seats/{seat}/invite/", {"name": "見本 太郎"}, "見本 太郎"),
        ("/members/handover/new/{person}/", {"name": "見本 後子"}, "見本 後子"),
    ],
)
def test_short_forms_of_the_own_body_come_back_too(manager, page, typed, shown):
    page = page.format(seat=manager.seat_id, person=manager.pk)
    browser = Browser(manager)
    sent = {**typed, **browser.marks(page)}
    Session.objects.all().delete()

    answer = browser.send(sent, page)

    draft = Draft.objects.get()
    again = Browser(manager).client.get(draft.get_absolute_url(), secure=True).text
    assert answer.url.startswith("/accounts/login/?next=")
    assert shown in again
    assert "まだ送信していません" in again
    assert not User.objects.exclude(pk=manager.pk).exists()


def test_draft_of_an_invitation_ends_with_the_invitation(manager):
    page = f"/members/organization/seats/{manager.seat_id}/invite/"
    browser = Browser(manager)
    sent = {"name": "見本 太郎", **browser.marks(page)}
    Session.objects.all().delete()
    browser.send(sent, page)
    again, address = Browser(manager), Draft.objects.get().get_absolute_url()
    whole = {"name": "見本 太郎", "address": "taro@city.example.jp", "role": "contributor"}

    again.send({**whole, **again.marks(address)}, address)

    assert manager.seat.invitations.get().name == "見本 太郎"
    assert not Draft.objects.open().exists()


def test_logging_in_again_in_another_tab_loses_nothing(browser, manager):
    typed = {**TYPED, **browser.marks()}
    # A log-in changes the CSRF cookie, so that the form in the first tab is refused.
    browser.client.logout()
    browser.client.force_login(manager)
    browser.marks()

    answer = browser.send(typed)

    assert answer.url == f"{PAGE}?draft={Draft.objects.get().pk}"
    assert introduction_of(manager) == ""


def test_form_of_a_colleague_on_a_shared_pc_goes_to_the_colleague_s_drafts(browser, manager):
    typed = {**TYPED, **browser.marks()}
    other = factories.make_user(seat=factories.make_seat(), role=User.Role.MANAGER)
    browser.client.logout()
    browser.client.force_login(other)

    answer = browser.send({**typed, "csrfmiddlewaretoken": browser.marks()["csrfmiddlewaretoken"]})

    assert answer.status_code == 409
    assert manager.name in answer.content.decode()
    assert Draft.objects.get().user == manager
    assert introduction_of(other) == introduction_of(manager) == ""


def test_draft_is_shown_to_its_section_only(client, manager):
    draft = drafts.save(
        new_form_key(), kind="profile", address=PAGE, data={"introduction": ["LEAK"]}, by=manager
    )
    other = factories.make_user(seat=factories.make_seat(), role=User.Role.MANAGER)
    client.force_login(other)

    assert "LEAK" not in client.get(PAGE, {"draft": draft.pk}).content.decode()
    for number in ("", "abc", "9" * 30, "²"):
        assert client.get(PAGE, {"draft": number}).status_code == 200


@pytest.mark.parametrize("forged", ["", "x", "1:abc:def"])
def test_form_without_a_true_mark_is_not_kept(browser, forged):
    typed = {**TYPED, **browser.marks(), "writer": forged}
    Session.objects.all().delete()

    answer = browser.send(typed)

    assert answer.url == f"/accounts/login/?next={PAGE}"
    assert not Draft.objects.exists()


def test_suspended_writer_s_form_is_not_kept(browser, manager):
    typed = {**TYPED, **browser.marks()}
    Organization.objects.update(status="suspended")

    browser.send(typed)

    assert not Draft.objects.exists()


def test_old_mark_is_over(browser):
    typed = {**TYPED, **browser.marks()}
    Session.objects.all().delete()
    with time_machine.travel("2036-01-01"):
        browser.send(typed)

    assert not Draft.objects.exists()


def test_late_save_never_resurrects_a_closed_draft(contributor):
    key = new_form_key()
    first = drafts.save(key, kind="topic", address="/", data={"title": ["古"]}, by=contributor)
    drafts.close(first)

    with pytest.raises(drafts.AlreadyClosedError):
        drafts.save(key, kind="topic", address="/", data={"title": ["遅"]}, by=contributor)

    assert Draft.objects.get().data == {}


def test_key_of_another_section_is_not_taken_over(contributor, viewer):
    key = new_form_key()
    drafts.save(key, kind="topic", address="/", data={"title": ["自"]}, by=contributor)

    with pytest.raises(drafts.AlreadyClosedError):
        drafts.save(key, kind="topic", address="/", data={"title": ["他"]}, by=viewer)

    assert Draft.objects.get().data == {"title": ["自"]}


def test_closed_drafts_are_cleared_after_a_month_and_open_ones_stay(contributor):
    with time_machine.travel("2026-01-01"):
        closed = drafts.save(new_form_key(), kind="topic", address="/", data={}, by=contributor)
        drafts.close(closed)
        kept = drafts.save(new_form_key(), kind="topic", address="/", data={}, by=contributor)

    assert drafts.clear_closed() == 1
    assert Draft.objects.get() == kept


@pytest.mark.django_db(transaction=True)
def test_saves_of_one_form_at_once_make_one_draft(contributor):
    key = new_form_key()

    def save():
        data = {"title": ["x"]}
        return drafts.save(key, kind="topic", address="/", data=data, by=contributor).pk

    made = at_once(*[save] * 6)

    assert len(set(made)) == Draft.objects.count() == 1
