"""Lists of topics: filters as an address that can be shared, within what the person may see."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from board.models import Attachment, Category, TodoMark, Topic
from board.models.topic import TopicQuerySet
from board.reading import with_unread
from lib import prefectures
from lib.forms import ANY, LongSelect
from lib.text import words
from lib.wareki import fiscal_year, format_fiscal_year
from members.models import Theme, User

TOPICS_PER_PAGE = 20
# Topics with the annotations of rows_for(), which the checker cannot follow.
Rows = Any
DUE_SOON = 5
FIRST_FISCAL_YEAR = 2026
TEXTS = ("body", "body_html", "details", "outcome_note", "organization__introduction")
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        themes: Any = self.fields["theme"]
        themes.choices = [ANY, *Theme.objects.values_list("pk", "name")]
        self.fields["year"] = forms.ChoiceField(
            label="年度", required=False, choices=[ANY, *_fiscal_years()], widget=LongSelect
        )

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

    def apply(self, topics: Rows) -> Rows:
        return self._sorted(self.by_all(topics))

    def by_all(self, topics: Rows) -> Rows:
        chosen = self.chosen
        topics = self._by_writer(self.by_topic(topics), chosen)
        if "year" in chosen:
            topics = topics.filter(publish_at__range=bounds(int(chosen["year"])))
        if "with_files" in chosen:
            topics = topics.filter(has_files=True)
        return topics

    def by_topic(self, topics: Rows) -> Rows:
        """What is asked of a topic as a whole; the rest may be asked of its replies, too."""
        chosen = self.chosen
        topics = self._by_state(topics, chosen)
        if "category" in chosen:
            topics = topics.filter(category=chosen["category"])
        if "theme" in chosen:
            topics = topics.filter(themes=int(chosen["theme"]))
        if "unread" in chosen:
            topics = topics.filter(is_unread=True)
        if "todo" in chosen:
            topics = topics.filter(is_todo=True)
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

    def _sorted(self, topics: Rows) -> Rows:
        sort = self.cleaned_data.get("sort") if self.is_valid() else ""
        if sort == "deadline":
            return topics.order_by(F("deadline").asc(nulls_last=True), "-id")
        if sort == "new":
            return topics.order_by("-publish_at", "-id")
        return topics.not_pinned().order_by("-active_at", "-id")

    def pinned(self, topics: Rows) -> list[Topic]:
        """They stand above the first page, unless another order is asked for."""
        if self.is_valid() and self.cleaned_data["sort"]:
            return []
        # Asked for by themselves first: mostly there is none.
        pinned = list(Topic.objects.pinned().values_list("pk", flat=True).order_by())
        found = self.by_all(topics).filter(pk__in=pinned)
        return list(found.order_by("-active_at", "-id")) if pinned else []


def _fiscal_years() -> list[tuple[str, str]]:
    """From this one back to the first of the portal."""
    this = fiscal_year(timezone.localdate())
    years = range(this, FIRST_FISCAL_YEAR - 1, -1)
    return [(str(year), format_fiscal_year(date(year, 4, 1))) for year in years]


def bounds(year: int) -> tuple[datetime, datetime]:
    zone = timezone.get_current_timezone()
    first = datetime(year, 4, 1, tzinfo=zone)
    return first, datetime(year + 1, 4, 1, tzinfo=zone) - timedelta(microseconds=1)


def rows_for(user: User) -> Rows:
    """What a list shows of every topic that the person may see, in one query; not its text."""
    return with_marks(Topic.objects.visible_to(user).with_row(), user).defer(*TEXTS)


def with_marks(topics: TopicQuerySet, user: User) -> Rows:
    """Annotates what the list says of a topic beside its own columns."""
    files = Attachment.objects.filter(topic=OuterRef("pk"))
    todo = TodoMark.objects.filter(topic=OuterRef("pk"), seat=user.seat_id)
    return with_unread(topics, user).annotate(has_files=Exists(files), is_todo=Exists(todo))


@dataclass(frozen=True)
class CategoryCount:
    category: Category
    unread: int


def category_counts(user: User) -> list[CategoryCount]:
    """What is unread among the topics that moved last; two queries, however many topics there are."""
    recent = Topic.objects.visible_to(user).order_by("-active_at", "-id").values("pk")[:RECENT]
    topics: Rows = with_unread(Topic.objects.filter(pk__in=recent), user)
    unread = Counter(topics.filter(is_unread=True).values_list("category", flat=True).order_by())
    return [CategoryCount(category, unread[category.pk]) for category in Category.objects.in_use()]


def due_soon(user: User) -> list[Topic]:
    """Deadlines of the next days, the nearest first."""
    soon = rows_for(user).closing_soon()
    return list(soon.order_by("deadline", "id")[:DUE_SOON])
