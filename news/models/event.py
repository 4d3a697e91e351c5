"""イベント (Event): of the project and of members, with the fields of the government's data model.

自治体標準オープンデータセット「イベント一覧」（デジタル庁）names the fields; those that nobody fills in
(英語名, 子育て情報) are left out.
"""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from lib import prefectures
from lib.markdown import plain
from lib.text import fold
from lib.wareki import format_date_weekday, format_time
from members.models import Organization, Seat, Standing
from news.models.publishing import Article, PublishedQuerySet

# What calendars that are read by programs still hold of the past.
KEPT_IN_CALENDARS = timedelta(days=366)


class State(NamedTuple):
    """`tone` is the kind of a badge: never the only sign."""

    text: str
    tone: str


class EventQuerySet(PublishedQuerySet["Event"]):
    def upcoming(self, today: date | None = None) -> Self:
        """Not over: today's are among them until midnight. The next one first."""
        today = today or timezone.localdate()
        return self.filter(ends_on__gte=today).order_by("starts_on", "starts_at", "id")

    def past(self, today: date | None = None) -> Self:
        """The latest first."""
        return self.filter(ends_on__lt=today or timezone.localdate())

    def touching(self, first: date, last: date) -> Self:
        """On at least one day from first to last."""
        return self.filter(starts_on__lte=last, ends_on__gte=first).order_by(
            "starts_on", "starts_at", "id"
        )

    def for_calendars(self) -> Self:
        """All to come, and the last twelve months."""
        return self.upcoming(timezone.localdate() - KEPT_IN_CALENDARS)

    def months(self) -> list[date]:
        """The first days of the months in which one begins, in their order; one query."""
        rows = self.order_by().annotate(month=TruncMonth("starts_on")).values_list("month")
        return sorted(month for (month,) in rows.distinct())

    def proposed(self) -> Self:
        """By members; the secretariat has not decided yet."""
        return self.filter(seat__isnull=False, is_draft=True, refusal="")

    def proposed_by(self, organization: Organization) -> Self:
        return self.filter(seat__organization=organization)


