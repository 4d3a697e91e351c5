"""The applicant's page after 修正依頼: corrected and sent again, with another address proven first."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from lib.conflicts import StaleError
from members import registration
from members.models import Application, Delivery
from tests import factories
from tests.members.registering import typed

Status = Application.Status


@pytest.fixture
def town(db):
    return factories.make_local_government(name="見本町", kana="みほんまち", prefecture="10")


def correct(client, application, **fields):
    page = f"{application.get_absolute_url()}correct/"
    return client.post(page, typed(**fields), follow=True)


@pytest.fixture
def returned(town):
    return factories.make_application(local_government=town, status=Status.RETURNED)


def test_nothing_typed_is_lost_on_an_error(client, returned):
    response = correct(client, returned, telephone="abc", section="企画政策課")
    html = response.content.decode()

    assert "市外局番から、数字とハイフンで入力してください" in html
    for value in ("見本町", "企画政策課", "見本 花子", "連携事業を提案したい", "abc"):
        assert value in html


def test_page_with_an_error_still_says_whose_it_is_and_what_happened(client, returned):
    returned.steps.create(status=Status.RETURNED, reason="部署名をご確認ください。")

    html = correct(client, returned, body_name="無い町").content.decode()

    assert "<h1>群馬県見本町の申請</h1>" in html
    assert "部署名をご確認ください。" in html


def test_correction_writes_only_what_the_form_asks(returned, secretary):
    stale = Application.objects.get(pk=returned.pk)
    Application.objects.update(decided_by=secretary)
    stale.section = "企画政策課"

    registration.resubmit(stale)

    returned.refresh_from_db()
    assert (returned.section, returned.status) == ("企画政策課", Status.RECEIVED)
    assert returned.decided_by == secretary


def test_correction_after_a_decision_changes_nothing(returned):
    stale = Application.objects.get(pk=returned.pk)
    registration.withdraw(returned)
    stale.section = "企画政策課"

    with pytest.raises(StaleError):
        registration.resubmit(stale)

    returned.refresh_from_db()
    assert (returned.section, returned.status) == ("企画課", Status.WITHDRAWN)


def test_correction_to_a_body_with_an_open_application_is_told_so(returned):
    other = factories.make_application()
    returned.local_government = other.local_government

    with pytest.raises(registration.AlreadyOpenError):
        registration.resubmit(returned)

    returned.refresh_from_db()
    assert returned.status == Status.RETURNED


class TestAnotherAddress:
    """A slip of the pen would invite a stranger as the 管理担当者 of the body."""

    NEW = "koho@town.example.jp"

    @pytest.fixture
    def link(self, client, returned):
        """Of the mail that the new address got."""
        page = correct(client, returned, email=self.NEW.upper(), section="広報課")
        assert "新しいメールアドレスに、確認のメールを送りました。" in page.text
        mail = Delivery.objects.get()
        assert mail.address == self.NEW
        return re.search(r"https://portal\.example\.jp(/\S+)", mail.body)[1]

    def prove(self, client, application, link):
        proof = link.partition("?proof=")[2]
        page = f"{application.get_absolute_url()}verify/"
        return client.post(page, {"proof": proof}, follow=True)

    def test_waits_for_the_button_behind_the_link(self, client, returned, link):
        returned.refresh_from_db()
        assert (returned.status, returned.email) == (Status.RETURNED, "kikaku@town.example.jp")
        assert returned.section == "広報課"
        assert self.NEW in client.get(link).text

        page = self.prove(client, returned, link)

        returned.refresh_from_db()
        assert (returned.status, returned.email) == (Status.RECEIVED, self.NEW)
        assert "申請を受け付けました" in page.text

    def test_address_cannot_be_flooded(self, client, returned):
        statuses = [correct(client, returned, email=self.NEW).status_code for _ in range(6)]

        assert statuses == [200] * 5 + [429]
        assert Delivery.objects.filter(address=self.NEW).count() == 5

    def test_opening_the_link_changes_nothing(self, client, returned, link):
        client.get(link)
        client.head(link)

        returned.refresh_from_db()
        assert returned.status == Status.RETURNED

    def test_mistyped_one_is_corrected_again(self, client, returned, link):
        correct(client, returned, email="kikaku@town.example.jp")

        returned.refresh_from_db()
        assert (returned.status, returned.email) == (Status.RECEIVED, "kikaku@town.example.jp")
        assert "確認は、終わっているか、期限が過ぎています" in client.get(link).text

    def test_link_is_over_after_its_use_and_another_return(self, client, returned, link, secretary):
        self.prove(client, returned, link)
        returned.refresh_from_db()
        registration.return_to_applicant(returned, by=secretary, reason="部署名")
        Application.objects.update(email="third@town.example.jp")

        self.prove(client, returned, link)

        returned.refresh_from_db()
        assert (returned.status, returned.email) == (Status.RETURNED, "third@town.example.jp")

    def test_link_is_over_after_three_days(self, client, returned, link):
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
            answer = self.prove(client, returned, link)

        returned.refresh_from_db()
        assert returned.status == Status.RETURNED
        assert "すでに確認されています" not in answer.text
        assert "期限が過ぎています" in answer.text

    def test_link_of_another_application_proves_nothing(self, client, returned, link):
        other = factories.make_application(status=Status.RETURNED)

        self.prove(client, other, link)

        other.refresh_from_db()
        assert (other.status, other.email) == (Status.RETURNED, "kikaku@town.example.jp")

    @pytest.mark.parametrize("proof", ["x", "\x00", "a:b:c", "x" * 5000])
    def test_hostile_proof_proves_nothing(self, client, returned, proof):
        page = client.get(returned.get_absolute_url(), {"proof": proof})
        answer = self.prove(client, returned, f"?proof={proof}")

        returned.refresh_from_db()
        assert (page.status_code, answer.status_code) == (200, 200)
        assert returned.status == Status.RETURNED


@pytest.mark.parametrize(
    ("status", "waits"), [("received", True), ("reviewing", True), ("refused", False)]
)
def test_who_waits_reads_that_there_is_nothing_to_do(client, db, status, waits):
    application = factories.make_application(status=status)

    page = client.get(application.get_absolute_url()).text

    assert ("今していただくことはありません。" in page) == waits
