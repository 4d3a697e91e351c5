"""Many rows at once in the admin: a page that says what will happen, then the site's own verbs."""

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from board import moderation, posting
from board.admin.acts import NOT_OFFERED
from board.models import Reply, Report, Topic
from lib import bulk
from members.models import AuditEntry
from tests import factories
from tests.acting import choose, confirm, list_of
from tests.html import text_of


@pytest.fixture
def waiting(contributor):
    category = factories.make_category(needs_approval=True)
    return [
        factories.make_topic(author=contributor, category=category, title=title, body=title)
        for title in ("夏の交流", "秋の交流", "冬の交流")
    ]


@pytest.fixture
def reports():
    topic = factories.make_topic(title="知らされた投稿")
    reply = factories.make_reply(topic)
    return [
        moderation.report(post, "x", by=factories.make_user()) for post in (topic, topic, reply)
    ]


def test_page_says_what_will_happen_to_how_many_and_changes_nothing(client, secretary, waiting):
    moderation.approve(waiting[2], expected=0, by=secretary)
    client.force_login(secretary)

    page = text_of(choose(client, "approve", *waiting))

    assert "2件の投稿を承認します。公開範囲の会員が読めるようになります。" in page
    assert "対象にしないもの（1件）" in page
    assert Topic.objects.filter(status="waiting").count() == 2


def test_chosen_topics_are_approved_with_an_audit_entry_each(client, secretary, waiting):
    client.force_login(secretary)

    page = text_of(confirm(client, "approve", *waiting[:2]))

    assert "承認して公開する：2件を完了しました。" in page
    states = Topic.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == ["open", "open", "waiting"]
    assert AuditEntry.objects.filter(act="approve_topic").count() == 2


def test_what_was_decided_or_edited_meanwhile_is_named_and_skipped(client, secretary, waiting):
    decided, edited, fresh = waiting
    draft = factories.make_draft(edited.author)
    new = Topic.objects.get(pk=edited.pk)
    new.body = "読まれていない本文"
    posting.edit(new, posting.Related(), draft=draft, expected=0, by=edited.author)
    moderation.approve(decided, expected=0, by=secretary)
    client.force_login(secretary)

    page = text_of(confirm(client, "approve", *waiting, query="?status__exact=waiting"))

    assert "次の1件は、先に変わっていたため、そのままです。「秋の交流」" in page
    assert f"次の1件は、{NOT_OFFERED}、そのままです。" in page
    assert "「夏の交流」" in page
    assert "「秋の交流」" in page
    assert "1件を完了しました。" in page
    assert Topic.objects.get(pk=edited.pk).status == "waiting"
    assert Topic.objects.get(pk=fresh.pk).status == "open"
    assert AuditEntry.objects.filter(act="approve_topic").count() == 2


@pytest.mark.parametrize("act", ["send_back", "hide"])
def test_reason_is_asked_for_and_given_to_each(client, secretary, waiting, act):
    client.force_login(secretary)

    asked = confirm(client, act, *waiting, reason=" ")
    assert "入力してください。" in text_of(asked)
    assert not AuditEntry.objects.exists()
    confirm(client, act, *waiting, reason="会場が未定のため")

    field = {"send_back": "approval_note", "hide": "hidden_reason"}[act]
    assert set(Topic.objects.values_list(field, flat=True)) == {"会場が未定のため"}
    assert AuditEntry.objects.count() == 3


def test_text_that_changed_while_the_reason_was_missing_is_not_sent_back(
    client, secretary, waiting
):
    client.force_login(secretary)
    Topic.objects.update(edits=1)

    page = confirm(client, "send_back", *waiting, reason="")

    assert [row.edits for row, _ in page.context["rows"]] == ["0", "0", "0"]


def test_reports_are_settled_and_what_they_name_is_hidden_once(client, secretary, reports):
    client.force_login(secretary)

    confirm(client, "settle", *reports, result="hidden", note="個人情報のため")

    assert set(Report.objects.values_list("result", flat=True)) == {"hidden"}
    assert Topic.objects.get().hidden_reason == "個人情報のため"
    assert Reply.objects.get().hidden_reason == "個人情報のため"
    acts_done = AuditEntry.objects.values_list("act", flat=True)
    assert sorted(acts_done) == ["hide"] * 2 + ["settle_report"] * 3


def test_replies_are_hidden_and_leave_the_count(client, secretary):
    topic = factories.make_topic()
    replies = [factories.make_reply(topic) for _ in range(3)]
    client.force_login(secretary)

    confirm(client, "hide", *replies[:2], reason="重複のため")

    assert Reply.objects.shown().get() == replies[2]
    assert Topic.objects.get().reply_count == 1


def test_staff_who_may_only_look_are_not_offered_and_do_nothing(client, secretary, waiting):
    looking = factories.make_user(seat=secretary.seat, is_staff=True)
    looking.user_permissions.set(Permission.objects.filter(codename="view_topic"))
    client.force_login(looking)

    page = client.get(list_of(Topic)).content.decode()
    confirm(client, "approve", *waiting)

    assert "bulk_approve" not in page
    assert Topic.objects.filter(status="waiting").count() == 3


@pytest.mark.parametrize("who", ["manager", "ward"])
def test_members_do_not_enter(client, request, waiting, who):
    client.force_login(request.getfixturevalue(who))

    confirm(client, "approve", *waiting)

    assert Topic.objects.filter(status="waiting").count() == 3


def test_get_changes_nothing(client, secretary, waiting):
    client.force_login(secretary)

    client.get(
        list_of(Topic),
        {
            "action": "bulk_approve",
            "confirmed": "1",
            ACTION_CHECKBOX_NAME: waiting[0].pk,
            f"expected-{waiting[0].pk}": 0,
        },
    )

    assert Topic.objects.filter(status="waiting").count() == 3


def test_too_many_are_refused(client, secretary, waiting, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)
    client.force_login(secretary)

    page = choose(client, "approve", *waiting)

    assert page.status_code == 302
    assert "件までです" in text_of(client.get(list_of(Topic)))


def test_queries_of_the_page_do_not_grow(client, secretary, reports):
    client.force_login(secretary)
    choose(client, "settle", *reports)
    counts = []
    for chosen in (reports[:1], reports):
        with CaptureQueriesContext(connection) as queries:
            choose(client, "settle", *chosen)
        counts.append(len(queries))

    assert counts[0] == counts[1]
