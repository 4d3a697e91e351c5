"""名簿: the table of answers as a sheet, and the files of all answers."""

from collections.abc import Iterable
from datetime import datetime
from typing import IO

from django.utils import timezone

from board import kinds
from board.answering import Line, Roster
from board.models import Attachment, Category, Topic
from board.models.attachment import AttachmentQuerySet
from lib import archives

HEADS = ("団体コード", "都道府県", "団体名", "種別", "回答", "数量", "メッセージ")
OF_PERSON = (
    "部署名",
    "回答した人",
    "代表メールアドレス",
    "電話番号",
    "回答日時",
    "変更日時",
    "確認日時",
)


def table(roster: Roster) -> tuple[list[str], list[list[str | int | None]]]:
    """Heads and rows: every body that was asked, those without an answer too. Times in 西暦."""
    lines = kinds.DELIVERY if roster.topic.category.kind == Category.Kind.PAMPHLET else ()
    heads = [*HEADS, *(line.label for line in lines), *OF_PERSON]
    return heads, [_row(line, [item.name for item in lines]) for line in roster.lines]


def _row(line: Line, names: list[str]) -> list[str | int | None]:
    body, answer = line.organization, line.answer
    code = body.local_government.code if body.local_government else ""
    fixed: list[str | int | None] = [
        code,
        body.get_prefecture_display(),
        body.name,
        body.get_kind_display(),
        answer.text if answer else "未回答",
        answer.quantity if answer else None,
        answer.message if answer else "",
    ]
    details = [str(answer.details.get(name, "")) if answer else "" for name in names]
    return [*fixed, *details, *_person(line)]


def _person(line: Line) -> list[str | int | None]:
    answer, confirmed = line.answer, line.acknowledgement
    seat = answer.seat if answer else None
    return [
        seat.section if seat else "",
        answer.answered_by.name if answer else "",
        seat.mailbox if seat else "",
        seat.telephone if seat else "",
        _moment(answer.answered_at) if answer else "",
        _moment(answer.changed_at) if answer and answer.changed_at else "",
        _moment(confirmed.at) if confirmed else "",
    ]


def _moment(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def archive(attachments: Iterable[Attachment]) -> IO[bytes]:
    """One ZIP; each file carries the name of the body that sent it."""
    named = (
        (f"{file.organization.full_name}_{file.name}", file.file.open()) for file in attachments
    )
    return archives.zip_of(named)


def files_of(topic: Topic) -> AttachmentQuerySet:
    """Of all answers, by prefecture."""
    found = Attachment.objects.clean().filter(answer__topic=topic)
    return found.select_related("organization").order_by("organization__prefecture", "id")
