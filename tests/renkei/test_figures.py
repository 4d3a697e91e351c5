"""統計: the figures of a 年度 and of other days, exact at their borders in Japan, without demo data."""

from datetime import date

import pytest
import time_machine
from django.utils import timezone

from board import ending
from board.models import Match, Topic
from members.models import Delivery, Organization
from renkei.figures.period import Period
from renkei.figures.tables import Figures
from tests import factories

Kind, Status = Organization.Kind, Organization.Status
YEAR = Period.of_fiscal_year(2026)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel("2026-11-26 10:00+09:00", tick=False) as traveller:
        yield traveller


def rows(name, period=YEAR, **options):
    table = Figures(period, **options).tables()[name]
    return {row[0]: tuple(row[1:]) for row in table.rows}


def make_person(*, is_demo=False, **fields):
    body = factories.make_organization(is_demo=is_demo)
    return factories.make_user(seat=factories.make_seat(organization=body), **fields)


class TestPeriod:
    def test_fiscal_year_runs_from_april_to_march_in_japan(self):
        assert (YEAR.first, YEAR.last) == (date(2026, 4, 1), date(2027, 3, 31))
        assert YEAR.starts_at.isoformat() == "2026-04-01T00:00:00+09:00"
        assert YEAR.ends_at.isoformat() == "2027-04-01T00:00:00+09:00"
        assert YEAR.label == "令和8年度"

    def test_other_days_are_named_by_their_days(self):
        period = Period(date(2026, 4, 1), date(2026, 9, 30))

        assert period.label == "令和8年4月1日から令和8年9月30日まで"

    @pytest.mark.parametrize(
        ("days", "before"),
        [
            (("2026-04-01", "2027-03-31"), ("2025-04-01", "2026-03-31")),
            (("2024-02-01", "2024-02-29"), ("2023-02-01", "2023-02-28")),
            (("2025-02-01", "2025-02-28"), ("2024-02-01", "2024-02-29")),
        ],
    )
    def test_year_before_has_the_same_days(self, days, before):
        period = Period(*map(date.fromisoformat, days))

        assert period.year_before == Period(*map(date.fromisoformat, before))

    def test_parts_are_whole_but_for_the_first_and_the_last(self):
        period = Period(date(2026, 5, 10), date(2026, 11, 5))

        quarters = [(part.first.isoformat(), part.last.isoformat()) for part in period.parts(3)]

        assert quarters == [
            ("2026-05-10", "2026-06-30"),
            ("2026-07-01", "2026-09-30"),
            ("2026-10-01", "2026-11-05"),
        ]
        assert len(YEAR.parts(1)) == 12
        assert YEAR.parts(3)[3] == Period(date(2027, 1, 1), date(2027, 3, 31))


