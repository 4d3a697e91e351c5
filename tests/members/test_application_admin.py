"""The secretariat's queue of applications."""

import pytest

from members.models import Application, AuditEntry, Delivery, Invitation
from members.models.audit import AppendOnlyError
from tests import factories

QUEUE = "/admin/members/application/"


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

    assert [line.text for line in lines] == ["会員登録の申請 1件", "送れなかったメール 1件"]
    for line in lines:
        assert len(admin.get(line.url).context["cl"].result_list) == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_queue_asks_a_constant_number_of_queries(admin, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.make_application()

    with django_assert_num_queries(4):
        admin.get(QUEUE)


@pytest.mark.parametrize("model", ["application", "invitation", "delivery", "auditentry"])
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

    assert application.token not in html
    assert invitation.token not in html
