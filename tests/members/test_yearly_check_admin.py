"""年次確認 in the admin: planned, started, its result as table, sheet and paper, unused accounts."""

import csv
import io
from datetime import datetime

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.utils import timezone
from openpyxl import load_workbook

from members import yearly_check
from members.models import AuditEntry, Delivery, Organization, User, YearlyCheck
from renkei import jobs
from renkei.models import JobRun
from tests import acting, factories
from tests.html import text_of

LIST = "/admin/members/yearlycheck/"
Role, State = User.Role, YearlyCheck.State


@pytest.fixture(autouse=True)
def spring():
    with time_machine.travel("2027-04-15 10:00+09:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


@pytest.fixture
def running(secretary):
    check = factories.make_yearly_check()
    yearly_check.start(check, by=secretary)
    return check


def make_body(name, prefecture="10", **fields):
    organization = factories.make_organization(name=name, prefecture=prefecture, **fields)
    seat = factories.make_seat(organization=organization, mailbox="kikaku@example.jp")
    return factories.make_user(seat=seat, role=Role.MANAGER, last_seen_at=timezone.now())


def make_unused(seat, **fields):
    joined_at = datetime(2025, 4, 1, tzinfo=timezone.get_current_timezone())
    return factories.make_user(seat=seat, joined_at=joined_at, **fields)


def page_of(check, name):
    return f"{LIST}{check.pk}/{name}"


def shown(response):
    return [line.organization.name for line in response.context["results"]]


def test_new_check_begins_with_next_spring_and_the_last_words(client, secretary, spring):
    factories.make_yearly_check(fiscal_year=2027, text="去年の文")
    spring.move_to("2028-02-01 10:00+09:00")
    client.force_login(secretary)

    form = client.get(f"{LIST}add/").context["adminform"].form

    assert form.initial["fiscal_year"] == 2028
    assert form.initial["text"] == "去年の文"
    assert form.initial["starts_on"].isoformat() == "2028-04-15"
    assert form.initial["due_on"].isoformat() == "2028-05-31"


def test_secretary_plans_a_check(admin):
    typed = {
        "fiscal_year": "2027",
        "starts_on": "令和9年4月15日",
        "due_on": "R9.5.31",
        "text": "お願い",
        "remind_every_days": "14",
        "unused_days": "365",
        "suspend_on": "",
    }

    admin.post(f"{LIST}add/", typed)

    check = YearlyCheck.objects.get()
    assert (check.state, check.due_on.isoformat()) == (State.PLANNED, "2027-05-31")
    assert AuditEntry.objects.get().act == "add_yearly_check"


def test_start_says_how_many_bodies_and_mails_and_waits_for_the_button(admin):
    check = factories.make_yearly_check()
    make_body("第一市")
    factories.make_seat(organization=factories.make_organization(name="第二市"))

    answer = admin.get(page_of(check, "start/"))

    assert [answer.context[name] for name in ("asked", "mails", "unreached")] == [2, 1, 1]
    assert not Delivery.objects.exists()
    admin.post(page_of(check, "start/"))
    assert Delivery.objects.count() == 1
    check.refresh_from_db()
    assert check.state == State.RUNNING


def test_action_leads_to_the_page_of_the_one_chosen(admin):
    first, second = (factories.make_yearly_check(fiscal_year=year) for year in (2027, 2028))
    chosen = {"action": "start_selected", "_selected_action": [first.pk]}

    assert admin.post(LIST, chosen).url == page_of(first, "start/")
    chosen["_selected_action"] = [first.pk, second.pk]
    assert "1つだけ選んでください" in text_of(admin.post(LIST, chosen, follow=True))
    assert YearlyCheck.objects.filter(state=State.PLANNED).count() == 2


def test_second_start_and_second_close_are_told(admin, running):
    other = factories.make_yearly_check(fiscal_year=2028)

    started = admin.post(page_of(other, "start/"), follow=True)
    admin.post(page_of(running, "close/"))
    closed = admin.post(page_of(running, "close/"), follow=True)

    assert "ほかの年度の年次確認が実施中です" in text_of(started)
    assert "状態がすでに変わっています" in text_of(closed)
    running.refresh_from_db()
    assert running.state == State.CLOSED


def test_started_check_keeps_its_year_and_a_closed_one_everything(admin, running, secretary):
    change = page_of(running, "change/")

    form = admin.get(change).context["adminform"].form
    yearly_check.close(running, by=secretary)

    assert {"fiscal_year", "starts_on"}.isdisjoint(form.fields)
    assert "due_on" in form.fields
    assert admin.post(change, {"due_on": "2028-01-01"}).status_code == 403
    assert admin.post(page_of(running, "delete/"), {"post": "yes"}).status_code == 403


def test_table_shows_who_has_confirmed_and_who_stays_away(admin, running):
    first = make_body("第一市")
    make_body("第二町", "20")
    make_unused(first.seat)
    yearly_check.confirm(first.seat.organization, note="電話が変わります", by=first)

    answer = admin.get(page_of(running, "result/"))

    lines = {line.organization.name: line for line in answer.context["results"]}
    assert (lines["第一市"].state, lines["第一市"].people, lines["第一市"].unused) == (
        "確認済み",
        2,
        1,
    )
    assert (lines["第二町"].state, lines["第二町"].people, lines["第二町"].unused) == (
        "未確認",
        1,
        0,
    )
    html = text_of(answer)
    for text in ("令和9年4月15日", f"企画課 {first.name}", "電話が変わります"):
        assert text in html
    assert "確認済み 1 未確認 1" in html


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["第一市", "第二町", "第三町"]),
        ("state=confirmed", ["第一市"]),
        ("state=unconfirmed", ["第二町", "第三町"]),
        ("state=noted", ["第一市"]),
        ("prefecture=20", ["第二町", "第三町"]),
        ("prefecture=20&state=confirmed", []),
        ("state=nonsense&prefecture=99", ["第一市", "第二町", "第三町"]),
    ],
)
def test_table_sheet_and_paper_obey_the_same_filters(admin, running, query, names):
    first = make_body("第一市")
    yearly_check.confirm(first.seat.organization, note="連絡", by=first)
    for name in ("第二町", "第三町"):
        make_body(name, "20")

    table = admin.get(page_of(running, f"result/?{query}"))
    paper = admin.get(page_of(running, f"print/?{query}"))
    sheet = admin.get(page_of(running, f"result.csv?{query}")).content.decode("utf-8-sig")

    assert shown(table) == names
    assert shown(paper) == names
    assert [row["団体名"] for row in csv.DictReader(io.StringIO(sheet))] == names


