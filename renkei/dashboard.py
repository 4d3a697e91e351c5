"""What waits for the secretariat: shown first on the start page of the admin."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from agreements.models import RegionalAgreement
from board.models import Report, Topic
from lib.wareki import format_date
from members.models import (
    Application,
    Delivery,
    Introduction,
    MailAddress,
    Organization,
    YearlyCheck,
)
from members.waves import unsent
from news.models import Event
from renkei.models import JobRun

NOTICE_DAYS = 90


@dataclass(frozen=True)
class Waiting:
    """One line: what, how many, and the list that shows just these."""

    text: str
    url: str


def waiting() -> list[Waiting]:
    """Empty when nothing waits."""
    agreements = "agreements_regionalagreement"
    in_force = RegionalAgreement.objects.in_force()
    different = in_force.with_computed_count().exclude(published_count=F("computed_count"))
    return [
        *_counted(
            Application.objects.filter(status__in=Application.DECIDABLE),
            "会員登録の申請",
            "members_application",
            status__in="received,reviewing",
        ),
        *_counted(
            Topic.objects.filter(status=Topic.Status.WAITING, approval_note=""),
            "公開前の承認を待つ投稿",
            "board_topic",
            status__exact="waiting",
        ),
        *_counted(
            Report.objects.waiting(), "対応していない通報", "board_report", settled_at__isempty=1
        ),
        *_counted(
            Event.objects.proposed(), "確認を待つイベントの提案", "news_event", state="proposed"
        ),
        *_counted(
            Introduction.objects.filter(state=Introduction.State.WANTED),
            "公式Xでの紹介の希望",
            "members_introduction",
            state__exact="wanted",
        ),
        *_unsent(),
        *_counted(
            Organization.objects.merger_due(timezone.localdate()),
            "合併した自治体の会員団体",
            "members_organization",
            merger="due",
        ),
        *_counted(
            Delivery.objects.filter(state=Delivery.State.FAILED),
            "送れなかったメール",
            "members_delivery",
            state__exact="failed",
        ),
        *_counted(
            Organization.objects.unreachable().exclude(kind=Organization.Kind.SECRETARIAT),
            "メールが届かない会員団体",
            "members_organization",
            mail="unreachable",
        ),
        *_counted(
            MailAddress.objects.bounced(), "不達の宛先", "members_mailaddress", bounced="yes"
        ),
        *_counted(JobRun.objects.exclude(failure=""), "失敗した定期の処理", "renkei_jobrun"),
        *_yearly_check(),
        *_notices(),
        *_counted(
            different, "構成自治体数の公表値と算定値が違う協定", agreements, count="different"
        ),
        *_counted(
            in_force.filter(needs_confirmation=True),
            "有効期間などが「要確認」の協定",
            agreements,
            needs_confirmation__exact=1,
        ),
    ]


def _unsent() -> list[Waiting]:
    number = unsent().count()
    url = reverse("admin:members_invitationwave_choose")
    return [Waiting(f"招待をまだ送っていない担当部署 {number}件", url)] if number else []


def _yearly_check() -> list[Waiting]:
    """The one that runs, until it is closed; else one whose day has come."""
    check = YearlyCheck.objects.running()
    if check is None:
        planned = YearlyCheck.objects.filter(state=YearlyCheck.State.PLANNED)
        return [
            Waiting(f"{check}：開始予定日を過ぎました", _page_of(check, "start"))
            for check in planned.filter(starts_on__lte=timezone.localdate())
        ]
    number = check.unconfirmed().count()
    text = f"未確認の会員団体 {number}" if number else "すべての会員団体が確認しました"
    query = "?state=unconfirmed" if number else ""
    return [Waiting(f"年次確認：{text}", _page_of(check, "result") + query)]


def _page_of(check: YearlyCheck, page: str) -> str:
    return reverse(f"admin:members_yearlycheck_{page}", args=[check.pk])


def _notices() -> list[Waiting]:
    due = RegionalAgreement.objects.with_parties().notice_due_within(NOTICE_DAYS)
    return [
        Waiting(
            f"{agreement.party_names}との協定：申出の期限 {format_date(term.notice_on)}",
            reverse("admin:agreements_regionalagreement_change", args=[agreement.pk]),
        )
        for agreement in due
        if (term := agreement.current_term) and term.notice_on
    ]


def _counted(rows: QuerySet, text: str, model: str, **filters: str | int) -> list[Waiting]:
    """A line that leads to the list of just these rows; none when there are none."""
    number = rows.count()
    if not number:
        return []
    query = f"?{urlencode(filters)}" if filters else ""
    return [Waiting(f"{text} {number}件", reverse(f"admin:{model}_changelist") + query)]
