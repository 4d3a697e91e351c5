"""受信箱: notices of the own section, only of what the person may still see."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, RowNumber

from board.mails import heading, path_of
from board.models import Reply, Topic
from members.models import Notification, NotificationRead, User

GROUPS_PER_PAGE = 20
LINES_PER_GROUP = 5
# More are shown as 99+.
MOST = 100
_HIDDEN = Reply.objects.filter(
    topic=OuterRef("notice__topic"), seq=OuterRef("notice__seq"), hidden_at__isnull=False
)


def visible(user: User) -> Any:
    """A topic or a reply that was hidden takes its notices along, and brings them back."""
    # One after the other: as a list of all visible topics it would be read whole.
    topic = Topic.objects.visible_to(user).filter(pk=OuterRef("notice__topic"))
    found = Notification.objects.of(user).filter(~Exists(_HIDDEN))
    return found.filter(Q(notice__topic=None) | Exists(topic))


def unread_count(user: User) -> int:
    """At most MOST, of the newest so many.

    visible(user).unread_by(user), which every page of a member asks for: what mostly leaves nothing
    comes first, and the topics only where there is one.
    """
    unread = Notification.objects.unread_by(user).filter(~Exists(_HIDDEN))
    topics = list(unread.values_list("notice__topic", flat=True)[:MOST])
    about = {topic for topic in topics if topic}
    if about:
        found = Topic.objects.visible_to(user).filter(pk__in=about).order_by()
        about = set(found.values_list("pk", flat=True))
    return sum(topic is None or topic in about for topic in topics)


@dataclass(frozen=True)
class Line:
    text: str
    url: str
    notification: Notification


@dataclass(frozen=True)
class Group:
    """What happened to one topic, the newest first; or one notice without a topic."""

    topic: Topic | None
    unread: int
    lines: list[Line]
    more: int

    @property
    def newest(self) -> Line:
        return self.lines[0]


def page_of_groups(user: User, number: str, *, only_unread: bool) -> Page:
    """Its object_list is a list of Group."""
    grouped = visible(user).annotate(group=_GROUP)
    if only_unread:
        grouped = grouped.unread_by(user)
    rows = grouped.annotate(is_unread=_is_unread(user)).order_by().values("group")
    rows = rows.annotate(newest=Max("pk"), unread=Count("pk", filter=Q(is_unread=True)))
    page = Paginator(rows.order_by("-newest"), GROUPS_PER_PAGE).get_page(number)
    page.object_list = _groups(user, list(page.object_list))
    return page


_GROUP = Coalesce(
    Cast("notice__topic", BigIntegerField()), F("notice_id") * -1, output_field=BigIntegerField()
)


def _is_unread(user: User) -> Case:
    read = NotificationRead.objects.filter(notification=OuterRef("pk"), user=user)
    return Case(
        When(~Exists(read) & Q(created_at__gte=user.joined_at), then=True),
        default=False,
        output_field=BooleanField(),
    )


def _groups(user: User, rows: list[dict[str, int]]) -> list[Group]:
    keys = [row["group"] for row in rows]
    topics = Topic.objects.with_row().in_bulk([key for key in keys if key > 0])
    lines: dict[int, list[Line]] = defaultdict(list)
    totals: dict[int, int] = {}
    for one in _newest_of(visible(user).annotate(group=_GROUP).filter(group__in=keys)):
        lines[one.group].append(_line(one, topics.get(one.group)))
        totals[one.group] = one.total
    return [
        Group(topics.get(key), row["unread"], lines[key], totals[key] - len(lines[key]))
        for key, row in zip(keys, rows, strict=True)
    ]


def _newest_of(found: Any) -> Any:
    """A few of each group, with the number of all: a topic may have thousands."""
    place = Window(RowNumber(), partition_by="group", order_by="-pk")
    total = Window(Count("pk"), partition_by="group")
    few = found.annotate(place=place, total=total).filter(place__lte=LINES_PER_GROUP)
    return few.select_related("notice").order_by("-pk")


def _line(one: Notification, topic: Topic | None) -> Line:
    notice = one.notice
    if topic is None:
        return Line(notice.text, notice.path, one)
    text = notice.text or heading(notice, topic)
    if notice.seq:
        text = f"{text}（{notice.seq}番から）"
    return Line(text, path_of(notice, topic), one)
