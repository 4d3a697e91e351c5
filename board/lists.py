"""Lists of topics: filters as an address that can be shared, within what the person may see."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from board.models import Answer, Attachment, Category, TodoMark, Topic
from board.models.topic import TopicQuerySet
from board.reading import is_unread, with_seen, with_unread
from lib import prefectures
from lib.forms import ANY, LongSelect
from lib.text import words
from lib.wareki import fiscal_year, format_fiscal_year
from members.models import Theme, User

TOPICS_PER_PAGE = 20
DUE_SOON = 5
FIRST_FISCAL_YEAR = 2026
# What a row shows: no texts.
_SHOWN = (
    *("title", "summary", "audience", "status", "deadline", "publish_at", "hidden_at", "asks"),
    *("pinned_until", "reply_count", "newest_seq", "active_at", "requires_acknowledgement"),
    *(f"category__{name}" for name in ("name", "slug", "kind")),
    *(f"organization__{name}" for name in ("kind", "name", "prefecture")),
)
_HAS_FILES = Exists(Attachment.objects.filter(topic=OuterRef("pk")))
# Unread are counted among so many that moved last.
RECENT = 300


class TopicFilter(forms.Form):
    """Every field is optional; a value that makes no sense is named, and nothing is filtered by it."""

    STATES = (ANY, ("open", "受付中・公開中"), ("soon", "締切間近"), ("ended", "受付終了など"))
    DEADLINES = (ANY, ("7", "7日以内"), ("30", "30日以内"))
    SORTS: tuple[tuple[str, str], ...] = (
        ("", "新しい動きの順"),
        ("new", "投稿の新しい順"),
        ("deadline", "締切の近い順"),
    )

    category = forms.ModelChoiceField(
        label="分類",
        queryset=Category.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="すべて",
        widget=LongSelect,
    )
    status = forms.ChoiceField(label="状態", choices=STATES, required=False, widget=LongSelect)
    prefecture = forms.ChoiceField(
        label="都道府県", choices=[ANY, *prefectures.CHOICES], required=False, widget=LongSelect
    )
    organization = forms.CharField(label="団体名", required=False, max_length=80)
    theme = forms.ChoiceField(label="テーマ", required=False, widget=LongSelect)
    deadline = forms.ChoiceField(label="締切", choices=DEADLINES, required=False, widget=LongSelect)
    with_files = forms.BooleanField(label="添付ファイルあり", required=False)
    unread = forms.BooleanField(label="未読のみ", required=False)
    todo = forms.BooleanField(label="要対応のみ", required=False)
    sort = forms.ChoiceField(label="並び順", choices=SORTS, required=False, widget=LongSelect)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        themes: Any = self.fields["theme"]
        themes.choices = _themes
        self.fields["year"] = forms.ChoiceField(
            label="年度", required=False, choices=[ANY, *_fiscal_years()], widget=LongSelect
        )

    @property
    def typed(self) -> list[tuple[str, Any]]:
        """All that its markup depends on besides the names of categories and themes."""
        return [(name, self.data.get(name)) for name in self.fields]

    @property
    def chosen(self) -> dict[str, Any]:
        """Names and values of what has been asked for, order apart."""
        if not self.is_valid():
            return {}
        return {
            name: value for name, value in self.cleaned_data.items() if value and name != "sort"
        }

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chosen)

    def apply(self, topics: TopicQuerySet) -> TopicQuerySet:
        return self._sorted(self.by_all(topics))

    def by_all(self, topics: TopicQuerySet) -> TopicQuerySet:
        chosen = self.chosen
        topics = self._by_writer(self.by_topic(topics), chosen)
        if "year" in chosen:
            topics = topics.filter(publish_at__range=bounds(int(chosen["year"])))
        if "with_files" in chosen:
            topics = topics.filter(_HAS_FILES)
        return topics

    def by_topic(self, topics: TopicQuerySet) -> TopicQuerySet:
        """What is asked of a topic as a whole; the rest may be asked of its replies, too."""
        chosen = self.chosen
        topics = self._by_state(topics, chosen)
        if "category" in chosen:
            topics = topics.filter(category=chosen["category"])
        if "theme" in chosen:
            topics = topics.filter(themes=int(chosen["theme"]))
        if "unread" in chosen:
            topics = with_unread(topics, self.user).filter(is_unread=True)
        if "todo" in chosen:
            topics = with_todo(topics, self.user).filter(is_todo=True)
        return topics

    def _by_state(self, topics: TopicQuerySet, chosen: dict[str, Any]) -> TopicQuerySet:
        if "deadline" in chosen:
            until = timezone.now() + timedelta(days=int(chosen["deadline"]))
            topics = topics.accepting().filter(deadline__lte=until)
        states = {
            "open": TopicQuerySet.accepting,
            "soon": TopicQuerySet.closing_soon,
            "ended": TopicQuerySet.ended,
        }
        return states[chosen["status"]](topics) if "status" in chosen else topics

    def _by_writer(self, topics: TopicQuerySet, chosen: dict[str, Any]) -> TopicQuerySet:
        if "prefecture" in chosen:
            topics = topics.filter(organization__prefecture=chosen["prefecture"])
        for word in words(chosen.get("organization", "")):
            topics = topics.filter(organization__folded__contains=word)
        return topics

    def _sorted(self, topics: TopicQuerySet) -> TopicQuerySet:
        sort = self.cleaned_data.get("sort") if self.is_valid() else ""
        if sort == "deadline":
            return topics.order_by(F("deadline").asc(nulls_last=True), "-id")
        if sort == "new":
            return topics.order_by("-publish_at", "-id")
        return topics.not_pinned().order_by("-active_at", "-id")

    def pinned(self, topics: TopicQuerySet) -> list[int]:
        """Keys of those above the first page; none where another order is asked for."""
        if self.is_valid() and self.cleaned_data["sort"]:
            return []
        # Asked for by themselves first: mostly there is none.
        pinned = list(Topic.objects.pinned().values_list("pk", flat=True).order_by())
        found = self.by_all(topics).filter(pk__in=pinned).order_by("-active_at", "-id")
        return list(found.values_list("pk", flat=True)) if pinned else []


def _themes() -> list[tuple[Any, str]]:
    return [ANY, *Theme.objects.values_list("pk", "name")]


def _fiscal_years() -> list[tuple[str, str]]:
    """From this one back to the first of the portal."""
    this = fiscal_year(timezone.localdate())
    years = range(this, FIRST_FISCAL_YEAR - 1, -1)
    return [(str(year), format_fiscal_year(date(year, 4, 1))) for year in years]


def bounds(year: int) -> tuple[datetime, datetime]:
    zone = timezone.get_current_timezone()
    first = datetime(year, 4, 1, tzinfo=zone)
    return first, datetime(year + 1, 4, 1, tzinfo=zone) - timedelta(microseconds=1)


def rows_of(user: User, *lists: Sequence[int]) -> list[list[Topic]]:
    """What rows of lists show, for the keys of visible topics: several lists, one query."""
    keys = {key for keys in lists for key in keys}
    topics = with_todo(with_seen(Topic.objects.filter(pk__in=keys), user), user)
    topics = topics.annotate(has_files=_HAS_FILES, answer_count=_answer_count(user)).select_related(
        "category", "organization"
    )
    found = {topic.pk: topic for topic in topics.only(*_SHOWN).order_by()} if keys else {}
    for topic in found.values():
        topic.is_unread = is_unread(topic, user)
    return [[found[key] for key in keys if key in found] for keys in lists]


def with_todo(topics: Any, user: User) -> Any:
    marks = TodoMark.objects.filter(topic=OuterRef("pk"), seat=user.seat_id)
    return topics.annotate(is_todo=Exists(marks))


def _answer_count(user: User) -> Case:
    """For the body that asks; None on all other rows, whose answers are not even counted."""
    asked = ~Q(asks=Topic.Asks.NOTHING) & Q(organization=user.seat.organization_id)
    answers = Answer.objects.filter(topic=OuterRef("pk")).order_by().values("topic")
    number = Coalesce(Subquery(answers.values(number=Count("pk"))), 0)
    return Case(When(asked, then=number), default=None)


@dataclass(frozen=True)
class CategoryCount:
    category: Category
    unread: int


def category_counts(user: User) -> list[CategoryCount]:
    """What is unread among the topics that moved last; two queries, however many topics there are."""
    recent = Topic.objects.visible_to(user).order_by("-active_at", "-id").values("pk")[:RECENT]
    topics = with_unread(Topic.objects.filter(pk__in=recent), user)
    unread = Counter(topics.filter(is_unread=True).values_list("category", flat=True).order_by())
    return [CategoryCount(category, unread[category.pk]) for category in Category.objects.in_use()]


def due_soon(topics: TopicQuerySet) -> TopicQuerySet:
    """Deadlines of the next days, the nearest first."""
    return topics.closing_soon().order_by("deadline", "id")[:DUE_SOON]