class TestMembers:
    def summary(self, **options):
        return rows("summary", **options)

    def test_wards_secretariat_and_demo_bodies_are_no_members(self, db):
        factories.make_organization(joined_on="2026-04-01")
        factories.make_organization(kind=Kind.WARD, joined_on="2026-04-01")
        factories.make_organization(is_demo=True, joined_on="2026-04-01")
        factories.make_secretariat()

        assert self.summary()["会員登録（期末）"] == (1, 0)
        assert self.summary(with_demo=True)["会員登録（期末）"] == (2, 0)
        assert rows("members")["群馬県"] == (1, 0, 0, 1)

    def test_registration_counts_on_its_day(self, db):
        for day in ("2025-03-31", "2025-04-01", "2026-03-31", "2026-04-01", "2026-11-26"):
            factories.make_organization(joined_on=day)

        found = self.summary()

        assert found["会員登録（期首）"] == (3, 1)
        assert found["新しく登録した団体"] == (2, 2)
        assert found["会員登録（期末）"] == (5, 3)
        by_month = rows("registrations")
        assert (by_month["2026年4月"], by_month["2026年11月"]) == ((1, 1), (1, 0))
        assert by_month["2027年3月"] == (0, 1)

    def test_body_without_a_day_counts_from_its_first_version(self, db, now):
        now.move_to("2026-03-31 23:59+09:00")
        factories.make_organization()
        now.move_to("2026-04-01 00:00+09:00")
        factories.make_organization()
        now.move_to("2026-11-26 10:00+09:00")

        assert self.summary()["新しく登録した団体"] == (1, 1)

    def test_left_and_returned_bodies_balance_the_year(self, db, now):
        now.move_to("2025-06-01 10:00+09:00")
        stays, leaves, returns, late = (
            factories.make_organization(joined_on="2025-06-01") for _ in range(4)
        )
        self.set_status(returns, Status.SUSPENDED)
        now.move_to("2026-03-31 23:59+09:00")
        self.set_status(leaves, Status.WITHDRAWN)
        now.move_to("2026-04-01 00:00+09:00")
        self.set_status(late, Status.SUSPENDED)
        self.set_status(returns, Status.ACTIVE)
        now.move_to("2026-11-26 10:00+09:00")

        found = self.summary()

        assert found["会員登録（期首）"] == (2, 0)
        assert found["新しく登録した団体"] == (0, 4)
        assert found["退会・利用停止から戻った団体"] == (1, 0)
        assert found["退会・利用停止になった団体"] == (1, 2)
        assert found["会員登録（期末）"] == (2, 2)
        assert stays.status == Status.ACTIVE

    def set_status(self, body, status):
        body.status = status
        body.save()

    def test_end_of_a_running_year_is_the_public_number_of_today(self, db):
        factories.make_organization(joined_on="2020-04-01")
        factories.make_organization()
        gone = factories.make_organization(joined_on="2020-04-01")
        Organization.objects.filter(pk=gone.pk).update(status=Status.SUSPENDED)

        assert self.summary()["会員登録（期末）"][0] == Organization.objects.registered().count()

    def test_members_are_told_by_prefecture_and_kind(self, db):
        factories.make_organization(prefecture="10", kind=Kind.ASSOCIATION, name="群馬県町村会")
        factories.make_organization(prefecture="10")
        factories.make_organization(prefecture="01", kind=Kind.PREFECTURE, name="北海道")

        found = rows("members")

        assert found["群馬県"] == (1, 0, 1, 2)
        assert found["北海道"] == (0, 1, 0, 1)
        assert found["合計"] == (1, 1, 1, 3)
        assert len(found) == 48


class TestAgreements:
    def test_agreements_in_force_and_signed_in_the_year(self, db):
        both = (("甲市長会", "cities"), ("甲町村会", "towns_and_villages"))
        factories.make_regional_agreement(
            parties=both, prefecture="26", signed_on=date(2026, 4, 1), published_count=25
        )
        factories.make_regional_agreement(signed_on=date(2018, 4, 16), published_count=35)
        factories.make_regional_agreement(
            prefecture="01", signed_on=date(2018, 4, 16), ended_on=date(2026, 4, 1)
        )
        factories.make_regional_agreement(prefecture="02", signed_on=date(2026, 11, 27))
        factories.make_corporate_agreement(signed_on=date(2026, 3, 31))

        found = rows("summary")

        assert found["広域連携協定：地域（期末）"] == (2, 2)
        assert found["広域連携協定：締結団体（期末）"] == (3, 2)
        assert found["広域連携協定：期間内に締結した団体"] == (3, 0)
        assert found["広域連携協定：構成自治体（期末）"] == (60, 35)
        assert found["企業との包括連携協定（期末）"] == (1, 1)
        assert found["企業との包括連携協定：期間内の締結"] == (0, 1)


