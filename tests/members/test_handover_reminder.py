"""異動予定の確認・引継ぎ: once a year to every seat with a mailbox."""

import pytest
import time_machine
from django.core.exceptions import ValidationError

from members.handover_reminder import send_due
from members.models import Delivery, Organization, SiteText
from renkei import jobs
from tests import factories

Slug = SiteText.Slug
MONDAY = "2027-03-15 09:00+09:00"


@pytest.fixture(autouse=True)
def seat(db):
    with time_machine.travel("2026-11-23 09:00+09:00"):
        factories.make_site_text(Slug.HANDOVER_REMINDER, body="異動のご予定を確認してください。")
    return factories.make_seat(mailbox="kikaku@city.example.jp")


def run_on(moment):
    with time_machine.travel(moment, tick=False):
        return send_due()


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        ("2027-03-14 23:59+09:00", 0),
        (MONDAY, 1),
        ("2027-03-31 23:59+09:00", 1),
        ("2027-04-01 00:00+09:00", 0),
        ("2026-03-15 09:00+09:00", 0),  # a Sunday, and before the text took effect
        ("2028-02-29 09:00+09:00", 0),
    ],
)
def test_mail_goes_out_from_the_first_working_day_until_the_end_of_march(moment, sent):
    assert run_on(moment) == sent


def test_mail_names_the_seat_and_leads_to_the_hand_over(seat):
    run_on(MONDAY)

    delivery = Delivery.objects.get()
    assert (delivery.address, delivery.seat) == ("kikaku@city.example.jp", seat)
    assert delivery.subject == "異動予定の確認・引継ぎ"
    assert "異動のご予定を確認してください。" in delivery.body
    assert "https://portal.example.jp/members/handover/" in delivery.body


def test_mail_goes_out_once_a_fiscal_year():
    for moment in (MONDAY, MONDAY, "2027-03-20 09:00+09:00", "2028-03-15 09:00+09:00"):
        run_on(moment)

    assert Delivery.objects.count() == 2


def test_only_seats_of_active_bodies_with_a_mailbox_are_asked(seat):
    factories.make_seat()
    for status in (Organization.Status.SUSPENDED, Organization.Status.WITHDRAWN):
        body = factories.make_organization(status=status)
        factories.make_seat(organization=body, mailbox="a@gone.example.jp")

    run_on(MONDAY)

    assert [row.seat for row in Delivery.objects.all()] == [seat]


@pytest.mark.parametrize(
    ("day", "moment", "sent"),
    [
        ("３月１日", "2027-03-01 09:00+09:00", 1),
        ("3月20日", "2027-03-22 09:00+09:00", 0),  # 振替休日
        ("3月20日", "2027-03-23 09:00+09:00", 1),
    ],
)
def test_secretariat_chooses_the_day(day, moment, sent):
    with time_machine.travel("2026-11-23 09:00+09:00"):
        factories.make_site_text(Slug.HANDOVER_DAY, body=day)

    assert run_on(moment) == sent


@pytest.mark.parametrize("day", ["", "3月21日", "3月0日", "4月1日", "明日", "3月15日と3月16日"])
def test_day_that_cannot_be_read_is_refused_in_the_admin(day):
    text = SiteText(slug=Slug.HANDOVER_DAY, body=day)

    with pytest.raises(ValidationError) as refusal:
        text.full_clean()

    assert list(refusal.value.message_dict) == ["body"]


def test_empty_text_sends_nothing():
    with time_machine.travel("2026-11-23 09:00+09:00"):
        factories.make_site_text(Slug.HANDOVER_REMINDER, version=2, body="")

    assert run_on(MONDAY) == 0


def test_worker_asks_daily():
    assert {"remind_of_handovers", "finish_handovers"} <= set(jobs.JOBS)
