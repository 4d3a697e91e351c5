"""The start page of the admin: what waits, each line leading to just these rows; this week."""

import re

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.utils import timezone

from board.models import Category, Report, Topic
from members.models import Application, Delivery, Introduction, MailAddress, Organization
from renkei.models import JobRun
from tests import factories
from tests.html import text_of

START = "/admin/"


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


def make_waiting(number=0):
    """One row of everything that is counted."""
    factories.make_application()
    factories.make_application(status=Application.Status.RETURNED)
    topic = factories.make_topic(title="承認待ちの投稿")
    Topic.objects.filter(pk=topic.pk).update(status=Topic.Status.WAITING)
    person = factories.make_user()
    Report.objects.create(
        topic=factories.make_topic(),
        organization=person.seat.organization,
        reported_by=person,
        reason="理由",
    )
    factories.make_proposal()
    for state in (Introduction.State.WANTED, Introduction.State.DRAFTING):
        Introduction.objects.create(key=f"{state}-{number}", title="件名", url="/", state=state)
    Delivery.objects.create(address=f"{number}@b.jp", key="k", state=Delivery.State.FAILED)
    MailAddress.objects.create(address=f"{number}@example.jp", bounced_at=timezone.now())
    fail("clear_old_notifications", str(number))


def fail(job, period, failure="boom"):
    return JobRun.objects.create(
        job=job, period=period, failure=failure, finished_at=timezone.now()
    )


def lines_of(admin):
    return {line.label: line for line in admin.get(START).context["waiting"]}


def test_every_line_leads_to_as_many_rows_as_it_says(admin):
    make_waiting()

    lines = lines_of(admin)

    assert {
        "会員登録の申請",
        "公開前の承認を待つ投稿",
        "対応していない通報",
        "確認を待つイベントの提案",
        "公式Xでの紹介の希望",
        "作成中の公式Xでの紹介",
        "修正をお願いしている申請",
        "送れなかったメール",
        "不達の宛先",
        "失敗した定期の処理",
    } <= set(lines)
    for label, line in lines.items():
        number = int(re.fullmatch(r"(\d+)件", line.count)[1])
        assert admin.get(line.url).context["cl"].result_count == number, label


def test_lines_stand_under_what_they_ask_for(admin):
    make_waiting()

    asked = {
        heading: {line.label for line in lines}
        for heading, lines in admin.get(START).context["asked"]
    }

    assert list(asked) == ["決めるもの", "確かめるもの", "返事を待っているもの"]
    assert "会員登録の申請" in asked["決めるもの"]
    assert "失敗した定期の処理" in asked["確かめるもの"]
    assert asked["返事を待っているもの"] == {"修正をお願いしている申請"}


def test_nothing_waits_is_said(admin):
    assert "対応を待っているもの いまはありません。" in text_of(admin.get(START))


def test_topic_that_was_sent_back_waits_for_its_author_only(admin):
    topic = factories.make_topic()
    Topic.objects.filter(pk=topic.pk).update(
        status=Topic.Status.WAITING, approval_note="日付を直してください"
    )

    assert "公開前の承認を待つ投稿" not in lines_of(admin)


def test_failed_job_is_named_until_it_has_run_well(admin):
    with time_machine.travel("2026-11-24 03:00+09:00", tick=False):
        fail("erase_entries", "2026-11-24")
    with time_machine.travel("2026-11-25 03:00+09:00", tick=False):
        fail("clear_old_notifications", "2026-11-25", failure="")
    before = lines_of(admin)["失敗した定期の処理"].count

    with time_machine.travel("2026-11-26 03:00+09:00", tick=False):
        fail("erase_entries", "2026-11-26", failure="")

    assert before == "1件"
    assert "失敗した定期の処理" not in lines_of(admin)


def test_secretary_sees_only_lines_of_lists_that_open(admin, secretary):
    make_waiting()
    secretary.is_superuser = False
    secretary.save()
    secretary.user_permissions.add(Permission.objects.get(codename="view_application"))

    lines = lines_of(admin)

    assert set(lines) == {"会員登録の申請", "修正をお願いしている申請"}


@pytest.mark.parametrize("rows", [1, 3])
def test_start_page_asks_a_constant_number_of_queries(admin, django_assert_num_queries, rows):
    for number in range(rows):
        make_waiting(number)
        factories.make_regional_agreement()

    with django_assert_num_queries(31):
        admin.get(START)


class TestWeek:
    """Monday 23 November 2026 is the first day."""

    @pytest.fixture(autouse=True)
    def thursday(self):
        with time_machine.travel("2026-11-26 10:00+09:00", tick=False) as traveller:
            yield traveller

    def numbers(self, admin):
        week = admin.get(START).context["week"]
        return {line.label: (line.now, line.before) for line in week.lines}

    def test_week_begins_on_monday_at_midnight_in_japan(self, admin, thursday):
        for moment in ("2026-11-22 23:59+09:00", "2026-11-23 00:00+09:00"):
            thursday.move_to(moment)
            factories.make_application()
        thursday.move_to("2026-11-15 23:59+09:00")
        factories.make_application()
        thursday.move_to("2026-11-26 10:00+09:00")

        assert self.numbers(admin)["会員登録の申請"] == (1, 1)

    def test_addresses_that_nobody_verified_are_no_applications(self, admin):
        factories.make_application(status=Application.Status.UNVERIFIED)

        assert self.numbers(admin)["会員登録の申請"] == (0, 0)

    def test_bodies_count_by_the_day_of_their_registration(self, admin):
        for day in ("2026-11-22", "2026-11-23", "2026-11-26"):
            factories.make_organization(joined_on=day)
        factories.make_organization(kind=Organization.Kind.WARD, joined_on="2026-11-24")

        assert self.numbers(admin)["新しい会員団体"] == (2, 1)

    @pytest.mark.parametrize(("is_demonstration", "shown"), [(True, 2), (False, 1)])
    def test_demo_bodies_are_counted_in_the_demonstration_only(
        self, admin, settings, is_demonstration, shown
    ):
        settings.DEMO = is_demonstration
        factories.make_topic(category=factories.make_category(Category.Kind.CALL))
        demo = factories.make_organization(is_demo=True)
        factories.make_topic(
            author=factories.make_user(seat=factories.make_seat(organization=demo))
        )

        response = admin.get(START)

        assert self.numbers(admin)["投稿"] == (shown, 0)
        assert ("見本データを含みます" in text_of(response)) is is_demonstration
