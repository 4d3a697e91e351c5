"""Mails of notices, written when they are sent: one for one thing, or a digest of several."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from board.mails import Posts, heading, opening, title_of
from board.models import Topic
from board.notifications import mail_lists
from lib.mail import message_id
from lib.wareki import format_date_weekday, format_deadline
from members.mail_lists import DESK
from members.models import Delivery, Notice
from members.sending import stop_token


@dataclass(frozen=True)
class Mail:
    subject: str
    body: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Composer:
    """Writes the mails of one batch; what they need was read once for all of them."""

    posts: Posts
    labels: dict[str, str]

    @classmethod
    def of(cls, posts: Posts) -> "Composer":
        return cls(posts, {item.name: item.label for item in [*mail_lists(), DESK]})

    def of_notice(self, row: Delivery) -> Mail:
        return _of_notice(row, self.posts, self.labels.get(row.mail_list, ""))

    def of_digest(self, rows: list[Delivery]) -> Mail:
        """Grouped by topic, the topic with the newest thing first; `rows` come newest first."""
        return _of_digest(rows, self.posts)


def _of_notice(row: Delivery, posts: Posts, label: str) -> Mail:
    notice: Any = row.notice
    is_of_board = notice.topic is not None
    topic = posts.topic_of(notice)
    context = {
        "seat": row.seat,
        "person": row.user,
        "opening": opening(notice, topic) if topic else notice.text,
        "text": posts.text(row).strip() if is_of_board else "",
        "url": settings.SITE_URL + (topic.get_absolute_url() if topic else notice.path),
        "label": label,
        "is_required": row.is_required,
    }
    body = render_to_string("renkei/mail/notice.txt", context)
    headers = {} if row.is_required else _stop_headers(row)
    if topic:
        thread = message_id(f"topic-{topic.pk}")
        headers |= {"References": thread, "In-Reply-To": thread}
    return Mail(posts.subject(row) if is_of_board else notice.text, body.strip() + "\n", headers)


def _of_digest(rows: list[Delivery], posts: Posts) -> Mail:
    groups = _groups(rows, posts)
    first = rows[0]
    context = {
        "seat": first.seat,
        "person": first.user,
        "number": len(rows),
        "groups": groups,
        "of_desk": [row.notice.text for row in rows if row.notice and row.notice.topic is None],
        "url": settings.SITE_URL + reverse("inbox"),
    }
    day = format_date_weekday(timezone.localdate())
    body = render_to_string("renkei/mail/digest.txt", context)
    subject = f"お知らせのまとめ {len(rows)}件（{day}）"
    return Mail(subject, body.strip() + "\n", _stop_headers(first))


@dataclass
class Group:
    """A topic in a digest, and what happened to it."""

    topic: Topic
    title: str
    is_open: bool
    deadline: str
    happened: list[str]


def _groups(rows: list[Delivery], posts: Posts) -> list[Group]:
    groups: dict[int, Group] = {}
    for row in rows:
        notice = row.notice
        topic = posts.topic_of(notice) if notice else None
        if notice is None or topic is None:
            continue
        is_open = topic.audience == Topic.Audience.ALL
        deadline = topic.deadline if topic.is_accepting else None
        known = format_deadline(deadline) if deadline else ""
        group = groups.setdefault(topic.pk, Group(topic, title_of(topic), is_open, known, []))
        group.happened.append(_line(notice, topic))
    return list(groups.values())


def _line(notice: Notice, topic: Topic) -> str:
    what = heading(notice, topic)
    if notice.kind == Notice.Kind.REPLY and notice.by:
        return (
            f"{what}（{notice.by.organization.full_name} {notice.by.section}、{notice.seq}番から）"
        )
    return what


def _stop_headers(row: Delivery) -> dict[str, str]:
    """RFC 2369 and RFC 8058: a button of the mail program, without log-in."""
    address = settings.SITE_URL + reverse("mail_stop", args=[stop_token(row)])
    return {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