class Event(Article):
    class Kind(models.TextChoices):
        EXCHANGE = "exchange", "交流・体験"
        FAIR = "fair", "物産展・フェア"
        FESTIVAL = "festival", "祭り・催し"
        EXHIBITION = "exhibition", "展示"
        LECTURE = "lecture", "講演・説明会"
        OTHER = "other", "そのほか"

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", "開催"
        POSTPONED = "postponed", "延期"
        CANCELLED = "cancelled", "中止"

    class Attendance(models.TextChoices):
        PLACE = "place", "会場"
        ONLINE = "online", "オンライン"
        BOTH = "both", "会場とオンライン"

    # What a member's proposal asks for; the rest is the secretariat's.
    PROPOSED = (
        *("name", "kana", "kind", "body", "starts_on", "starts_at", "ends_on", "ends_at"),
        *("schedule_note", "attendance", "prefecture", "venue", "address", "access"),
        *("parking", "online_url", "organizer", "contact", "target", "fee", "capacity"),
        *("apply_until", "apply_how", "url", "wants_introduction"),
    )

    name = models.CharField("イベント名", max_length=100)
    kana = models.CharField("ふりがな", max_length=200, blank=True)
    kind = models.CharField("種別", max_length=12, choices=Kind, default=Kind.EXCHANGE)
    status = models.CharField("開催の状況", max_length=12, choices=Status, default=Status.SCHEDULED)
    starts_on = models.DateField("開始日")
    starts_at = models.TimeField("開始時刻", null=True, blank=True)
    ends_on = models.DateField("終了日", blank=True, help_text="空なら開始日と同じ日です。")
    ends_at = models.TimeField("終了時刻", null=True, blank=True)
    schedule_note = models.CharField(
        "日時の補足", max_length=200, blank=True, help_text="例：雨天のときは翌日に延期"
    )
    attendance = models.CharField(
        "開催の方法", max_length=6, choices=Attendance, default=Attendance.PLACE
    )
    prefecture = models.CharField("都道府県", max_length=2, choices=prefectures.CHOICES, blank=True)
    venue = models.CharField("会場", max_length=100, blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    latitude = models.DecimalField(
        "緯度",
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(20), MaxValueValidator(46)],
    )
    longitude = models.DecimalField(
        "経度",
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(122), MaxValueValidator(154)],
    )
    access = models.CharField("交通", max_length=200, blank=True, help_text="例：○○駅から徒歩5分")
    parking = models.CharField("駐車場", max_length=200, blank=True)
    online_url = models.URLField("オンライン会場のURL", blank=True)
    organizer = models.CharField("主催", max_length=200)
    contact = models.CharField(
        "問い合わせ先", max_length=200, blank=True, help_text="例：見本市 観光課　電話 00-0000-0000"
    )
    target = models.CharField("対象", max_length=200, blank=True, help_text="例：どなたでも")
    fee = models.CharField("料金", max_length=200, blank=True, help_text="例：無料")
    capacity = models.PositiveIntegerField(
        "定員",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="空なら定員はありません。",
    )
    apply_until = models.DateTimeField("申込みの期限", null=True, blank=True)
    apply_how = models.CharField(
        "申込みの方法", max_length=200, blank=True, help_text="例：電話、申込みは要りません"
    )
    url = models.URLField("詳しいページ", blank=True)
    takes_entries = models.BooleanField(
        "このポータルで申込みを受け付ける",
        default=False,
        help_text="特別区長会事務局が主催するイベントだけで使います。",
    )
    wants_introduction = models.BooleanField("公式Xでの紹介を希望", default=False)
    seat = models.ForeignKey(
        Seat,
        verbose_name="提案した担当部署",
        related_name="events",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="提案した人",
        related_name="events",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
    )
    refusal = models.TextField("掲載しない理由", max_length=2000, blank=True, editable=False)
    # Null: one that the secretariat entered has none, and two empty texts would be equal.
    form_key = models.CharField(max_length=32, unique=True, null=True, editable=False)  # noqa: DJ001

    objects = EventQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="イベントの変更履歴", excluded_fields=["folded"])

    class Meta(Article.Meta):
        verbose_name = verbose_name_plural = "イベント"
        ordering = ["-starts_on", "-id"]
        indexes = [models.Index(fields=["ends_on"])]
        constraints = [
            *Article.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="event_ends_after_its_start",
                violation_error_message="終了日は開始日以後の日にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None)
                | Q(starts_at__isnull=False, ends_on__gt=F("starts_on"))
                # Compared with NULL alone it would be neither true nor false, which passes.
                | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="event_ends_after_its_start_time",
                violation_error_message="終了時刻は、開始時刻より後にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="event_position_is_whole",
                violation_error_message="緯度と経度は、両方を入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(refusal="") | Q(is_draft=True),
                name="refused_event_is_not_public",
                violation_error_message="掲載しないと決めたイベントは公開できません。",
            ),
            models.CheckConstraint(
                condition=Q(takes_entries=False) | Q(seat=None),
                name="members_events_take_no_entries",
                violation_error_message="会員のイベントの申込みは、このポータルでは受け付けません。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.ends_on = self.ends_on or self.starts_on
        if self.takes_entries and self.seat_id:
            raise ValidationError(
                {"takes_entries": "会員のイベントの申込みは、このポータルでは受け付けません。"}
            )

    def get_absolute_url(self) -> str:
        return reverse("news:event", args=[self.pk])

    def searchable_text(self) -> str:
        prefecture = self.get_prefecture_display() if self.prefecture else ""
        return fold(
            f"{self.name} {self.kana} {self.organizer} {self.summary} {plain(self.body)}"
            f" {prefecture} {self.venue} {self.address}"
        )

    @property
    def state_badge(self) -> State | None:
        """What a reader must not overlook."""
        if self.status == self.Status.CANCELLED:
            return State("中止", "danger")
        if self.status == self.Status.POSTPONED:
            return State("延期", "warning")
        return State("終了", "neutral") if self.is_over else None

    @property
    def is_over(self) -> bool:
        return self.ends_on < timezone.localdate()

    @property
    def is_one_day(self) -> bool:
        return self.starts_on == self.ends_on

    @property
    def period(self) -> str:
        """令和8年3月12日（木）　午後1時から午後5時まで, as one reads it aloud."""
        return f"{self.days}　{self.hours}" if self.hours else self.days

    @property
    def days(self) -> str:
        """The year once where both days are of the same."""
        first, last = format_date_weekday(self.starts_on), format_date_weekday(self.ends_on)
        if self.is_one_day:
            return first
        year = first.partition("年")[0]
        return f"{first}から{last.removeprefix(f'{year}年')}まで"

    @property
    def hours(self) -> str:
        """午後1時から午後5時まで; empty where only the day is known."""
        hours = f"{format_time(self.starts_at)}から" if self.starts_at else ""
        return f"{hours}{format_time(self.ends_at)}まで" if self.ends_at else hours

    @property
    def status_text(self) -> str:
        """For the alert on its page."""
        return f"このイベントは{self.get_status_display()}になりました。"

    @property
    def place(self) -> str:
        """For lists: 群馬県 見本市民会館, オンライン; empty where nobody has said."""
        prefecture = self.get_prefecture_display() if self.prefecture else ""
        parts = [part for part in (prefecture, self.venue) if part]
        if self.attendance != self.Attendance.PLACE:
            parts.append("オンライン")
        return "　".join(parts)

    @property
    def member(self) -> Organization | None:
        """Who proposed it, while that body takes part; pages read it with select_related."""
        body = self.seat.organization if self.seat else None
        return body if body and body.standing != Standing.NONE else None

    @property
    def is_timed(self) -> bool:
        """On one day with an hour of beginning; several days have their hours each day."""
        return self.is_one_day and self.starts_at is not None

    def moment(self, day: date, clock: time | None) -> datetime:
        return timezone.make_aware(datetime.combine(day, clock or time(0)))

    @property
    def takes_entries_now(self) -> bool:
        until = self.apply_until or self.moment(self.starts_on, self.starts_at or time(23, 59))
        is_open = self.takes_entries and self.status == self.Status.SCHEDULED
        return is_open and self.is_published and timezone.now() < until

    @property
    def may_be_entered_for_others(self) -> bool:
        """By the secretariat for who telephones: also after the time for applications."""
        is_on = self.takes_entries and self.status == self.Status.SCHEDULED
        return is_on and self.is_published and not self.is_over

    def is_full(self) -> bool:
        """Whoever enters now would wait; asks the database where there is a capacity."""
        if not self.takes_entries or self.capacity is None:
            return False
        standing = self.entries
        taken = standing.confirmed().people()
        return taken >= self.capacity or standing.waiting().exists()

    @property
    def is_waiting_for_decision(self) -> bool:
        return self.seat_id is not None and self.is_draft and not self.refusal

    @property
    def proposal_state(self) -> State:
        """For the members who proposed it."""
        if self.refusal:
            return State("掲載しません", "danger")
        if self.is_draft:
            return State("確認中", "info")
        return State("掲載", "success")
