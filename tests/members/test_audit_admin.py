"""監査記録: said in words, found by conditions, taken away as sheets, changed by nobody."""

import ast
import csv
import io
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from board.models import Report
from members import audit
from members.adapter import _ACTS as FACTOR_ACTS
from members.audit_words import ACTS, DETAILS, GROUPS, details, summary
from members.models import AuditEntry, User
from tests import factories
from tests.html import text_of
from tests.test_architecture import SOURCES

LIST = "/admin/members/auditentry/"


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


def entries_shown(response):
    return [entry.act for entry in response.context["cl"].result_list]


def recording_calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "audit.record",
            "audit.record_many",
        }:
            yield node


def acts_in(node, tree):
    """Texts of the first argument; of a variable, every text that it is given in the module."""
    if isinstance(node, ast.Name):
        given = [
            found.value
            for found in ast.walk(tree)
            if isinstance(found, ast.Assign)
            and any(isinstance(name, ast.Name) and name.id == node.id for name in found.targets)
        ]
        return {act for value in given for act in acts_in(value, tree)}
    if isinstance(node, ast.IfExp):
        return acts_in(node.body, tree) | acts_in(node.orelse, tree)
    if isinstance(node, ast.Constant):
        return {node.value}
    if isinstance(node, ast.JoinedStr):
        # Of news/releasing.py: one act for each kind of row.
        verb, kind = node.values
        assert ast.unparse(kind.value) == "row._meta.model_name"
        return {f"{verb.value}{name}" for name in ("newsitem", "publication", "event")}
    # The name of allauth's mail, of which the adapter keeps a table.
    assert ast.unparse(node) == "template_prefix.rpartition('/')[2]", ast.unparse(node)
    return set(FACTOR_ACTS)


def trees():
    return {path: ast.parse(Path(path).read_text(encoding="utf-8")) for path in SOURCES}


def test_every_act_that_the_code_records_has_words():
    recorded = {
        act
        for tree in trees().values()
        for call in recording_calls(tree)
        for act in acts_in(call.args[0], tree)
    }

    assert len(recorded) > 60
    assert recorded - set(ACTS) == set()
    assert sum(len(acts) for acts in GROUPS.values()) == len(ACTS)


def test_every_detail_that_the_code_records_has_words():
    recorded = {
        keyword.arg
        for tree in trees().values()
        for call in recording_calls(tree)
        for keyword in call.keywords
        if keyword.arg not in {"by", None}
    }

    assert recorded - set(DETAILS) == set()


def test_act_over_a_socket_that_has_no_address_is_recorded_all_the_same(client, manager):
    topic = factories.make_topic(author=manager)
    client.force_login(manager)
    client.get("/contact/")

    client.post(f"/board/topics/{topic.pk}/lock/", {"locked": "1"}, REMOTE_ADDR="")

    assert AuditEntry.objects.get(act="lock").ip is None


class TestWords:
    def test_states_and_fields_are_said_as_people_say_them(self, db, secretary):
        application = factories.make_application()
        audit.record(
            "decide_application", application, by=secretary, before="received", after="approved"
        )
        audit.record("change_user", secretary, by=secretary, fields=["name", "is_staff"])
        audit.record("choose_name", secretary, by=secretary, after=True)
        audit.record("pin", factories.make_topic(), by=secretary, until="2026-12-01")
        audit.record("hide", factories.make_topic(), by=secretary, reason="")
        audit.record_many("send_invitations", User, by=secretary, prefectures=["10", "11"])

        said = [summary(entry) for entry in AuditEntry.objects.order_by("id")]

        assert said == [
            "変更前：受付、変更後：承認",
            "変更した項目：氏名・管理画面を使う",
            "変更後：はい",
            "期限：令和8年12月1日",
            "理由：なし",
            "都道府県：群馬県・埼玉県",
        ]

    def test_what_an_older_version_recorded_is_shown_as_it_is(self, db):
        entry = AuditEntry(
            act="of_old", target_type="members.gone", target_id="7", detail={"what": 1}
        )

        assert details(entry) == [("what", "1")]

    def test_page_names_what_was_before_and_after(self, admin, secretary):
        person = factories.make_user()
        old, new = person.seat, factories.make_seat(section="観光課")
        audit.record("move", person, by=secretary, before=old.pk, after=new.pk, role="viewer")
        entry = AuditEntry.objects.get()

        text = text_of(admin.get(f"{LIST}{entry.pk}/change/"))

        assert f"変更前 {old}" in text
        assert f"変更後 {new}" in text
        assert "役割 閲覧のみ" in text
        assert "move" not in text
        assert "所属（投稿では分類）を変えた" in text