def test_sheet_spells_out_the_line_and_disarms_formulas(admin, running):
    town = factories.make_local_government(prefecture="20", code="203033")
    person = make_body("第一町", "20", local_government=town)
    yearly_check.confirm(person.seat.organization, note="=1+1", by=person)

    answer = admin.get(page_of(running, "result.xlsx"))

    head, row = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    line = dict(zip(head, row, strict=True))
    assert [line[name] for name in ("団体コード", "都道府県", "団体名", "状態", "確認日")] == [
        "203033",
        "長野県",
        "第一町",
        "確認済み",
        "2027-04-15",
    ]
    assert (line["確認した人"], line["確認時の利用者の数"], line["事務局への連絡"]) == (
        person.name,
        1,
        "'=1+1",
    )


def test_unknown_format_and_unknown_check_are_not_found(admin, running):
    assert admin.get(page_of(running, "result.json")).status_code == 404
    for name in ("result/", "print/", "result.csv", "start/", "close/"):
        assert admin.get(f"{LIST}{running.pk + 1}/{name}").status_code == 404


def test_paper_has_totals_by_prefecture(admin, running):
    first = make_body("第一市")
    yearly_check.confirm(first.seat.organization, by=first)
    make_body("第二市")
    make_body("第三町", "20")

    totals = admin.get(page_of(running, "print/")).context["totals"]

    assert [(total.name, total.asked, total.confirmed, total.unconfirmed) for total in totals] == [
        ("群馬県", 2, 1, 1),
        ("長野県", 1, 0, 1),
        ("合計", 3, 1, 2),
    ]


def test_body_that_confirmed_and_left_stays_in_the_result(admin, running):
    person = make_body("第一市")
    yearly_check.confirm(person.seat.organization, by=person)
    Organization.objects.filter(pk=person.seat.organization_id).update(status="withdrawn")
    make_body("第二市", status=Organization.Status.WITHDRAWN)

    assert shown(admin.get(page_of(running, "result/"))) == ["第一市"]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("result/", 11), ("print/", 6), ("result.csv", 6), ("start/", 5), ("close/", 4)],
)
def test_pages_ask_a_constant_number_of_queries(
    admin, running, django_assert_num_queries, name, queries, rows
):
    for number in range(rows):
        town = factories.make_local_government()
        person = make_body(f"第{number}町", local_government=town)
        make_unused(person.seat)
        yearly_check.confirm(person.seat.organization, by=person)

    with django_assert_num_queries(queries):
        admin.get(page_of(running, name))


@pytest.mark.parametrize("name", ["result/", "print/", "result.csv", "start/", "close/"])
@pytest.mark.parametrize("who", ["anonymous", "manager", "secretary without the right"])
def test_pages_are_the_secretariats(client, request, running, secretary, name, who):
    if who == "manager":
        client.force_login(request.getfixturevalue("manager"))
    elif who != "anonymous":
        secretary.is_superuser = False
        secretary.save()
        client.force_login(secretary)
    expected = 302 if who == "anonymous" else 403

    assert client.get(page_of(running, name)).status_code == expected
    assert client.post(page_of(running, name)).status_code == expected
    running.refresh_from_db()
    assert running.state == State.RUNNING


