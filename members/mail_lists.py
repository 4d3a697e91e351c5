"""What an address can be mailed about, and how often it wants to be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lib.working_days import next_morning, next_week_morning
from members.models import MailSetting, Rhythm, Seat, User


@dataclass(frozen=True)
class MailList:
    """`name` is stored; `default` holds for an address that has chosen nothing."""

    name: str
    label: str
    explanation: str
    default: Rhythm = Rhythm.AT_ONCE


REQUESTS = MailList(
    "requests",
    "貴団体への依頼",
    "貴団体あての投稿、個別の相談、回答の締切が近いときのお知らせ",
)
OWN = MailList(
    "own", "貴部署の投稿への回答・返信", "届いたものを読むまで、同じ投稿については1通だけ送ります。"
)
WATCHED = MailList(
    "watched",
    "更新通知を受け取る投稿",
    "新しい返信、締切の変更、結果。読むまで、同じ投稿への返信については1通だけ送ります。",
    Rhythm.DAILY,
)
DESK = MailList("desk", "事務局の仕事", "通報、協定の申出の期限")

Settings = dict[tuple[int, int | None, str], Rhythm]


def settings_of(seats: Iterable[Seat], names: Iterable[str]) -> Settings:
    """What has been chosen, by seat, person (None: the mailbox) and list; one query."""
    rows = MailSetting.objects.filter(seat__in=[seat.pk for seat in seats], mail_list__in=names)
    return {
        (seat, user, name): Rhythm(rhythm)
        for seat, user, name, rhythm in rows.values_list("seat", "user", "mail_list", "rhythm")
    }


def due_at(rhythm: Rhythm, now: datetime) -> datetime:
    """When mail of this rhythm goes out."""
    if rhythm == Rhythm.DAILY:
        return next_morning(now)
    return next_week_morning(now) if rhythm == Rhythm.WEEKLY else now


def choose(seat: Seat, user: User | None, name: str, rhythm: str) -> None:
    """By the section for its mailbox, by a person for the own address, or by a link in a mail."""
    MailSetting.objects.update_or_create(
        seat=seat, user=user, mail_list=name, defaults={"rhythm": rhythm}
    )
