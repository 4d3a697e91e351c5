"""The figures of a period as tables: what the page shows, and what is exported for the yearly report."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.utils import timezone

from agreements.models import CorporateAgreement, RegionalAgreement
from agreements.registers import Register
from lib.prefectures import PREFECTURES
from lib.spreadsheets import Row
from members.models import Delivery, Organization
from renkei.figures import board, use
from renkei.figures.membership import Membership
from renkei.figures.period import Period

TOTAL = "合計"


@dataclass(frozen=True)
class Table:
    """`name` is in its address, `title` above it and on its sheet."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: list[Row]
    note: str = ""


@dataclass(frozen=True)
class Figures:
    """Everything is read once, in a number of queries that does not depend on the rows."""

    period: Period
    with_demo: bool = False

    @property
    def periods(self) -> tuple[Period, Period]:
        return (self.period, self.period.year_before)

    @property
    def day(self) -> date:
        """On which stocks are counted: the end of the period, or today."""
        return min(self.period.last, timezone.localdate())

    @cached_property
    def membership(self) -> Membership:
        return Membership.load(with_demo=self.with_demo)

    @cached_property
    def agreements(self) -> list[RegionalAgreement]:
        return list(RegionalAgreement.objects.with_parties())

    @cached_property
    def companies(self) -> list[CorporateAgreement]:
        return list(CorporateAgreement.objects.all())

    @cached_property
    def happened(self) -> list[board.Happened]:
        return board.happened(self.periods, with_demo=self.with_demo)

    @cached_property
    def matches(self) -> list[datetime]:
        return board.match_moments(with_demo=self.with_demo)

    def register_on(self, day: date) -> Register:
        return Register([row for row in self.agreements if _in_force(row, day)])

    def members_by_prefecture(self) -> Counter[str]:
        return Counter(body.prefecture for body in self.membership.on(self.day))

    def tables(self) -> dict[str, Table]:
        """In the order of the page."""
        made = (
            self._summary(),
            self._members(),
            self._registrations(),
            self._categories(),
            self._matches(),
            self._use(),
            self._silent(),
            self._mails(),
        )
        return {table.name: table for table in made}

    @property
    def _heads(self) -> tuple[str, str]:
        now, before = self.periods
        return now.label, before.label

    def _summary(self) -> Table:
        columns = zip(*(self._column(place) for place in range(2)), strict=True)
        rows: list[Row] = [(label, now, before) for (label, now), (_, before) in columns]
        without = "東京23区と事務局" if self.with_demo else "東京23区、事務局、見本の団体"
        note = f"会員登録に、{without}は含みません。構成自治体は、公表している数です。"
        return Table("summary", "全体", ("項目", *self._heads), rows, note)

    def _column(self, place: int) -> list[tuple[str, int]]:
        period, happened = self.periods[place], self.happened[place]
        return [
            *self._membership_rows(period),
            *self._agreement_rows(period),
            ("投稿", happened.topics.total()),
            ("返信", happened.replies.total()),
            ("回答", happened.answers.total()),
            ("成立", board.number_within(self.matches, period)),
        ]

    def _membership_rows(self, period: Period) -> list[tuple[str, int]]:
        change = self.membership.change(period)
        return [
            ("会員登録（期首）", len(change.before)),
            ("新しく登録した団体", len(change.joined)),
            ("退会・利用停止から戻った団体", len(change.returned)),
            ("退会・利用停止になった団体", len(change.left)),
            ("会員登録（期末）", len(change.after)),
        ]

    def _agreement_rows(self, period: Period) -> list[tuple[str, int]]:
        day = min(period.last, timezone.localdate())
        register = self.register_on(day)
        new = Register([row for row in self.agreements if _signed_in(row, period)])
        return [
            ("広域連携協定：地域（期末）", register.region_count),
            ("広域連携協定：締結団体（期末）", register.party_count),
            ("広域連携協定：期間内に締結した団体", new.party_count),
            ("広域連携協定：構成自治体（期末）", register.published_total),
            ("企業との包括連携協定（期末）", sum(_in_force(row, day) for row in self.companies)),
            (
                "企業との包括連携協定：期間内の締結",
                sum(_signed_in(row, period) for row in self.companies),
            ),
        ]

    def _members(self) -> Table:
        kinds = Organization.REGISTERING_KINDS
        found = Counter((body.prefecture, body.kind) for body in self.membership.on(self.day))
        numbers = {
            prefecture.name: [found[prefecture.code, kind] for kind in kinds]
            for prefecture in PREFECTURES
        }
        rows: list[Row] = [(name, *row, sum(row)) for name, row in numbers.items()]
        sums = _sums(numbers.values())
        head = ("都道府県", *(kind.label for kind in kinds), "計")
        rows.append((TOTAL, *sums, sum(sums)))
        return Table("members", "都道府県別の会員団体", head, rows)

    def _registrations(self) -> Table:
        now, before = self.periods
        pairs = zip(now.parts(1), before.parts(1), strict=False)
        rows: list[Row] = [
            (_month(part), *(len(self.membership.joined_in(one)) for one in (part, old)))
            for part, old in pairs
        ]
        return Table("registrations", "月別の新しい会員登録", ("月", "団体数", "前の年"), rows)

    def _categories(self) -> Table:
        now = self.happened[0]
        rows: list[Row] = [
            (row.name, now.topics[row.pk], now.replies[row.pk], now.answers[row.pk])
            for row in board.categories()
        ]
        rows.append((TOTAL, now.topics.total(), now.replies.total(), now.answers.total()))
        note = "公開した投稿です。非表示の投稿と返信、2団体の個別の相談は数えません。"
        head = ("分類", "投稿", "返信", "回答")
        return Table("categories", "分類別の投稿・返信・回答", head, rows, note)

    def _matches(self) -> Table:
        now, before = self.periods
        rows: list[Row] = [
            (_quarter(part), *(board.number_within(self.matches, one) for one in (part, old)))
            for part, old in zip(now.parts(3), before.parts(3), strict=False)
        ]
        return Table("matches", "四半期別の成立", ("四半期", "件数", "前の年"), rows)

    def _use(self) -> Table:
        found = use.use_by_kind(with_demo=self.with_demo)
        numbers = {
            kind.label: found.get(kind, (0, 0, 0)) for kind in Organization.REGISTERING_KINDS
        }
        rows: list[Row] = [(label, *row) for label, row in numbers.items()]
        wards = found.get(Organization.Kind.WARD, (0, 0, 0))
        rows += [(TOTAL, *_sums(numbers.values())), ("東京23区（別掲）", *wards)]
        head = ("種別", "90日以内に利用あり", "登録から90日以内で利用なし", "90日以上利用なし")
        return Table("use", "利用の状況（今日）", head, rows)

    def _silent(self) -> Table:
        rows: list[Row] = [
            (
                *(body.get_prefecture_display(), body.full_name, body.get_kind_display()),
                body.joined_on.isoformat() if body.joined_on else "",
                timezone.localdate(seen_at).isoformat() if seen_at else "",
            )
            for body, seen_at in use.silent_bodies(with_demo=self.with_demo)
        ]
        head = ("都道府県", "団体名", "種別", "会員登録日", "最後の利用")
        return Table("silent", "90日以上利用のない団体（今日）", head, rows)

    def _mails(self) -> Table:
        found = use.mails_by_state(self.periods, with_demo=self.with_demo)
        numbers = {label: found.get(state, [0, 0]) for state, label in Delivery.State.choices}
        rows: list[Row] = [(label, *row) for label, row in numbers.items()]
        rows.append((TOTAL, *_sums(numbers.values())))
        return Table("mails", "メールの結果", ("結果", "通数", "前の年"), rows)


def _sums(rows: Iterable[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


def _in_force(row: RegionalAgreement | CorporateAgreement, day: date) -> bool:
    return row.signed_on <= day and row.is_in_force(day)


def _signed_in(row: RegionalAgreement | CorporateAgreement, period: Period) -> bool:
    return period.first <= row.signed_on <= period.last


def _month(part: Period) -> str:
    return f"{part.first.year}年{part.first.month}月"


def _quarter(part: Period) -> str:
    months = (
        f"{part.first.month}月"
        if part.first.month == part.last.month
        else (f"{part.first.month}～{part.last.month}月")
    )
    return f"{part.first.year}年{months}"
