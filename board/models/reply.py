"""返信 (Reply), and what topics and replies said before (Revision)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from board.models.topic import MAX_BODY, RESENT, Topic
from lib.plain_text import REPLIES_PER_PAGE
from members.access import AnyUser, is_contributor, is_secretariat
from members.models import Organization, Seat, User

_SHOWN = (
    *("topic", "seq", "organization", "seat", "author", "body", "body_html", "created_at"),
    *("edits", "edited_at", "hidden_at", "hidden_reason"),
)
_BYLINE = (
    *(("organization", name) for name in ("name", "kind", "prefecture")),
    *(("author", name) for name in ("name", "left_at", "seat")),
    ("seat", "section"),
)


def page_of(seq: int) -> int:
    """Page N holds the numbers 20(N-1)+1 to 20N, hidden ones included: links stay true."""
    return max(0, seq - 1) // REPLIES_PER_PAGE + 1


class ReplyQuerySet(models.QuerySet["Reply"]):
    def sent_again(self, user: User, body: str) -> Self:
        """The newest one, if it is the person's, of this moment, and says the same, word for word."""
        newest = self.aggregate(seq=models.Max("seq"))["seq"]
        since = timezone.now() - RESENT
        return self.filter(author=user, seq=newest, body=body, created_at__gt=since)

    def shown(self) -> Self:
        return self.filter(hidden_at=None)

    def on_page(self, number: int) -> Self:
        first = REPLIES_PER_PAGE * (number - 1) + 1
        return self.filter(seq__gte=first, seq__lt=first + REPLIES_PER_PAGE)

    def with_row(self) -> Self:
        """What a page shows of it; of its writers no more than the byline."""
        found = self.select_related("organization", "seat", "author")
        return found.only(*_SHOWN, *(f"{writer}__{name}" for writer, name in _BYLINE))


class Reply(models.Model):
    topic = models.ForeignKey(
        Topic, verbose_name="投稿", related_name="replies", on_delete=models.PROTECT
    )
    seq = models.PositiveIntegerField("番号")
    organization = models.ForeignKey(
        Organization, verbose_name="会員団体", related_name="replies", on_delete=models.PROTECT
    )
    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="replies", on_delete=models.PROTECT
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="書いた人",
        related_name="replies",
        on_delete=models.PROTECT,
    )
    body = models.TextField("本文", max_length=MAX_BODY)
    body_html = models.TextField(editable=False)
    created_at = models.DateTimeField("投稿日時", default=timezone.now)
    edited_at = models.DateTimeField("編集日時", null=True, blank=True)
    edits = models.PositiveIntegerField("編集回数", default=0)
    hidden_at = models.DateTimeField("非表示にした日時", null=True, blank=True)
    hidden_reason = models.CharField("非表示の理由", max_length=200, blank=True)
    form_key = models.CharField(max_length=32, unique=True, editable=False)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "返信"
        ordering = ["topic", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "seq"], name="one_reply_per_number"),
            models.CheckConstraint(
                condition=Q(hidden_at=None) | ~Q(hidden_reason=""),
                name="hidden_reply_has_a_reason",
                violation_error_message="非表示にする理由を入力してください。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["topic", "seq"], condition=Q(hidden_at__isnull=False), name="hidden_replies"
            ),
            # All that the secretariat's figures ask of a reply: they would read the whole table.
            models.Index(
                fields=["created_at", "topic", "id"],
                condition=Q(hidden_at=None),
                name="replies_by_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.seq}"

    def get_absolute_url(self) -> str:
        """Its permalink: `?page=N#reply-12`, whatever is hidden before it."""
        return f"{self.topic.get_absolute_url()}?page={self.page}#reply-{self.seq}"

    @property
    def page(self) -> int:
        return page_of(self.seq)

    def is_of(self, user: AnyUser) -> bool:
        """Of the user's own body: every colleague who writes is its author."""
        return is_contributor(user) and user.seat.organization_id == self.organization_id

    def is_editable_by(self, user: AnyUser) -> bool:
        """By colleagues of its author while the topic takes replies, and by the secretariat."""
        if is_secretariat(user):
            return is_contributor(user)
        return self.is_of(user) and self.hidden_at is None and self.topic.accepts_replies


class Revision(models.Model):
    """What a topic or a reply said before an edit, with who changed it, when and why."""

    topic = models.ForeignKey(
        Topic,
        verbose_name="投稿",
        related_name="revisions",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    reply = models.ForeignKey(
        Reply,
        verbose_name="返信",
        related_name="revisions",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
    )
    number = models.PositiveIntegerField("版")
    # Labels of what was changed, and the old values as they were shown.
    before = models.JSONField("変更前", default=dict)
    reason = models.CharField("変更の理由", max_length=200, blank=True)
    at = models.DateTimeField("変更日時", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="変更した人",
        related_name="revisions",
        on_delete=models.PROTECT,
    )

    class Meta:
        verbose_name = verbose_name_plural = "変更の記録"
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(topic__isnull=False, reply=None) | Q(topic=None, reply__isnull=False),
                name="revision_is_of_a_topic_or_a_reply",
            ),
            models.UniqueConstraint(
                fields=["topic", "number"],
                condition=Q(topic__isnull=False),
                name="one_revision_per_edit_of_a_topic",
            ),
            models.UniqueConstraint(
                fields=["reply", "number"],
                condition=Q(reply__isnull=False),
                name="one_revision_per_edit_of_a_reply",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic or self.reply} 第{self.number}版"


def next_seq(topic: Topic) -> int:
    """The number of a new reply, from one UPDATE that holds the topic until the commit."""
    Topic.objects.filter(pk=topic.pk).update(last_seq=F("last_seq") + 1)
    return Topic.objects.values_list("last_seq", flat=True).get(pk=topic.pk)
