"""投稿 (Topic), and for whom it is (公開範囲)."""

from datetime import datetime, timedelta
from typing import NamedTuple, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from board.models.audience import Audience, TopicAudience, addressed_to
from board.models.category import Category
from lib.addresses import address
from lib.wareki import last_day, spellings
from members.access import AnyUser, is_contributor, is_member, is_secretariat
from members.models import Organization, Seat, Theme, User
from members.models.organization import OrganizationQuerySet

SOON = timedelta(days=7)
# The same words from the same person within this time are the same press of a button.
RESENT = timedelta(minutes=10)
MAX_BODY = 20_000


class State(NamedTuple):
    """`tone` is the kind of a badge: never the only sign."""

    text: str
    tone: str


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, user: AnyUser) -> Self:
        """All for the secretariat, what is addressed to the own body for a member, else none."""
        if is_secretariat(user):
            return self.all()
        if not is_member(user):
            return self.none()
        return self.visible_to_organization(user.seat.organization)

    def visible_to_organization(self, organization: Organization) -> Self:
        """What the body itself wrote, in any state, and what is published for it.

        Topic.audience_organizations() is the same rule asked from the other side.
        """
        listed = TopicAudience.objects.filter(topic=OuterRef("pk"))
        addressed = (
            Q(audience=Topic.Audience.ALL)
            | Q(
                Exists(listed.filter(prefecture=organization.prefecture)),
                audience=Topic.Audience.PREFECTURES,
            )
            | Q(
                Exists(listed.filter(organization=organization)),
                audience=Topic.Audience.CHOSEN,
            )
        )
        if organization.kind == Organization.Kind.WARD:
            addressed |= Q(audience=Topic.Audience.WARDS)
        return self.filter(Q(organization=organization) | (self._published() & addressed))

    def readable_by(self, user: AnyUser) -> Self:
        """Visible, with its text: one that was withdrawn leaves a note to the others."""
        if is_secretariat(user):
            return self.all()
        if not is_member(user):
            return self.none()
        own = Q(organization=user.seat.organization_id)
        return self.visible_to(user).filter(own | ~Q(status=Topic.Status.WITHDRAWN))

    def published(self) -> Self:
        """Its hour has come, nobody has to approve it first, and it is not hidden."""
        return self.filter(self._published())

    def _published(self) -> Q:
        return Q(publish_at__lte=timezone.now(), hidden_at=None) & ~Q(status__in=Topic.UNSEEN)

    def sent_again(self, user: User, *, title: str, body: str) -> Self:
        """What the person has just posted, word for word: Back, and the same form once more."""
        since = timezone.now() - RESENT
        return self.filter(author=user, title=title, body=body, created_at__gt=since)

    def accepting(self, now: datetime | None = None) -> Self:
        """Open, and not past the deadline: nothing waits for a job to close a call."""
        now = now or timezone.now()
        return self.filter(Q(deadline=None) | Q(deadline__gt=now), status=Topic.Status.OPEN)

    def closing_soon(self) -> Self:
        now = timezone.now()
        # Both ends of the range, so that the index need not be read from its beginning.
        return self.accepting(now).filter(deadline__gt=now, deadline__lte=now + SOON)

    def ended(self) -> Self:
        over = Q(status__in=Topic.ENDED) | Q(status=Topic.Status.OPEN, deadline__lte=timezone.now())
        return self.filter(over)

    def with_row(self) -> Self:
        """What a row of a list shows, without a query per row."""
        return self.select_related("category", "organization", "seat")

    def pinned(self) -> Self:
        """Pins end by themselves."""
        return self.filter(pinned_until__gte=timezone.localdate())

    def not_pinned(self) -> Self:
        return self.filter(Q(pinned_until=None) | Q(pinned_until__lt=timezone.localdate()))


