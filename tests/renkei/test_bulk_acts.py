"""Acts on many rows: what the page says, who may, what is left in the audit trail."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import AuditEntry, Delivery, MailAddress, User
from news.models import Entry, Event, NewsItem
from tests import factories
from tests.acting import choose, confirm, list_of
from tests.html import text_of


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    return client


def make_bounced():
    seat = factories.make_seat(mailbox=f"soumu{MailAddress.objects.count()}@town.example.jp")
    return MailAddress.objects.create(address=seat.mailbox, bounced_at=timezone.now())


ACTS = {
    "send_again": (factories.make_invitation, "invite"),
    "withdraw": (factories.make_invitation, "withdraw_invitation"),
    "suspend": (factories.make_user, "suspend"),
    "remove_second_factor": (factories.make_user, "remove_second_factor"),
    "resume": (make_bounced, "resume_mail"),
    "cancel": (factories.make_entry, "cancel_entry"),
    "publish": (lambda: factories.make_news_item(is_draft=True), "publish_newsitem"),
    "pin": (factories.make_news_item, "pin_newsitem"),
    "confirm_computed_count": (
        lambda: factories.make_local_government() and factories.make_regional_agreement(),
        "confirm_count",
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_choosing_changes_nothing_and_confirming_is_audited_by_row(admin, act):
    make, entry = ACTS[act]
    rows = [make(), make()]

    page = choose(admin, act, *rows)
    assert page.status_code == 200
    assert "対象になるものがありません" not in text_of(page)
    assert not AuditEntry.objects.exists()
    confirm(admin, act, *rows)

    done = AuditEntry.objects.filter(act=entry)
    assert len({one.target_id for one in done}) == 2


@pytest.mark.parametrize("act", ACTS)
def test_staff_who_may_only_look_are_not_offered_and_do_nothing(client, secretary, act):
    row = ACTS[act][0]()
    looking = factories.make_user(seat=secretary.seat, is_staff=True)
    codename = f"view_{row._meta.model_name}"
    looking.user_permissions.set(Permission.objects.filter(codename=codename))
    client.force_login(looking)

    page = client.get(list_of(row)).content.decode()
    confirm(client, act, row)

    assert f"bulk_{act}" not in page
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_queries_of_the_page_do_not_grow(admin, act):
    rows = [ACTS[act][0]() for _ in range(3)]
    choose(admin, act, rows[0])
    counts = []
    for chosen in (rows[:1], rows):
        with CaptureQueriesContext(connection) as queries:
            choose(admin, act, *chosen)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_reason_stands_with_each_row_to_which_the_act_does_not_apply(admin):
    person = factories.make_user()
    handed = factories.make_handover(predecessor=person)
    used = factories.make_invitation(accepted_at="2026-09-01T00:00:00Z")
    planned = factories.make_planned_invitation()

    page = text_of(choose(admin, "withdraw", handed.invitation, used, planned))
    again = text_of(choose(admin, "send_again", used, planned))

    assert "1件の招待を取り消します" in page
    assert "引継ぎの招待のため" in page
    assert "すでに登録に使われたため" in page
    assert "まだ送っていないため" in again
    assert "対象になるものがありません" in again


def test_last_manager_stays_when_both_are_chosen(admin):
    seat = factories.make_seat()
    both = [factories.make_user(seat=seat, role=User.Role.MANAGER) for _ in range(2)]

    page = text_of(confirm(admin, "suspend", *both))

    assert "利用停止にする：1件を完了しました。" in page
    assert "次の1件は、最後の管理担当者のため、そのままです。" in page
    assert User.objects.filter(seat=seat, is_active=True).count() == 1


def test_those_who_use_the_admin_are_left_to_superusers(client, secretary):
    clerk = factories.make_user(seat=secretary.seat, is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    client.force_login(clerk)

    page = text_of(choose(client, "suspend", secretary, clerk))

    assert "管理画面を使う人のため" in page
    assert "自分自身のため" in page
    assert "対象になるものがありません" in page


def test_what_was_decided_meanwhile_is_named(admin):
    entry = factories.make_entry()
    Entry.objects.update(state="cancelled", cancelled_at=timezone.now())

    page = text_of(confirm(admin, "cancel", entry))

    assert "次の1件は、すでに取り消されたため、そのままです。" in page
    assert not Delivery.objects.filter(key__endswith="cancelled").exists()


def test_news_is_published_withdrawn_and_pinned(admin):
    items = [factories.make_news_item(is_draft=True), factories.make_news_item()]

    confirm(admin, "publish", *items)
    assert NewsItem.objects.published().count() == 2
    asked = text_of(confirm(admin, "pin", *items, until="いつか"))
    assert "のように入力してください" in asked
    confirm(admin, "pin", *items, until="令和8年12月31日")
    assert {item.pinned_until.isoformat() for item in NewsItem.objects.all()} == {"2026-12-31"}
    confirm(admin, "pin", items[0], until="")
    assert NewsItem.objects.get(pk=items[0].pk).pinned_until is None
    confirm(admin, "withdraw", *items)

    assert NewsItem.objects.filter(is_draft=True).count() == 2
    assert items[0].history.count() == 5


def test_proposals_and_events_with_entries_are_not_released_in_bulk(admin):
    proposal = factories.make_proposal()
    entered = factories.make_open_event()
    plain = factories.make_event()

    assert "会員の提案のため" in text_of(choose(admin, "publish", proposal))
    page = text_of(choose(admin, "withdraw", entered, plain))
    confirm(admin, "publish", proposal)
    confirm(admin, "withdraw", entered, plain)

    assert "参加申込を受け付けるため" in page
    assert Event.objects.published().get() == entered
    assert Event.objects.get(pk=proposal.pk).is_draft


def test_publications_are_released_too(admin):
    publication = factories.make_publication(is_draft=True)

    confirm(admin, "publish", publication)

    publication.refresh_from_db()
    assert publication.is_published
    assert AuditEntry.objects.get().act == "publish_publication"


def test_nothing_acts_where_a_row_is_chosen_for_another_form(admin):
    factories.make_user()

    page = admin.get("/admin/members/user/?_popup=1").content.decode()

    assert "bulk_suspend" not in page