class TestList:
    def test_says_who_did_what_to_what_from_where(self, admin, secretary):
        body = factories.make_organization(name="第一市")
        AuditEntry.objects.create(
            actor=secretary,
            ip="192.0.2.7",
            act="change_status",
            target_type="members.organization",
            target_id=str(body.pk),
            detail={"after": "suspended"},
            at=datetime(2026, 11, 26, 1, 30, 5, tzinfo=timezone.get_fixed_timezone(0)),
        )

        response = admin.get(LIST)
        text = text_of(response)

        assert "令和8年11月26日（木）午前10時30分5秒" in text
        for words in (str(secretary), "192.0.2.7", "会員団体の状態を変えた", "変更後：利用停止"):
            assert words in text
        page = reverse("admin:members_organization_change", args=[body.pk])
        assert f'<a href="{page}">会員団体「群馬県第一市」</a>' in response.content.decode()
        assert "change_status" not in text.replace('value="change_status"', "")

    def test_target_that_is_gone_has_no_link(self, admin, secretary):
        category = factories.make_category()
        audit.record("add_category", category, by=secretary)
        category.delete()

        response = admin.get(LIST)

        assert f"分類 {AuditEntry.objects.get().target_id}" in text_of(response)
        assert "/admin/board/category/" not in response.content.decode().partition("result_list")[2]

    def test_act_of_nobody_is_automatic(self, admin):
        audit.record_many("erase_entries", User, by=None, entries=3)

        assert "（自動）" in text_of(admin.get(LIST))

    def test_names_of_targets_are_for_those_who_may_see_them(self, admin, secretary):
        audit.record("rename", factories.make_organization(name="LEAK市"), by=secretary)
        secretary.is_superuser = False
        secretary.save()
        secretary.user_permissions.add(Permission.objects.get(codename="view_auditentry"))

        response = admin.get(LIST)

        assert entries_shown(response) == ["rename"]
        assert "LEAK" not in response.content.decode()

    def test_text_of_people_is_escaped(self, admin, secretary):
        body = factories.make_organization(name="<b>LEAK</b>")
        audit.record("hide", body, by=secretary, reason="<script>LEAK</script>")

        html = admin.get(LIST).content.decode()

        assert "&lt;b&gt;LEAK" in html
        assert "<b>LEAK" not in html
        assert "<script>LEAK" not in html

    @pytest.mark.parametrize("rows", [1, 3])
    def test_list_asks_a_constant_number_of_queries(
        self, admin, secretary, django_assert_num_queries, rows
    ):
        for _ in range(rows):
            for target in self.targets():
                audit.record("hide", target, by=factories.make_user())

        # Session, user, count, kinds, entries; then one query a kind.
        with django_assert_num_queries(5 + len(self.KINDS)):
            response = admin.get(LIST)
        assert len(response.context["cl"].result_list) == rows * len(self.KINDS)

    KINDS = (
        *("user", "seat", "organization", "application", "invitation", "handover"),
        *("topic", "reply", "report", "event", "entry"),
    )

    def targets(self):
        person = factories.make_user()
        reply = factories.make_reply(factories.make_topic())
        report = Report.objects.create(
            topic=reply.topic,
            reply=reply,
            organization=person.seat.organization,
            reported_by=person,
            reason="理由",
        )
        handover = factories.make_handover()
        return [
            *(person, person.seat, person.seat.organization, factories.make_application()),
            *(handover.invitation, handover, reply.topic, reply, report),
            *(factories.make_event(), factories.make_entry()),
        ]