class Topic(models.Model):
    """Written by a body; the person is recorded. Decisions of people are stored, what follows from
    the clock (scheduled, past the deadline) is computed.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "承認待ち"
        OPEN = "open", "募集中"
        CLOSED = "closed", "受付終了"
        MATCHED = "matched", "成立"
        UNFULFILLED = "unfulfilled", "不成立"
        WITHDRAWN = "withdrawn", "取下げ"
        # Nobody else has seen it, and nobody else gets a note.
        DROPPED = "dropped", "公開前の取下げ"

    Audience = Audience

    class Asks(models.TextChoices):
        NOTHING = "nothing", "求めない"
        APPLY = "apply", "応募するか"
        JOIN = "join", "参加するか"
        DISTRIBUTE = "distribute", "配布できるか"
        INTEREST = "interest", "関心があるか"

    ENDED = (Status.CLOSED, Status.MATCHED, Status.UNFULFILLED, Status.WITHDRAWN, Status.DROPPED)
    UNSEEN = (Status.WAITING, Status.DROPPED)

    category = models.ForeignKey(
        Category, verbose_name="分類", related_name="topics", on_delete=models.PROTECT
    )
    organization = models.ForeignKey(
        Organization, verbose_name="会員団体", related_name="topics", on_delete=models.PROTECT
    )
    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="topics", on_delete=models.PROTECT
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="書いた人",
        related_name="topics",
        on_delete=models.PROTECT,
    )
    title = models.CharField("件名", max_length=100)
    summary = models.CharField("概要", max_length=70, blank=True)
    body = models.TextField("本文", max_length=MAX_BODY)
    body_html = models.TextField(editable=False)
    deadline = models.DateTimeField("締切", null=True, blank=True)
    starts_on = models.DateField("開始日", null=True, blank=True)
    ends_on = models.DateField("終了日", null=True, blank=True)
    venue = models.CharField("会場", max_length=100, blank=True)
    places = models.PositiveIntegerField("募集数", null=True, blank=True)
    details = models.JSONField("そのほかの項目", default=dict, blank=True)
    themes = models.ManyToManyField(Theme, verbose_name="テーマ", related_name="topics", blank=True)
    audience = models.CharField("公開範囲", max_length=12, choices=Audience, default=Audience.ALL)
    status = models.CharField("状態", max_length=12, choices=Status, default=Status.OPEN)
    outcome_note = models.TextField("結果", max_length=2000, blank=True)
    publish_at = models.DateTimeField("公開日時", default=timezone.now)
    pinned_until = models.DateField("先頭に表示する期限", null=True, blank=True)
    is_locked = models.BooleanField("返信を止める", default=False)
    hidden_at = models.DateTimeField("非表示にした日時", null=True, blank=True)
    hidden_reason = models.CharField("非表示の理由", max_length=200, blank=True)
    requires_acknowledgement = models.BooleanField("確認を求める", default=False)
    # Raised when a change of the text asks for a new acknowledgement.
    version = models.PositiveIntegerField("版", default=1)
    asks = models.CharField("回答を求める", max_length=12, choices=Asks, default=Asks.NOTHING)
    shows_answers = models.BooleanField(
        "回答を会員に公開する",
        default=False,
        help_text="選ばないときは、投稿した団体、回答した団体、事務局だけが見ます。最初の回答の後は変更できません。",
    )
    # A consultation of two bodies about a proposal.
    source = models.ForeignKey(
        "self",
        verbose_name="もとの提案",
        related_name="consultations",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    # Why the secretariat sent it back; empty while it waits to be read.
    approval_note = models.CharField("承認しない理由", max_length=500, blank=True)
    wants_introduction = models.BooleanField("公式Xでの紹介を希望", default=False)
    # Counts edits: of two editors the second is told.
    edits = models.PositiveIntegerField("編集回数", default=0)
    created_at = models.DateTimeField("作成日時", default=timezone.now)
    edited_at = models.DateTimeField("編集日時", null=True, blank=True)
    # last_seq numbers replies without a gap; newest_seq is the highest that is not hidden.
    last_seq = models.PositiveIntegerField(default=0, editable=False)
    newest_seq = models.PositiveIntegerField(default=0, editable=False)
    reply_count = models.PositiveIntegerField("返信数", default=0, editable=False)
    # Publication, then the newest reply that is not hidden: lists are sorted by it, edits leave it alone.
    active_at = models.DateTimeField("最後の動き", default=timezone.now)
    form_key = models.CharField(max_length=32, unique=True, editable=False)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "投稿"
        ordering = ["-active_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hidden_at=None) | ~Q(hidden_reason=""),
                name="hidden_topic_has_a_reason",
                violation_error_message="非表示にする理由を入力してください。",
            ),
            models.UniqueConstraint(
                fields=["source", "organization"],
                condition=Q(source__isnull=False),
                name="one_consultation_per_proposal_and_body",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="topic_ends_after_it_starts",
                violation_error_message="終了日は、開始日以後にしてください。",
            ),
        ]
        indexes = [
            models.Index(fields=["category", "-active_at", "-id"]),
            models.Index(fields=["-active_at", "-id"]),
            models.Index(fields=["organization", "-active_at"]),
            models.Index(fields=["-publish_at", "-id"]),
            models.Index(fields=["deadline"]),
            models.Index(
                fields=["pinned_until"],
                condition=Q(pinned_until__isnull=False),
                name="pinned_topics",
            ),
            models.Index(
                fields=["deadline"],
                condition=(Q(status="open") & ~Q(asks="nothing"))
                | Q(requires_acknowledgement=True),
                name="asking_topics",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("board:topic", self.pk)

    def audience_organizations(self) -> OrganizationQuerySet:
        """Active bodies that may read it: the author's own, and those it is addressed to."""
        readers = Q(kind=Organization.Kind.SECRETARIAT) | Q(pk=self.organization_id)
        found = Organization.objects.active()
        if self.is_published:
            return found.filter(readers | self._addressed())
        return found.filter(readers)

    def addressed_organizations(self) -> OrganizationQuerySet:
        """Active bodies that it is for, once it is published."""
        return Organization.objects.active().filter(self._addressed())

    def _addressed(self) -> Q:
        rows = self.audience_rows.all()
        return addressed_to(
            self.audience,
            rows.exclude(prefecture="").values("prefecture"),
            rows.exclude(organization=None).values("organization"),
        )

    def is_for(self, organization: Organization) -> bool:
        """visible_to_organization() for one topic; lists read it with prefetched audience_rows."""
        kind, rows = organization.kind, self.audience_rows.all()
        if organization.pk == self.organization_id or kind == Organization.Kind.SECRETARIAT:
            return True
        return (
            self.is_published
            and {
                self.Audience.ALL: True,
                self.Audience.WARDS: kind == Organization.Kind.WARD,
                self.Audience.PREFECTURES: organization.prefecture
                in {row.prefecture for row in rows},
                self.Audience.CHOSEN: organization.pk in {row.organization_id for row in rows},
            }[self.Audience(self.audience)]
        )

    @property
    def is_published(self) -> bool:
        return (
            self.publish_at <= timezone.now()
            and self.hidden_at is None
            and self.status not in self.UNSEEN
        )

    @property
    def is_pinned(self) -> bool:
        return self.pinned_until is not None and self.pinned_until >= timezone.localdate()

    @property
    def is_scheduled(self) -> bool:
        return self.publish_at > timezone.now()

    @property
    def is_past_deadline(self) -> bool:
        return self.deadline is not None and self.deadline <= timezone.now()

    @property
    def is_accepting(self) -> bool:
        return self.status == self.Status.OPEN and not self.is_past_deadline

    @property
    def is_closing_soon(self) -> bool:
        return (
            self.is_accepting
            and self.deadline is not None
            and self.deadline <= timezone.now() + SOON
        )

    @property
    def is_withdrawn(self) -> bool:
        return self.status in (self.Status.WITHDRAWN, self.Status.DROPPED)

    @property
    def accepts_replies(self) -> bool:
        """A call that has ended may still be talked about, until somebody locks it."""
        return self.is_published and not self.is_locked and not self.is_withdrawn

    @property
    def state(self) -> "State":
        """One word for the badge; without words where nothing is asked for and nothing has ended."""
        if self.hidden_at:
            return State("非表示", "danger")
        if self.status == self.Status.OPEN:
            return self._open_state()
        return State(self.get_status_display(), _TONES.get(self.Status(self.status), "neutral"))

    def _open_state(self) -> "State":
        if self.is_scheduled:
            return State("公開予定", "warning")
        if self.is_past_deadline:
            return State("受付終了", "neutral")
        if self.is_closing_soon:
            return State("締切間近", "warning")
        return State("募集中" if self.deadline or self.category.asks else "", "success")

    @property
    def days_left(self) -> int | None:
        """Whole days in Japan until the deadline: 0 is today; None when nothing runs out."""
        if self.deadline is None or not self.is_accepting:
            return None
        return (last_day(self.deadline) - timezone.localdate()).days

    def is_of(self, user: AnyUser) -> bool:
        """Of the user's own body: every colleague is its author."""
        return is_member(user) and user.seat.organization_id == self.organization_id

    def is_editable_by(self, user: AnyUser) -> bool:
        """Colleagues who write, also after the author has moved on, and the secretariat."""
        return is_contributor(user) and (self.is_of(user) or is_secretariat(user))

    def shows_text_to(self, user: AnyUser) -> bool:
        """A topic that was withdrawn leaves a note to the others."""
        return not self.is_withdrawn or self.is_of(user) or is_secretariat(user)

    def searchable_text(self) -> str:
        """All that it says, with its days as people type them."""
        deadline = self.deadline and last_day(self.deadline)
        days = [spellings(day) for day in (deadline, self.starts_on, self.ends_on) if day]
        # PostgreSQL gives them back in an order of its own.
        details = [str(value) for _, value in sorted(self.details.items())]
        parts = (self.title, self.summary, self.body, self.venue, *details, *days)
        return " ".join([*parts, self.outcome_note])


_TONES = {Topic.Status.WAITING: "warning", Topic.Status.MATCHED: "success"}
