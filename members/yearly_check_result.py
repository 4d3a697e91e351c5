"""The result of a 年次確認: per body, per prefecture, as a sheet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from lib import prefectures
from lib.spreadsheets import Row
from members.models import Confirmation, Organization, User, YearlyCheck
from members.models.organization import OrganizationQuerySet
from members.yearly_check import unused

STATES = (
    ("confirmed", "確認済み"),
    ("unconfirmed", "未確認"),
    ("noted", "事務局への連絡あり"),
)
HEADS = (
    "団体コード",
    "都道府県",
    "団体名",
    "種別",
    "状態",
    "確認日",
    "確認した人の担当部署",
    "確認した人",
    "確認時の担当部署の数",
    "確認時の利用者の数",
    "現在の利用者の数",
    "使っていない利用者の数",
    "事務局への連絡",
)


@dataclass(frozen=True)
class Result:
    """One line of the table; `people` and `unused` are those of now."""

    organization: Organization
    confirmation: Confirmation | None
    people: int
    unused: int

    @property
    def state(self) -> str:
        return "確認済み" if self.confirmation else "未確認"

    @property
    def cells(self) -> Row:
        body, confirmation = self.organization, self.confirmation
        return (
            body.local_government.code if body.local_government else "",
            body.get_prefecture_display(),
            body.name,
            body.get_kind_display(),
            self.state,
            *_confirmation_cells(confirmation),
            self.people,
            self.unused,
            confirmation.note if confirmation else "",
        )


@dataclass(frozen=True)
class Total:
    """A prefecture, or all together."""

    name: str
    asked: int
    confirmed: int

    @property
    def unconfirmed(self) -> int:
        return self.asked - self.confirmed


def bodies(check: YearlyCheck, *, prefecture: str = "", state: str = "") -> OrganizationQuerySet:
    """Those asked, and those that confirmed before they left; in the order of the codes."""
    confirmed = Q(pk__in=check.confirmations.values("organization"))
    found = Organization.objects.filter(confirmed | Q(pk__in=check.asked().values("pk")))
    if prefecture:
        found = found.filter(prefecture=prefecture)
    if state == "confirmed":
        found = found.filter(confirmed)
    elif state == "unconfirmed":
        found = found.exclude(confirmed)
    elif state == "noted":
        noted = check.confirmations.exclude(note="")
        found = found.filter(pk__in=noted.values("organization"))
    return found.in_code_order()


def with_numbers(found: OrganizationQuerySet, check: YearlyCheck) -> OrganizationQuerySet:
    """Two queries, however many bodies: results() turns them into lines."""
    confirmations = check.confirmations.select_related("confirmed_by", "seat")
    active = User.objects.filter(is_active=True)
    return (
        found.annotate(people=_count_of(active), unused=_count_of(unused(check)))
        .select_related("local_government")
        .prefetch_related(Prefetch("confirmations", confirmations, to_attr="found"))
    )


def results(found: Iterable[Organization]) -> Iterator[Result]:
    """Of rows of with_numbers(), all or a page of them."""
    for body in found:
        yield Result(body, next(iter(body.found), None), body.people, body.unused)  # type: ignore[attr-defined]


def totals(check: YearlyCheck) -> list[Total]:
    """By prefecture, and all together at the end; one query."""
    confirmed = Count("confirmations", filter=Q(confirmations__yearly_check=check))
    rows = bodies(check).order_by("prefecture").values_list("prefecture")
    lines = [
        Total(prefectures.by_code(code).name, asked, number)
        for code, asked, number in rows.annotate(
            asked=Count("pk", distinct=True), confirmed=confirmed
        )
    ]
    whole = Total("合計", sum(one.asked for one in lines), sum(one.confirmed for one in lines))
    return [*lines, whole]


def _count_of(people: "QuerySet[User]") -> Coalesce:
    """A subquery: two joins would multiply each other."""
    of_body = people.filter(seat__organization=OuterRef("pk")).order_by()
    numbers = of_body.values("seat__organization").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(numbers), 0)


def _confirmation_cells(confirmation: Confirmation | None) -> Row:
    if confirmation is None:
        return ("", "", "", "", "")
    return (
        timezone.localdate(confirmation.confirmed_at).isoformat(),
        confirmation.seat.section,
        confirmation.confirmed_by.name,
        confirmation.seats,
        confirmation.people,
    )