class TestBoard:
    def test_topics_replies_and_answers_count_at_their_moment(self, db, now):
        for moment in ("2026-03-31 23:59:59+09:00", "2026-04-01 00:00+09:00"):
            now.move_to(moment)
            topic = factories.make_topic(
                category=factories.make_category("call"), asks=Topic.Asks.APPLY
            )
            factories.make_reply(topic)
            factories.make_answer(topic)
        now.move_to("2026-11-26 10:00+09:00")

        found = rows("summary")

        assert [found[name] for name in ("投稿", "返信", "回答")] == [(1, 1)] * 3
        assert rows("categories")["分類 call"] == (1, 1, 1)
        assert rows("categories")["合計"] == (1, 1, 1)

    def test_what_is_hidden_waits_or_belongs_to_demo_bodies_is_not_counted(self, db):
        shown = factories.make_topic(asks=Topic.Asks.APPLY)
        hidden, waiting = factories.make_topic(asks=Topic.Asks.APPLY), factories.make_topic()
        factories.make_reply(hidden)
        factories.make_answer(hidden)
        Topic.objects.filter(pk=hidden.pk).update(
            hidden_at=timezone.now(), hidden_reason="個人情報"
        )
        Topic.objects.filter(pk=waiting.pk).update(status=Topic.Status.WAITING)
        demo = make_person(is_demo=True)
        asked = factories.make_topic(author=demo, asks=Topic.Asks.APPLY)
        factories.make_reply(shown, author=demo)
        factories.make_answer(shown, author=demo)
        factories.make_answer(asked)

        found, with_demo = rows("summary"), rows("summary", with_demo=True)

        assert [found[name][0] for name in ("投稿", "返信", "回答")] == [1, 0, 0]
        assert [with_demo[name][0] for name in ("投稿", "返信", "回答")] == [2, 1, 2]

    def test_matches_count_in_their_quarter_and_once(self, db, now, secretary):
        proposal, alone, demo = (
            factories.make_topic(author=make_person(is_demo=is_demo))
            for is_demo in (False, False, True)
        )
        self.agree(proposal, make_person(), at="2026-06-30 23:59+09:00", now=now)
        self.agree(proposal, make_person(), at="2026-07-01 00:00+09:00", now=now)
        self.agree(proposal, make_person(is_demo=True), at="2026-07-01 00:00+09:00", now=now)
        now.move_to("2026-08-01 10:00+09:00")
        self.say_matched(alone)
        self.say_matched(demo)
        now.move_to("2026-11-26 10:00+09:00")

        found = rows("matches")

        assert found["2026年4～6月"] == (1, 0)
        assert found["2026年7～9月"] == (2, 0)
        assert rows("summary")["成立"] == (3, 0)

    def agree(self, proposal, other, *, at, now):
        """Of a consultation; the proposal says 成立 from then on."""
        now.move_to(at)
        consultation = factories.make_topic(author=other)
        Topic.objects.filter(pk=consultation.pk).update(source=proposal)
        Match.objects.create(
            consultation=consultation,
            note="実施します。",
            proposed_by=other,
            organization=other.seat.organization,
            agreed_by=proposal.author,
            agreed_at=timezone.now(),
        )
        Topic.objects.filter(pk=proposal.pk).update(status=Topic.Status.MATCHED)

    def say_matched(self, topic):
        ending.record_outcome(topic, Topic.Status.MATCHED, note="3団体", by=topic.author)


class TestUse:
    def test_body_is_silent_when_nobody_was_seen_for_90_days(self, db):
        old = {"joined_on": "2025-04-01"}
        for seen in ("2026-08-28 10:00+09:00", "2026-08-28 09:59+09:00"):
            body = factories.make_organization(**old)
            factories.make_user(seat=factories.make_seat(organization=body), last_seen_at=seen)
        never = factories.make_organization(name="無人市", **old)
        factories.make_organization(joined_on="2026-11-01")
        factories.make_organization(kind=Kind.WARD)
        factories.make_organization(is_demo=True, **old)

        found = rows("use")

        assert found["市町村"] == found["合計"] == (1, 1, 2)
        assert found["東京23区（別掲）"] == (0, 0, 1)
        silent = Figures(YEAR).tables()["silent"].rows
        assert {row[4] for row in silent} == {"2026-08-28", ""}
        assert never.full_name in {row[1] for row in silent}

    def test_mails_count_by_what_became_of_them(self, db, now):
        demo = make_person(is_demo=True).seat
        for moment, state, seat in (
            ("2026-03-31 23:59+09:00", "sent", None),
            ("2026-04-01 00:00+09:00", "sent", factories.make_seat()),
            ("2026-04-01 00:00+09:00", "bounced", None),
            ("2026-04-01 00:00+09:00", "failed", demo),
        ):
            now.move_to(moment)
            address = f"{state}{moment[:10]}@example.jp"
            Delivery.objects.create(address=address, key="k", state=state, seat=seat)
        now.move_to("2026-11-26 10:00+09:00")

        found = rows("mails")

        assert (found["送信済"], found["不達"], found["失敗"]) == ((1, 1), (1, 0), (0, 0))
        assert found["合計"] == (2, 1)
