"""What waits for the secretariat: shown first on the start page of the admin."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from agreements.models import RegionalAgreement
from board.models import Attachment, Report, Topic
from lib.wareki import format_date
from members.models import (
    Application,
    Delivery,
    Introduction,
    MailAddress,
    Organization,
    User,
    YearlyCheck,
)
from members.waves import unsent
from news.models import Event
from renkei.models import JobRun

NOTICE_DAYS = 90


class Asks(StrEnum):
    """What a line asks of the secretariat; the headings of the start page, in their order."""

    DECISION = "決めるもの"
    CARE = "確かめるもの"
    PATIENCE = "返事を待っているもの"


@dataclass(frozen=True)
class Waiting:
    """One line: what, how many, and the list that shows just these."""

    label: str
    url: str
    count: str = ""
    asks: Asks = Asks.DECISION

    @property
    def text(self) -> str:
        return f"{self.label} {self.count}".strip()


def waiting(user: User) -> list[Waiting]:
    """Of what the person may see; empty when nothing waits."""
    lines = [*_decisions(user), *_members(user), *_machines(user), *_agreements(user)]
    return lines + _answers(user)


def by_what_they_ask(lines: list[Waiting]) -> list[tuple[Asks, list[Waiting]]]:
    """Only headings that have a line."""
    grouped = [(asks, [line for line in lines if line.asks == asks]) for asks in Asks]
    return [(asks, found) for asks, found in grouped if found]


def _decisions(user: User) -> list[Waiting]:
    return [
        *_counted(
            user,
            Application.objects.filter(status__in=Application.DECIDABLE),
            "会員登録の申請",
            status__in="received,reviewing",
        ),
        *_counted(
            user,
            Topic.objects.filter(status=Topic.Status.WAITING, approval_note=""),
            "公開前の承認を待つ投稿",
            status__exact="waiting",
            approval_note__isempty=1,
        ),
        *_counted(user, Report.objects.waiting(), "対応していない通報", settled_at__isempty=1),
        *_counted(user, Event.objects.proposed(), "確認を待つイベントの提案", state="proposed"),
        *_counted(
            user,
            Introduction.objects.filter(state=Introduction.State.WANTED),
            "公式Xでの紹介の希望",
            state__exact="wanted",
        ),
        *_counted(
            user,
            Introduction.objects.filter(state=Introduction.State.DRAFTING),
            "作成中の公式Xでの紹介",
            state__exact="drafting",
        ),
        *_unsent(user),
    ]


def _members(user: User) -> list[Waiting]:
    unreachable = Organization.objects.unreachable().exclude(kind=Organization.Kind.SECRETARIAT)
    due = Organization.objects.merger_due(timezone.localdate())
    return [
        *_counted(user, due, "合併した自治体の会員団体", merger="due"),
        *_counted(
            user, unreachable, "メールが届かない会員団体", asks=Asks.CARE, mail="unreachable"
        ),
    ]


def _machines(user: User) -> list[Waiting]:
    return [
        *_counted(
            user,
            Delivery.objects.filter(state=Delivery.State.FAILED),
            "送れなかったメール",
            asks=Asks.CARE,
            state__exact="failed",
        ),
        *_counted(user, MailAddress.objects.bounced(), "不達の宛先", asks=Asks.CARE, bounced="yes"),
        *_counted(
            user, JobRun.objects.unsettled(), "失敗した定期の処理", asks=Asks.CARE, failed="open"
        ),
        *_files(user),
    ]


def _files(user: User) -> list[Waiting]:
    """Waiting ones until they are scanned; those with a virus for a week, as long as one may ask."""
    week_ago = timezone.localtime() - timedelta(days=7)
    midnight = week_ago.replace(hour=0, minute=0, second=0, microsecond=0)
    infected = Attachment.objects.filter(scan=Attachment.Scan.INFECTED, uploaded_at__gte=midnight)
    return [
        *_counted(
            user,
            Attachment.objects.waiting_for_scan(),
            "ウイルス検査を待っている添付ファイル",
            asks=Asks.CARE,
            scan="waiting",
        ),
        *_counted(
            user,
            infected,
            "この1週間にウイルスが見つかった添付ファイル",
            asks=Asks.CARE,
            **{"scan": "infected", "uploaded_at-since": f"{midnight:%Y-%m-%d}"},
        ),
    ]


def _agreements(user: User) -> list[Waiting]:
    in_force = RegionalAgreement.objects.in_force()
    different = in_force.with_computed_count().exclude(published_count=F("computed_count"))
    return [
        *_yearly_check(user),
        *_notices(user),
        *_counted(
            user,
            different,
            "構成自治体数の公表値と算定値が違う協定",
            asks=Asks.CARE,
            count="different",
        ),
        *_counted(
            user,
            in_force.filter(needs_confirmation=True),
            "有効期間などが「要確認」の協定",
            asks=Asks.CARE,
            needs_confirmation__exact=1,
        ),
    ]


def _answers(user: User) -> list[Waiting]:
    """The others' turn: nothing to do but to remind."""
    return _counted(
        user,
        Application.objects.filter(status=Application.Status.RETURNED),
        "修正をお願いしている申請",
        asks=Asks.PATIENCE,
        status__exact="returned",
    )


def _unsent(user: User) -> list[Waiting]:
    if not user.has_perm("members.view_invitationwave"):
        return []
    number = unsent().count()
    url = reverse("admin:members_invitationwave_choose")
    return [Waiting("招待をまだ送っていない担当部署", url, f"{number}件")] if number else []


def _yearly_check(user: User) -> list[Waiting]:
    """The one that runs, until it is closed; else one whose day has come."""
    if not user.has_perm("members.view_yearlycheck"):
        return []
    check = YearlyCheck.objects.running()
    if check is None:
        planned = YearlyCheck.objects.filter(state=YearlyCheck.State.PLANNED)
        return [
            Waiting(f"{check}：開始予定日を過ぎました", _page_of(check, "start"))
            for check in planned.filter(starts_on__lte=timezone.localdate())
        ]
    number, result = check.unconfirmed().count(), _page_of(check, "result")
    if not number:
        return [Waiting("年次確認：すべての会員団体が確認しました", result)]
    query = "?state=unconfirmed"
    return [Waiting("年次確認：未確認の会員団体", result + query, str(number), Asks.PATIENCE)]


def _page_of(check: YearlyCheck, page: str) -> str:
    return reverse(f"admin:members_yearlycheck_{page}", args=[check.pk])


def _notices(user: User) -> list[Waiting]:
    if not user.has_perm("agreements.view_regionalagreement"):
        return []
    due = RegionalAgreement.objects.with_parties().notice_due_within(NOTICE_DAYS)
    return [
        Waiting(
            f"{agreement.party_names}との協定：申出の期限",
            reverse("admin:agreements_regionalagreement_change", args=[agreement.pk]),
            format_date(term.notice_on),
        )
        for agreement in due
        if (term := agreement.current_term) and term.notice_on
    ]


def _counted(
    user: User, rows: QuerySet, label: str, *, asks: Asks = Asks.DECISION, **filters: str | int
) -> list[Waiting]:
    """A line that leads to the list of just these rows; none when there are none."""
    name = rows.model._meta
    if not user.has_perm(f"{name.app_label}.view_{name.model_name}"):
        return []
    number = rows.count()
    if not number:
        return []
    query = f"?{urlencode(filters)}" if filters else ""
    changelist = reverse(f"admin:{name.app_label}_{name.model_name}_changelist")
    return [Waiting(label, changelist + query, f"{number}件", asks)]
