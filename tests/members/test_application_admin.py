"""The secretariat's queue of applications."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from members import registration
from members.forms.queue import SENTENCES
from members.models import Application, AuditEntry, Delivery, Invitation
from members.models.audit import AppendOnlyError
from tests import factories

QUEUE = "/admin/members/application/"
PAGE_QUERIES = 14


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


def decide(client, application, decision, reason=""):
    return client.post(
        f"{QUEUE}{application.pk}/decide/", {"decision": decision, "reason": reason}, follow=True
    )


@pytest.mark.parametrize(
    ("decision", "reason", "status"),
    [
        ("review", "", "reviewing"),
        ("approve", "", "approved"),
        ("return", "部署名をご確認ください。", "returned"),
        ("refuse", "対象となる団体ではありません。", "refused"),
    ],
)
def test_secretary_decides_and_the_applicant_reads_the_reason(admin, decision, reason, status):
    application = factories.make_application()

    decide(admin, application, decision, reason)

    application.refresh_from_db()
    assert application.status == status
    if reason:
        assert reason in Delivery.objects.get().body


@pytest.mark.parametrize("decision", ["return", "refuse"])
def test_reason_is_needed_where_it_is_mailed(admin, decision):
    application = factories.make_application()

    html = decide(admin, application, decision, "  ").content.decode()

    application.refresh_from_db()
    assert "申請した方に伝える理由を入力してください" in html
    assert application.status == Application.Status.RECEIVED


def test_second_decision_is_told_so(admin):
    application = factories.make_application()
    decide(admin, application, "approve")

    html = decide(admin, application, "refuse", "理由").content.decode()

    assert "すでに決定したか" in html
    assert Invitation.objects.count() == 1


def test_decision_leads_on_to_the_one_that_has_waited_longest(admin):
    first, second, third = (factories.make_application() for _ in range(3))
    for days, application in enumerate((third, second, first)):
        at = timezone.now() - timedelta(days=days)
        application.steps.create(status="received", at=at)

    page = decide(admin, second, "refuse", "対象となる団体ではありません。")

    assert page.context["following"] == first
    assert "ほかに2件あります" in page.content.decode()
    for application in (first, third):
        page = decide(admin, application, "approve")
    assert "次の申請を開く" not in page.content.decode()


def test_page_names_a_foreign_domain(admin):
    town = factories.make_local_government(website="https://www.town.example.jp/")
    same = factories.make_application(local_government=town)
    other = factories.make_application(email="a@free.example.com")
    other.local_government.website = "https://www.city.example.jp/"
    other.local_government.save()

    assert "ウェブサイトと同じ" in admin.get(f"{QUEUE}{same.pk}/change/").content.decode()
    assert "⚠ ウェブサイトは www.city.example.jp" in (
        admin.get(f"{QUEUE}{other.pk}/change/").content.decode()
    )


def test_start_page_counts_what_waits_and_leads_to_it(admin):
    factories.make_application()
    factories.make_application(status=Application.Status.RETURNED)
    Delivery.objects.create(address="a@b.jp", key="k", subject="s", body="b", state="failed")

    lines = admin.get("/admin/").context["waiting"]

    assert [line.text for line in lines] == [
        "会員登録の申請 1件",
        "送れなかったメール 1件",
        "修正をお願いしている申請 1件",
    ]
    for line in lines:
        assert len(admin.get(line.url).context["cl"].result_list) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_queue_asks_a_constant_number_of_queries(admin, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.make_application()
        factories.make_seat(mailbox="kikaku@town.example.jp")

    with django_assert_num_queries(9):
        html = admin.get(QUEUE).content.decode()

    # Of each other, and of the seat of a member body: domain and section.
    assert html.count(f"⚠ {2 * rows - 1}件") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_page_asks_a_constant_number_of_queries(admin, django_assert_num_queries, rows):
    application = factories.make_application()
    for _ in range(rows):
        factories.make_application()
        application.steps.create(status="received", by=factories.make_user())
    admin.get(f"{QUEUE}{application.pk}/change/")

    with django_assert_num_queries(PAGE_QUERIES):
        admin.get(f"{QUEUE}{application.pk}/change/")


class TestQueue:
    def rows(self, admin, **filters):
        return admin.get(QUEUE, filters).context["cl"].result_list

    def waiting(self, days, status="received"):
        application = factories.make_application(status=status)
        at = timezone.now() - timedelta(days=days)
        application.steps.create(status="received", at=at)
        return application

    def test_what_waits_longest_stands_first_and_the_decided_last(self, admin):
        decided = self.waiting(30, status="approved")
        returned = self.waiting(20, status="returned")
        newest, oldest = self.waiting(1), self.waiting(9, status="reviewing")

        assert self.rows(admin) == [oldest, newest, returned, decided]

    def test_wait_is_counted_from_the_last_time_it_came(self, admin):
        application = self.waiting(9)
        application.steps.create(status="returned", at=timezone.now() - timedelta(days=5))
        application.steps.create(status="received", at=timezone.now() - timedelta(days=2))
        self.waiting(0)
        self.waiting(40, status="refused")

        html = admin.get(QUEUE).content.decode()

        assert re.findall(r'class="field-waiting_days">([^<]+)<', html) == ["2日", "今日", "-"]


class TestPage:
    def page(self, admin, application):
        return admin.get(f"{QUEUE}{application.pk}/change/").content.decode()

    def test_history_names_who_when_and_why_in_lines(self, admin, secretary):
        application = factories.make_application()
        application.steps.create(status="received", at=datetime(2026, 11, 2, 4, 30, tzinfo=UTC))
        registration.return_to_applicant(
            application, by=secretary, reason="部署名を\nご確認ください。"
        )

        html = self.page(admin, application)

        assert "令和8年11月2日（月）午後1時30分" in html
        assert "申請した方" in html
        assert "事務局 見本 太郎<div>部署名を<br>ご確認ください。</div>" in html

    def test_telephone_stands_as_it_was_typed(self, admin):
        application = factories.make_application(telephone="027-123-4567", extension="89")

        html = self.page(admin, application)

        assert '<span class="call-back">027-123-4567</span>' in html
        assert '<span class="call-back">89</span>' in html

    def test_approval_links_the_invitation_also_after_it_was_sent_again(self, admin, secretary):
        application = factories.make_application()
        first = registration.approve(application, by=secretary)
        again = registration.renew(first, by=secretary)

        html = self.page(admin, application)

        assert f"/admin/members/invitation/{again.pk}/change/" in html
        assert f"/admin/members/organization/{again.seat.organization_id}/change/" in html

    def test_hostile_text_is_inert(self, admin):
        application = factories.make_application(
            purpose="<script>alert(1)</script>", section="<b>課", contact_name="<img src=x>"
        )

        html = self.page(admin, application)

        assert "&lt;b&gt;課" in html
        assert "<script>alert(1)" not in html
        assert "<b>課" not in html
        assert "<img src=x>" not in html

    def test_unknown_application_is_told_so(self, admin):
        assert admin.get(f"{QUEUE}999999/change/").status_code == 302
        assert admin.get(f"{QUEUE}abc/change/").status_code == 302


class TestSentences:
    SENTENCE = next(iter(SENTENCES))

    def insert(self, admin, application, sentence, reason=""):
        return admin.post(
            f"{QUEUE}{application.pk}/decide/",
            {"decision": "insert", "sentence": sentence, "reason": reason},
            follow=True,
        ).content.decode()

    def test_sentence_is_put_before_the_reason_and_nothing_is_mailed(self, admin):
        application = factories.make_application()

        html = self.insert(admin, application, self.SENTENCE, "お電話ください。")

        application.refresh_from_db()
        text = f"{SENTENCES[self.SENTENCE]}\n\nお電話ください。"
        assert f'maxlength="2000">{text}</textarea>' in html
        assert application.status == Application.Status.RECEIVED
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize("sentence", ["", "無い文"])
    def test_without_a_sentence_what_was_typed_stays(self, admin, sentence):
        html = self.insert(admin, factories.make_application(), sentence, "書きかけ")

        assert 'maxlength="2000">書きかけ</textarea>' in html

    def test_reason_of_one_application_never_shows_at_another(self, admin):
        one, other = factories.make_application(), factories.make_application()
        admin.post(
            f"{QUEUE}{one.pk}/decide/",
            {"decision": "insert", "sentence": "", "reason": "LEAK"},
        )

        assert "LEAK" not in admin.get(f"{QUEUE}{other.pk}/change/").content.decode()


@pytest.mark.parametrize("model", ["invitation", "delivery", "auditentry"])
def test_records_are_neither_added_nor_deleted(admin, model):
    assert admin.get(f"/admin/members/{model}/add/").status_code == 403


def test_deciding_needs_the_right_to_change(client, secretary):
    secretary.is_superuser = False
    secretary.save()
    client.force_login(secretary)
    application = factories.make_application()

    assert decide(client, application, "approve").status_code == 403
    application.refresh_from_db()
    assert application.status == Application.Status.RECEIVED


def test_audit_entry_names_who_what_and_from_where(admin, secretary):
    decide(admin, factories.make_application(), "refuse", "理由")

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.ip, entry.act) == (secretary, "127.0.0.1", "decide_application")


def test_audit_entries_stay_as_they_were_written(admin):
    decide(admin, factories.make_application(), "refuse", "理由")
    entry = AuditEntry.objects.get()

    for attempt in (entry.save, entry.delete, AuditEntry.objects.all().delete):
        with pytest.raises(AppendOnlyError):
            attempt()
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.update(act="x")


def test_secretariat_never_sees_the_private_addresses(admin):
    application, invitation = factories.make_application(), factories.make_invitation()
    Delivery.objects.create(address="a@b.jp", key="k", subject="s", body=application.token)

    pages = [
        f"{QUEUE}{application.pk}/change/",
        f"/admin/members/invitation/{invitation.pk}/change/",
        f"/admin/members/delivery/{Delivery.objects.get().pk}/change/",
    ]
    html = "".join(admin.get(page).content.decode() for page in pages)

    assert application.full_name in html
    assert application.token not in html
    assert invitation.token not in html