def test_who_may_only_view_neither_starts_nor_closes(client, running, secretary):
    secretary.is_superuser = False
    secretary.save()
    secretary.user_permissions.add(Permission.objects.get(codename="view_yearlycheck"))
    client.force_login(secretary)

    assert client.get(page_of(running, "result/")).status_code == 200
    assert client.post(page_of(running, "close/")).status_code == 403
    running.refresh_from_db()
    assert running.state == State.RUNNING


def test_whole_way_from_the_start_to_the_table(client, client_factory, secretary, spring):
    """Mail, confirmation, reminder to the other alone, warning, suspension, result."""
    check = factories.make_yearly_check(suspend_on="2027-07-01")
    quick, slow = make_body("第一市"), make_body("第二市")
    unused = make_unused(slow.seat)
    client.force_login(secretary)
    client.post(page_of(check, "start/"))
    member = client_factory()
    member.force_login(quick)
    member.post("/members/check/", {"note": ""})

    for day in ("2027-04-29", "2027-06-17", "2027-07-01"):
        spring.move_to(f"{day} 09:00+09:00")
        jobs.run_due_jobs(timezone.now())

    told = Delivery.objects.order_by("id").values_list("subject", "seat__organization__name")
    assert list(told) == [
        ("令和9年度の年次確認のお願い", "第一市"),
        ("令和9年度の年次確認のお願い", "第二市"),
        ("令和9年度の年次確認：まだ確認をいただいていません", "第二市"),
        ("令和9年度の年次確認：期限を過ぎました", "第二市"),
        ("使っていない利用者の利用停止の予告", "第二市"),
    ]
    unused.refresh_from_db()
    assert not unused.is_active
    assert not JobRun.objects.exclude(failure="").exists()
    again = client_factory()
    again.force_login(secretary)
    answer = again.get(page_of(check, "result/"))
    assert [line.state for line in answer.context["results"]] == ["確認済み", "未確認"]
    assert (answer.context["warned"], answer.context["suspended"]) == (1, 1)


class TestUnusedAccounts:
    PEOPLE = "/admin/members/user/"

    def test_list_shows_them_and_the_last_managers_among_them(self, admin, running):
        person = make_body("第一市")
        unused = make_unused(person.seat)
        last = make_unused(factories.make_seat(), role=Role.MANAGER)

        def listed(value):
            return {
                row.pk for row in admin.get(f"{self.PEOPLE}?unused={value}").context["cl"].queryset
            }

        assert listed("yes") == {unused.pk, last.pk}
        assert listed("last") == {last.pk}

    def test_action_suspends_through_the_verb_and_spares_the_last_manager(self, admin, secretary):
        person = make_body("第一市")
        unused = make_unused(person.seat)
        last = make_unused(factories.make_seat(), role=Role.MANAGER)
        chosen = (unused, last, secretary)

        asked = text_of(acting.choose(admin, "suspend", *chosen))
        answer = text_of(acting.confirm(admin, "suspend", *chosen))

        assert "1人を利用停止にします" in asked
        assert "対象にしないもの（2件）" in asked
        assert "最後の管理担当者のため" in asked
        assert "利用停止にする：1件を完了しました" in answer
        active = User.objects.filter(is_active=True)
        assert set(active) == {person, last, secretary}
        entry = AuditEntry.objects.get(act="suspend")
        assert (entry.actor, entry.target_id) == (secretary, str(unused.pk))


class TestStartPage:
    def lines(self, admin):
        return [line for line in admin.get("/admin/").context["waiting"] if "年次確認" in line.text]

    def test_running_check_counts_who_has_not_confirmed(self, admin, running):
        first = make_body("第一市")
        make_body("第二市")
        yearly_check.confirm(first.seat.organization, by=first)

        (line,) = self.lines(admin)

        assert line.text == "年次確認：未確認の会員団体 1"
        assert shown(admin.get(line.url)) == ["第二市"]

    def test_running_check_is_named_until_it_is_closed(self, admin, running, secretary):
        (line,) = self.lines(admin)
        yearly_check.close(running, by=secretary)

        assert line.text == "年次確認：すべての会員団体が確認しました"
        assert self.lines(admin) == []

    def test_planned_check_is_named_from_its_day_on(self, admin, spring):
        check = factories.make_yearly_check()

        (line,) = self.lines(admin)
        spring.move_to("2027-04-14 10:00+09:00")

        assert line.text == "令和9年度の年次確認：開始予定日を過ぎました"
        assert line.url == page_of(check, "start/")
        assert self.lines(admin) == []
