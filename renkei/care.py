"""Everything about one body on one page: what the secretariat needs while somebody telephones.

Each section shows a few rows and leads to the full list; the number of queries depends on nothing.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from board.models import Answer, Topic
from lib.wareki import format_date, format_datetime
from members import second_factor
from members.models import (
    Application,
    CareNote,
    Confirmation,
    Delivery,
    Handover,
    Invitation,
    Organization,
    Seat,
    User,
)
from news.models import Event
from renkei.handover import agreements_of

ROWS = 8
TROUBLES = (Delivery.State.FAILED, Delivery.State.BOUNCED)


class Cell(NamedTuple):
    text: str
    url: str = ""


@dataclass(frozen=True)
class Section:
    """A table of a few rows; `url` leads to all of them."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: list[list[Cell]]
    total: int
    url: str = ""

    @property
    def has_more(self) -> bool:
        return self.total > len(self.rows)


def sections(body: Organization) -> list[Section]:
    return [
        _people(body),
        _seats(body),
        _invitations(body),
        _applications(body),
        _mails(body),
        _topics(body),
        _answers(body),
        _events(body),
        _agreements(body),
    ]


def facts(body: Organization) -> dict[str, Any]:
    """What is asked first."""
    people = User.objects.filter(seat__organization=body, is_active=True)
    confirmation = Confirmation.objects.filter(organization=body).select_related("yearly_check")
    troubles = Delivery.objects.filter(seat__organization=body, state__in=TROUBLES)
    return {
        "former_names": list(body.former_names.order_by("-until")),
        "active": people.aggregate(
            all=Count("pk"), managers=Count("pk", filter=Q(role=User.Role.MANAGER))
        ),
        "last_seen": people.exclude(last_seen_at=None).order_by("-last_seen_at").first(),
        "confirmation": confirmation.order_by("-confirmed_at").first(),
        "handovers": Handover.objects.open().of_body(body.pk).count(),
        "troubles": troubles.count(),
        "troubles_url": _list(
            "delivery", seat__organization__id__exact=body.pk, state__in="failed,bounced"
        ),
    }


def notes(body: Organization) -> QuerySet[CareNote]:
    return body.care_notes.select_related("by", "struck_by")


def _section(
    name: str, title: str, heads: tuple[str, ...], found: QuerySet, row: Any, *, url: str = ""
) -> Section:
    rows = [
        [cell if isinstance(cell, Cell) else Cell(str(cell)) for cell in row(thing)]
        for thing in found[:ROWS]
    ]
    return Section(name, title, heads, rows, found.count(), url)


def _people(body: Organization) -> Section:
    people = User.objects.filter(seat__organization=body).select_related("seat")
    return _section(
        "people",
        "利用者",
        ("氏名", "担当部署", "役割", "状態", "最後の利用", "二段階認証"),
        second_factor.with_factor(people).order_by("-is_active", "seat", "pk"),
        lambda person: (
            Cell(person.name, _page("user", person.pk)),
            person.seat.section,
            person.get_role_display(),
            person.state,
            _moment(person.last_seen_at),
            second_factor.describe(person),
        ),
        url=_list("user", seat__organization__id__exact=body.pk),
    )


def _seats(body: Organization) -> Section:
    active = Count("users", filter=Q(users__is_active=True))
    return _section(
        "seats",
        "担当部署",
        ("部署名", "代表メールアドレス", "電話番号", "利用中の利用者"),
        Seat.objects.filter(organization=body).annotate(active=active).order_by("pk"),
        lambda seat: (
            Cell(seat.section, _page("seat", seat.pk)),
            seat.mailbox or "（なし）",
            f"{seat.telephone} {f'内線 {seat.extension}' if seat.extension else ''}".strip()
            or "（なし）",
            f"{seat.active}人",
        ),
        url=_list("seat", organization__id__exact=body.pk),
    )


def _invitations(body: Organization) -> Section:
    return _section(
        "invitations",
        "登録待ちの招待",
        ("氏名", "担当部署", "送り先", "送った日", "期限"),
        Invitation.objects.open()
        .filter(seat__organization=body)
        .select_related("seat")
        .order_by("-created_at", "-pk"),
        lambda one: (
            Cell(one.name, _page("invitation", one.pk)),
            one.seat.section,
            one.address or "（まだ送っていません）",
            _day(one.sent_at),
            _term(one),
        ),
        url=_list("invitation", seat__organization__id__exact=body.pk),
    )


