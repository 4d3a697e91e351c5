"""利用者の棚卸し: every account, who has it, when it was used last, and what the yearly check says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import F, Q
from django.utils import timezone

from lib.spreadsheets import Row
from lib.wareki import format_date
from members import second_factor, staff
from members.models import Confirmation, Organization, User, YearlyCheck
from members.models.account import UserQuerySet

HEADS = (
    *("都道府県", "団体名", "種別", "担当部署", "氏名", "利用者ID", "メールアドレス", "役割"),
    *("事務局での役割", "状態", "登録日", "最後の利用", "二段階認証", "年次確認"),
)
STATES = {
    "active": "利用中",
    "suspended": "利用停止",
    "left": "利用終了",
    "staff": "事務局の役割がある人",
    "never": "一度も利用していない人",
}


def accounts(state: str = "") -> UserQuerySet:
    """In the order of bodies; all of them where the state is none of STATES."""
    conditions = {
        "active": Q(is_active=True),
        "suspended": Q(is_active=False, left_at=None),
        "left": Q(left_at__isnull=False),
        "staff": Q(is_staff=True),
        "never": Q(is_active=True, last_seen_at=None),
    }
    people = User.objects.filter(conditions.get(state, Q())).prefetch_related("groups")
    code = F("seat__organization__local_government__code").asc(nulls_last=True)
    in_order = people.order_by("seat__organization__prefecture", code, "seat", "pk")
    return second_factor.with_factor(in_order.select_related("seat__organization"))


@dataclass(frozen=True)
class Line:
    person: User
    second_factor: str
    check: str

    @property
    def desk(self) -> str:
        if self.person.is_superuser:
            return "すべての権限"
        names = {group.name for group in self.person.groups.all()}
        return next((desk.label for desk in staff.Desk if desk.value in names), "")

    @property
    def cells(self) -> Row:
        person, body = self.person, self.person.seat.organization
        return (
            body.get_prefecture_display(),
            body.name,
            body.get_kind_display(),
            person.seat.section,
            person.name,
            person.username,
            person.email or "",
            person.get_role_display(),
            self.desk,
            person.state,
            f"{timezone.localdate(person.joined_at):%Y-%m-%d}",
            f"{timezone.localdate(person.last_seen_at):%Y-%m-%d}" if person.last_seen_at else "",
            self.second_factor,
            self.check,
        )


def lines(people: Iterable[User]) -> Iterator[Line]:
    """One query more for all, for the check: the one that runs, else the newest that was started."""
    started = YearlyCheck.objects.exclude(started_at=None)
    check = YearlyCheck.objects.running() or started.first()
    found = (
        Confirmation.objects.filter(yearly_check=check) if check else Confirmation.objects.none()
    )
    days = {one.organization_id: format_date(timezone.localdate(one.confirmed_at)) for one in found}
    for person in people:
        yield Line(person, second_factor.describe(person), _check_of(person, check, days))


def _check_of(person: User, check: YearlyCheck | None, days: dict[int, str]) -> str:
    """What the body said, and whether the account is among those that nobody uses."""
    if check is None or person.left_at:
        return "-"
    body = person.seat.organization
    if body.pk in days:
        said = f"{days[body.pk]}確認済み"
    elif body.kind == Organization.Kind.SECRETARIAT or body.status != Organization.Status.ACTIVE:
        said = "対象外"
    else:
        said = "未確認"
    seen = person.last_seen_at or person.joined_at
    is_unused = person.is_active and seen < check.unused_before
    return f"{said}、使っていない" if is_unused else said
