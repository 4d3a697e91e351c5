"""Everything about a person by name, address, telephone or 利用者ID, across all apps."""

from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace
from django.urls import reverse

from board.models import Answer, Reply, Report, Topic
from lib.text import half_width
from members.models import (
    Application,
    CareNote,
    Delivery,
    Draft,
    Handover,
    Invitation,
    MailAddress,
    Notice,
    Seat,
    User,
)
from news.models import Entry, Event
from renkei.care import Cell

ROWS = 20
# A telephone number is compared without its dashes.
DIGITS = 6


class Place(NamedTuple):
    label: str
    total: int
    rows: list[list[Cell]]


class Source(NamedTuple):
    """Where to look: people's names, telephones and other columns; how a row is shown."""

    label: str
    rows: QuerySet[Any]
    names: tuple[str, ...] = ()
    telephones: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    # Of members/, whose rows have a page in the admin; `person` leads to the page of the person.
    page: str = ""
    person: str = ""


def search(q: str) -> list[Place]:
    """Those with hits, each with the first rows."""
    found = []
    for source in _sources():
        rows = _matching(source, q)
        if total := rows.count():
            shown = [_cells(source, row) for row in rows[:ROWS]]
            found.append(Place(source.label, total, shown))
    return found


def _sources() -> list[Source]:
    of_seat = "seat__organization"
    return [
        Source(
            "利用者",
            User.objects.select_related(of_seat),
            ("name",),
            (),
            ("email", "username"),
            "members_user",
            "user",
        ),
        Source(
            "会員登録申請",
            Application.objects.select_related("local_government"),
            ("contact_name",),
            ("telephone",),
            ("email", "purpose", "note"),
            "members_application",
            "application",
        ),
        Source(
            "招待",
            Invitation.objects.select_related(of_seat),
            ("name",),
            (),
            ("address",),
            "members_invitation",
            "invitation",
        ),
        Source(
            "参加申込",
            Entry.objects.select_related("event"),
            ("name",),
            ("telephone",),
            ("email", "note"),
            "news_entry",
            "entry",
        ),
        Source(
            "担当部署",
            Seat.objects.select_related("organization"),
            (),
            ("telephone",),
            ("mailbox",),
            "members_seat",
        ),
        Source("宛先", MailAddress.objects.all(), (), (), ("address",), "members_mailaddress"),
        Source(
            "メール",
            Delivery.objects.select_related("notice"),
            (),
            (),
            ("address", "subject", "body"),
            "members_delivery",
        ),
        Source("知らせ", Notice.objects.all(), (), (), ("text",), "members_notice"),
        Source(
            "応対記録",
            CareNote.objects.select_related("organization"),
            ("spoken_to",),
            (),
            ("text",),
            "members_carenote",
        ),
        Source(
            "引継ぎ",
            Handover.objects.select_related(of_seat),
            ("predecessor__name", "invitation__name"),
            page="members_handover",
        ),
        Source(
            "投稿",
            Topic.objects.all(),
            ("author__name",),
            (),
            ("title", "summary", "body"),
            "board_topic",
        ),
        Source(
            "返信",
            Reply.objects.select_related("topic"),
            ("author__name",),
            (),
            ("body",),
            "board_reply",
        ),
        Source(
            "回答",
            Answer.objects.select_related("topic", "organization"),
            ("answered_by__name",),
            (),
            ("message",),
        ),
        Source(
            "通報",
            Report.objects.select_related("topic", "reply"),
            ("reported_by__name",),
            (),
            ("reason",),
            "board_report",
        ),
        Source(
            "イベント",
            Event.objects.defer("folded"),
            ("proposed_by__name",),
            (),
            ("contact", "body"),
            "news_event",
        ),
        Source(
            "下書き", Draft.objects.open().select_related(of_seat), ("user__name",), (), ("title",)
        ),
    ]


def _matching(source: Source, q: str) -> QuerySet[Any]:
    rows, found = source.rows, Q(pk__in=[])
    for number, column in enumerate(source.names):
        # 見本花子 finds 見本 花子, and the other way round.
        rows = rows.annotate(**{f"bare_{number}": _without(column, " ", "　")})
        found |= Q(**{f"bare_{number}__icontains": "".join(q.split())})
    digits = "".join(letter for letter in half_width(q) if letter.isdigit())
    if len(digits) >= DIGITS:
        for number, column in enumerate(source.telephones):
            rows = rows.annotate(**{f"digits_{number}": _without(column, "-", " ")})
            found |= Q(**{f"digits_{number}__contains": digits})
    for column in source.others:
        found |= Q(**{f"{column}__icontains": q})
    return rows.filter(found).order_by("-pk")


def _without(column: str, *letters: str) -> Any:
    bare: Any = F(column)
    for letter in letters:
        bare = Replace(bare, Value(letter), Value(""))
    return bare


def _cells(source: Source, row: Any) -> list[Cell]:
    page = reverse(f"admin:{source.page}_change", args=[row.pk]) if source.page else ""
    shown = [Cell(_text(row), page)]
    if source.person:
        address = reverse("admin:personal_person", args=[source.person, row.pk])
        shown.append(Cell("残っている情報をすべて見る", address))
    return shown


def _text(row: Any) -> str:
    return f"{row.contact_name}　{row}" if isinstance(row, Application) else str(row)