def _term(invitation: Invitation) -> str:
    if invitation.sent_at is None or invitation.expires_at is None:
        return "-"
    day = _day(invitation.expires_at)
    return day if invitation.expires_at > timezone.now() else f"{day}（過ぎています）"


def _applications(body: Organization) -> Section:
    of_body = Q(invitation__seat__organization=body)
    filters = {"invitation__seat__organization__id__exact": body.pk}
    if body.local_government_id:
        of_body |= Q(local_government=body.local_government_id)
        filters = {"local_government__id__exact": body.local_government_id}
    return _section(
        "applications",
        "会員登録申請",
        ("申請日", "状態", "部署名・担当者名", "申請の方法", "入力した人"),
        Application.objects.filter(of_body)
        .select_related("entered_by", "local_government")
        .order_by("-created_at", "-pk"),
        lambda one: (
            Cell(_day(one.created_at), _page("application", one.pk)),
            one.get_status_display(),
            f"{one.section} {one.contact_name}".strip() or "（消去しました）",
            one.channel_label or "画面から",
            one.entered_by.name if one.entered_by else "",
        ),
        url=_list("application", **filters),
    )


def _mails(body: Organization) -> Section:
    mails = Delivery.objects.filter(seat__organization=body).select_related("notice")
    return _section(
        "mails",
        "メール",
        ("作成日時", "件名", "宛先", "状態"),
        mails.order_by("-created_at", "-pk"),
        lambda mail: (
            _moment(mail.created_at),
            Cell(mail.subject or str(mail.notice), _page("delivery", mail.pk)),
            mail.address,
            f"{mail.get_state_display()}　{mail.reason}".strip(),
        ),
        url=_list("delivery", seat__organization__id__exact=body.pk),
    )


def _topics(body: Organization) -> Section:
    return _section(
        "topics",
        "掲示板の投稿",
        ("公開日時", "件名", "状態", "返信"),
        Topic.objects.filter(organization=body).order_by("-publish_at", "-pk"),
        lambda topic: (
            _moment(topic.publish_at),
            Cell(topic.title, reverse("admin:board_topic_change", args=[topic.pk])),
            f"{topic.get_status_display()}{'（非表示）' if topic.hidden_at else ''}",
            f"{topic.reply_count}件",
        ),
        url=f"{reverse('admin:board_topic_changelist')}?organization__id__exact={body.pk}",
    )


def _answers(body: Organization) -> Section:
    return _section(
        "answers",
        "ほかの団体の投稿への回答",
        ("回答日時", "投稿", "回答", "回答した人"),
        Answer.objects.filter(organization=body)
        .select_related("topic", "answered_by")
        .order_by("-answered_at", "-pk"),
        lambda answer: (
            _moment(answer.answered_at),
            Cell(answer.topic.title, reverse("board:topic", args=[answer.topic_id])),
            answer.text,
            "前任者" if answer.answered_by.left_at else answer.answered_by.name,
        ),
    )


def _events(body: Organization) -> Section:
    return _section(
        "events",
        "提案したイベント",
        ("開催日", "名称", "状態"),
        Event.objects.filter(seat__organization=body).defer("folded").order_by("-starts_on", "-pk"),
        lambda event: (
            format_date(event.starts_on),
            Cell(event.name, reverse("admin:news_event_change", args=[event.pk])),
            event.proposal_state.text if event.is_draft else event.state,
        ),
        url=f"{reverse('admin:news_event_changelist')}?seat__organization__id__exact={body.pk}",
    )


def _agreements(body: Organization) -> Section:
    """As a constituent, or as the party itself."""
    return _section(
        "agreements",
        "広域連携協定（締結団体または構成自治体として）",
        ("協定締結日", "締結団体"),
        agreements_of(body),
        lambda agreement: (
            format_date(agreement.signed_on),
            Cell(
                agreement.party_names,
                reverse("admin:agreements_regionalagreement_change", args=[agreement.pk]),
            ),
        ),
        url=reverse("admin:agreements_regionalagreement_changelist"),
    )


def _page(model: str, pk: int) -> str:
    return reverse(f"admin:members_{model}_change", args=[pk])


def _list(model: str, **filters: Any) -> str:
    return f"{reverse(f'admin:members_{model}_changelist')}?{urlencode(filters)}"


def _day(moment: Any) -> str:
    return format_date(timezone.localdate(moment)) if moment else "-"


def _moment(moment: Any) -> str:
    return format_datetime(timezone.localtime(moment)) if moment else "-"
