"""年次確認: asked by the secretariat, confirmed by each body, unused accounts warned and suspended."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from lib.conflicts import StaleError
from members import yearly_check
from members.models import (
    AuditEntry,
    Confirmation,
    Delivery,
    Draft,
    Organization,
    User,
    YearlyCheck,
)
from renkei import jobs
from tests import factories
from tests.html import text_of
from tests.members.yearly_checks import addresses, make_town, make_unused
from tests.racing import at_once, errors_in

PAGE = "/members/check/"
BUTTON = "内容を確認しました</button>"
Role, State = User.Role, YearlyCheck.State


@pytest.fixture(autouse=True)
def spring():
    """The day of the start; a check is due on 31 May, with a reminder every 14 days."""
    with time_machine.travel("2027-04-15 10:00+09:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def check(secretary):
    return factories.make_yearly_check()


@pytest.fixture
def running(check, secretary):
    yearly_check.start(check, by=secretary)
    return check


@pytest.fixture
def mailbox(manager):
    manager.seat.mailbox = "kikaku@city.example.jp"
    manager.seat.save()
    return manager.seat.mailbox


def run_on(spring, day):
    spring.move_to(f"{day} 09:00+09:00")
    return yearly_check.remind_due()


class TestStart:
    def test_every_mailbox_of_every_active_body_is_asked_once(self, check, secretary):
        secretary.seat.mailbox = "jimukyoku@example.jp"
        secretary.seat.save()
        town = make_town("a@example.jp")
        body = town.seat.organization
        factories.make_seat(organization=body, section="観光課", mailbox="b@example.jp")
        factories.make_seat(organization=body, section="防災課", mailbox="a@example.jp")
        factories.make_seat(organization=body, section="総務課")
        make_town("ward@example.jp", kind=Organization.Kind.WARD, name="見本区")
        make_town("demo@example.jp", is_demo=True)
        for status in (Organization.Status.SUSPENDED, Organization.Status.WITHDRAWN):
            make_town("gone@example.jp", status=status)

        yearly_check.start(check, by=secretary)

        assert addresses() == ["a@example.jp", "b@example.jp", "ward@example.jp"]
        assert (check.state, check.started_by) == (State.RUNNING, secretary)
        assert AuditEntry.objects.get().act == "start_yearly_check"

    def test_demo_bodies_are_asked_where_they_are_members(self, check, secretary, settings):
        settings.DEMO = True
        make_town("demo@example.jp", is_demo=True)

        yearly_check.start(check, by=secretary)

        assert addresses() == ["demo@example.jp"]

    def test_mail_says_what_until_when_and_where(self, check, secretary):
        check.text = "部署名を確かめてください。"
        check.save()
        town = make_town()

        yearly_check.start(check, by=secretary)

        mail = Delivery.objects.get()
        assert (mail.subject, mail.seat) == ("令和9年度の年次確認のお願い", town.seat)
        assert "部署名を確かめてください。" in mail.body
        assert "令和9年5月31日（月）" in mail.body
        assert "https://portal.example.jp/members/check/" in mail.body

    def test_second_start_is_told_and_mails_nothing(self, running, secretary):
        make_town()

        with pytest.raises(StaleError):
            yearly_check.start(running, by=secretary)

        assert addresses() == []

    def test_only_one_runs_at_a_time(self, running, secretary):
        other = factories.make_yearly_check(fiscal_year=2028)

        with pytest.raises(yearly_check.AnotherRunningError):
            yearly_check.start(other, by=secretary)

        other.refresh_from_db()
        assert other.state == State.PLANNED

    def test_number_of_queries_does_not_follow_the_number_of_bodies(self, check, secretary):
        counts = []
        for number in (1, 3):
            YearlyCheck.objects.update(state=State.PLANNED, started_at=None)
            for _ in range(number):
                make_town()
            with CaptureQueriesContext(connection) as queries:
                yearly_check.start(check, by=secretary)
            counts.append(len(queries))

        assert counts[0] == counts[1]

    @pytest.mark.parametrize(
        "fields",
        [
            {"fiscal_year": 2028, "starts_on": "2027-06-01"},
            {"fiscal_year": 2028, "suspend_on": "2027-05-30"},
            {"fiscal_year": 2027},
            {"fiscal_year": 2028, "state": State.RUNNING},
        ],
    )
    def test_impossible_checks_are_refused_by_the_database(self, check, fields):
        with pytest.raises(IntegrityError):
            factories.make_yearly_check(**fields)

    def test_impossible_days_are_told_in_japanese(self, db):
        check = YearlyCheck(fiscal_year=2027, starts_on=date(2027, 4, 15), due_on=date(2027, 4, 14))

        with pytest.raises(ValidationError, match="回答期限は、開始予定日以後"):
            check.full_clean()


class TestConfirm:
    def test_manager_sees_what_stands_there_and_confirms(self, client, running, manager, mailbox):
        manager.seat.telephone = "027-000-0000"
        manager.seat.save()
        factories.make_user(seat=manager.seat, name="見本 四葉", role=Role.VIEWER)
        make_unused(manager.seat, name="見本 五郎")
        stranger = factories.make_user(name="LEAK")
        client.force_login(manager)

        html = client.get(PAGE).content.decode()
        client.post(PAGE, {"note": " 人事異動の\u200bため\n後日直します "})

        for text in (
            mailbox,
            "027-000-0000",
            "見本 四葉",
            "閲覧のみ",
            "令和9年5月31日（月）",
            BUTTON,
        ):
            assert text in html
        assert html.count("使っていません</span>") == 1
        assert stranger.name not in html
        found = Confirmation.objects.get()
        assert (found.organization, found.confirmed_by) == (manager.seat.organization, manager)
        assert (found.seats, found.people) == (1, 3)
        assert found.note == "人事異動のため\n後日直します"

    def test_confirmation_is_shown_dated_and_audited(self, client, running, manager):
        client.force_login(manager)

        answer = client.post(PAGE, {"note": ""}, follow=True)

        assert "令和9年4月15日（木）午前10時" in text_of(answer)
        assert f"企画課 {manager.name}" in text_of(answer)
        assert BUTTON not in answer.content.decode()
        manager.seat.organization.refresh_from_db()
        assert manager.seat.organization.confirmed_on.isoformat() == "2027-04-15"
        entry = AuditEntry.objects.first()
        assert (entry.act, entry.actor) == ("confirm_yearly_check", manager)

    def test_second_manager_is_told(self, client, running, manager):
        yearly_check.confirm(manager.seat.organization, by=manager)
        colleague = factories.make_user(seat=manager.seat, role=Role.MANAGER)
        client.force_login(colleague)

        draft = factories.make_draft(colleague, kind="yearly-check", address=PAGE)

        answer = client.post(draft.get_absolute_url(), {"note": "後から"}, follow=True)

        assert "すでに確認しました" in text_of(answer)
        assert Confirmation.objects.get().confirmed_by == manager
        assert list(Draft.objects.open()) == [draft]

    @pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.VIEWER])
    def test_others_of_the_body_read_without_last_use_and_cannot_confirm(
        self, client, running, manager, role
    ):
        colleague = factories.make_user(seat=manager.seat, role=role)
        client.force_login(colleague)

        answer = client.get(PAGE)

        assert manager.name in text_of(answer)
        assert "最後の利用" not in text_of(answer)
        assert BUTTON not in answer.content.decode()
        assert client.post(PAGE, {"note": ""}).status_code == 403
        assert not Confirmation.objects.exists()

    def test_nobody_confirms_for_another_body(self, client, running, manager, ward, secretary):
        body = manager.seat.organization

        for stranger in (ward, secretary):
            with pytest.raises(PermissionDenied):
                yearly_check.confirm(body, by=stranger)
        client.force_login(ward)
        client.post(PAGE, {"note": "", "organization": body.pk})

        assert [row.organization for row in Confirmation.objects.all()] == [ward.seat.organization]

    def test_manager_who_was_lowered_a_moment_ago_is_refused(self, running, manager):
        User.objects.filter(pk=manager.pk).update(role=Role.VIEWER)

        with pytest.raises(PermissionDenied):
            yearly_check.confirm(manager.seat.organization, by=manager)

    def test_page_without_a_running_check_names_the_last_confirmation(self, client, check, manager):
        Organization.objects.update(confirmed_on="2026-05-20")
        client.force_login(manager)

        answer = client.post(PAGE, {"note": ""}, follow=True)

        assert "今は、年次確認を行っていません。 前回の確認は 令和8年5月20日" in text_of(answer)
        assert not Confirmation.objects.exists()

    def test_body_that_joined_after_the_start_is_not_asked(self, client, running, manager):
        Organization.objects.filter(pk=manager.seat.organization_id).update(joined_on="2027-04-16")
        client.force_login(manager)

        client.post(PAGE, {"note": ""})

        assert "今は、年次確認を行っていません。" in text_of(client.get(PAGE))
        assert not Confirmation.objects.exists()

    def test_too_long_note_is_an_error_and_stays_typed(self, client, running, manager):
        client.force_login(manager)

        answer = client.post(PAGE, {"note": "あ" * 1001})

        assert list(answer.context["form"].errors) == ["note"]
        assert "あ" * 1001 in answer.content.decode()
        assert not Confirmation.objects.exists()

    def test_page_of_the_body_leads_there_until_it_is_confirmed(self, client, running, manager):
        client.force_login(manager)
        page = "/members/organization/"

        assert f'href="{PAGE}"' in client.get(page).content.decode()
        yearly_check.confirm(manager.seat.organization, by=manager)

        assert f'href="{PAGE}"' not in client.get(page).content.decode()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_page_asks_a_constant_number_of_queries(
        self, client, running, manager, django_assert_num_queries, rows
    ):
        for number in range(rows):
            seat = factories.make_seat(
                organization=manager.seat.organization, section=f"第{number}課"
            )
            for _ in range(rows):
                factories.make_user(seat=seat)
        client.force_login(manager)
        client.get("/contact/")

        with django_assert_num_queries(10):
            client.get(PAGE)


@pytest.mark.django_db(transaction=True)
def test_two_managers_who_confirm_at_once_leave_one_row(manager, secretary):
    yearly_check.start(factories.make_yearly_check(), by=secretary)
    colleague = factories.make_user(seat=manager.seat, role=Role.MANAGER)

    answers = at_once(
        *(
            lambda by=by: yearly_check.confirm(manager.seat.organization, by=by)
            for by in (manager, colleague)
        ),
        told=StaleError,
    )

    assert len(errors_in(answers)) == 1
    assert Confirmation.objects.count() == 1


class TestReminders:
    @pytest.fixture
    def towns(self, running):
        """One has confirmed, the other has not."""
        quick, slow = make_town("quick@example.jp"), make_town("slow@example.jp")
        yearly_check.confirm(quick.seat.organization, by=quick)
        return quick, slow

    def test_only_bodies_that_have_not_confirmed_are_reminded(self, towns, spring):
        run_on(spring, "2027-04-29")

        assert addresses() == ["slow@example.jp"]
        mail = Delivery.objects.get()
        assert mail.subject == "令和9年度の年次確認：まだ確認をいただいていません"
        assert "令和9年5月31日（月）までにお願いします。" in mail.body

    @pytest.mark.parametrize(
        ("days", "mails"),
        [
            (["2027-04-15", "2027-04-28"], 0),
            (["2027-04-29", "2027-04-29", "2027-05-12"], 1),
            (["2027-05-02"], 1),
            (["2027-04-29", "2027-05-13", "2027-05-27"], 3),
            (["2027-05-30"], 1),
            (["2027-05-31", "2027-06-01", "2027-06-02", "2027-12-01"], 2),
        ],
        ids=["not yet", "once", "missed days", "each", "missed rounds", "overdue once"],
    )
    def test_reminders_are_made_up_for_and_never_repeated(self, towns, spring, days, mails):
        for day in days:
            run_on(spring, day)

        assert addresses() == ["slow@example.jp"] * mails

    def test_overdue_mail_says_so(self, towns, spring):
        run_on(spring, "2027-06-01")

        assert "期限を過ぎました" in Delivery.objects.get().subject

    def test_check_without_reminders_or_closed_reminds_nobody(self, towns, spring, secretary):
        YearlyCheck.objects.update(remind_every_days=None)
        run_on(spring, "2027-06-01")
        YearlyCheck.objects.update(remind_every_days=14)
        yearly_check.close(YearlyCheck.objects.get(), by=secretary)
        run_on(spring, "2027-06-02")

        assert addresses() == []

    def test_closing_twice_is_told(self, running, secretary):
        yearly_check.close(running, by=secretary)

        with pytest.raises(StaleError):
            yearly_check.close(running, by=secretary)


def test_worker_asks_daily():
    assert {"remind_of_yearly_check", "suspend_unused"} <= set(jobs.JOBS)