class TestConditions:
    @pytest.fixture(autouse=True)
    def trail(self, secretary):
        """Two people, two kinds of target, at the borders of a day in Japan."""
        body = factories.make_organization(name="第一市")
        other = factories.make_user(name="連携 花子")
        for moment, act, target, person in (
            ("2026-11-24 23:59:59+09:00", "rename", body, secretary),
            ("2026-11-25 00:00+09:00", "suspend", other, secretary),
            ("2026-11-25 23:59:59+09:00", "change_password", other, other),
            ("2026-11-26 00:00+09:00", "merge", body, other),
        ):
            with time_machine.travel(moment, tick=False):
                audit.record(act, target, by=person)
        self.body = body

    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ({}, ["merge", "change_password", "suspend", "rename"]),
            ({"act": "suspend"}, ["suspend"]),
            ({"kind": "members.organization"}, ["merge", "rename"]),
            ({"person": "連携　花子"}, ["merge", "change_password"]),
            ({"person": "事務局"}, ["suspend", "rename"]),
            ({"since": "R8.11.25"}, ["merge", "change_password", "suspend"]),
            ({"until": "令和8年11月25日"}, ["change_password", "suspend", "rename"]),
            ({"since": "2026-11-25", "until": "2026-11-25"}, ["change_password", "suspend"]),
            ({"since": "R8.11.26", "kind": "members.user"}, []),
        ],
    )
    def test_each_narrows_the_list(self, admin, typed, shown):
        assert entries_shown(admin.get(LIST, typed)) == shown

    def test_number_finds_one_target(self, admin):
        typed = {"kind": "members.organization", "number": str(self.body.pk)}

        assert entries_shown(admin.get(LIST, typed)) == ["merge", "rename"]

    @pytest.mark.parametrize(
        "typed", [{"since": "いつか"}, {"since": "R8.11.26", "until": "R8.11.25"}, {"act": "none"}]
    )
    def test_wrong_ones_are_told_and_show_nothing(self, admin, typed):
        response = admin.get(LIST, typed)

        assert "入力内容を確認してください" in text_of(response)
        assert entries_shown(response) == []

    def test_choices_are_words(self, admin):
        html = admin.get(LIST).content.decode()

        assert '<option value="merge">会員団体を合併した</option>' in html
        assert '<optgroup label="会員登録">' in html
        assert '<option value="members.organization">会員団体</option>' in html


class TestExport:
    @pytest.fixture(autouse=True)
    def trail(self, secretary):
        body = factories.make_organization(name="第一市")
        with time_machine.travel("2026-11-25 08:30:05+09:00", tick=False):
            audit.record("rename", body, by=secretary)
            audit.record("suspend", factories.make_user(name="=cmd"), by=secretary, seat=1)

    def test_csv_holds_what_is_filtered(self, admin, secretary):
        response = admin.post(f"{LIST}export/csv/?act=rename")

        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert rows[0][:5] == ["日時", "利用者", "所属", "接続元", "操作"]
        assert [row[:3] for row in rows[1:]] == [
            ["2026-11-25 08:30:05", secretary.name, str(secretary.seat)]
        ]
        assert rows[1][7] == "会員団体「群馬県第一市」"

    def test_book_is_safe_to_open(self, admin):
        response = admin.post(f"{LIST}export/xlsx/")

        sheet = load_workbook(io.BytesIO(response.content))["監査記録"]
        assert sheet.max_row == 3
        assert not any(str(cell.value).startswith("=") for row in sheet.iter_rows() for cell in row)

    def test_taking_it_away_is_recorded_and_needs_a_button(self, admin, secretary):
        assert admin.get(f"{LIST}export/csv/").status_code == 405
        admin.post(f"{LIST}export/csv/?act=rename")

        entry = AuditEntry.objects.get(act="export_audit")
        assert (entry.actor, entry.detail) == (secretary, {"entries": 1})

    def test_too_many_are_told(self, admin, monkeypatch):
        monkeypatch.setattr("members.admin.audit.MAX_EXPORTED", 1)

        response = admin.post(f"{LIST}export/csv/", follow=True)

        assert "絞り込んでから書き出してください" in text_of(response)
        assert not AuditEntry.objects.filter(act="export_audit").exists()

    def test_unknown_format_is_not_found(self, admin):
        assert admin.post(f"{LIST}export/pdf/").status_code == 404

    def test_secretary_without_the_right_gets_nothing(self, admin, secretary):
        secretary.is_superuser = False
        secretary.save()

        assert admin.post(f"{LIST}export/csv/").status_code == 403
        assert admin.get(LIST).status_code == 403


class TestForGood:
    def test_nobody_changes_or_deletes_an_entry(self, admin, secretary):
        audit.record("rename", factories.make_organization(), by=secretary)
        entry = AuditEntry.objects.get()
        page = f"{LIST}{entry.pk}/"

        answers = [
            admin.post(f"{page}change/", {"act": "x"}).status_code,
            admin.post(f"{page}delete/", {"post": "yes"}).status_code,
            admin.post(f"{LIST}add/", {"act": "x"}).status_code,
        ]
        chosen = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
        admin.post(LIST, chosen)

        assert answers == [403, 403, 403]
        assert AuditEntry.objects.get().act == "rename"
