"""添付 (Attachment): a private file of exactly one topic, reply, answer or draft."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from board.models.answer import Answer
from board.models.reply import Reply
from board.models.topic import Topic
from lib.uploads import private_name
from members.access import AnyUser, is_member, is_secretariat
from members.models import Draft, Organization


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: AnyUser) -> Self:
        """With its topic or reply, as long as that shows its text; with a draft to its section."""
        if not is_member(user):
            return self.none()
        topics = Topic.objects.readable_by(user)
        replies = Reply.objects.filter(topic__in=topics)
        if not is_secretariat(user):
            replies = replies.shown()
        return self.filter(
            Q(Exists(topics.filter(pk=OuterRef("topic"))))
            | Q(Exists(replies.filter(pk=OuterRef("reply"))))
            | Q(Exists(Answer.objects.visible_to(user).filter(pk=OuterRef("answer"))))
            | Q(Exists(Draft.objects.of_seat(user).filter(pk=OuterRef("draft"))))
        )

    def clean(self) -> Self:
        return self.filter(scan=Attachment.Scan.CLEAN)

    def waiting_for_scan(self) -> Self:
        return self.filter(scan=Attachment.Scan.WAITING)

    def in_topic(self, topic: Topic, user: AnyUser) -> Self:
        """Of a topic that the person sees, and its replies: as visible_to(), which asks for that again."""
        if not topic.shows_text_to(user):
            return self.none()
        found = self.filter(Q(topic=topic) | Q(reply__topic=topic))
        return found if is_secretariat(user) else found.filter(reply__hidden_at=None)


class Attachment(models.Model):
    class Scan(models.TextChoices):
        """Only a clean one is given out; of an infected one the row stays, without its content."""

        CLEAN = "clean", "検査済み"
        WAITING = "waiting", "検査待ち"
        INFECTED = "infected", "ウイルス検出"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    topic = models.ForeignKey(
        Topic,
        verbose_name="投稿",
        related_name="attachments",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    reply = models.ForeignKey(
        Reply,
        verbose_name="返信",
        related_name="attachments",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    answer = models.ForeignKey(
        Answer,
        verbose_name="回答",
        related_name="attachments",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    draft = models.ForeignKey(
        Draft,
        verbose_name="下書き",
        related_name="attachments",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    organization = models.ForeignKey(
        Organization, verbose_name="会員団体", related_name="attachments", on_delete=models.PROTECT
    )
    file = models.FileField("ファイル", upload_to=private_name)
    thumbnail = models.FileField("縮小画像", upload_to=private_name, blank=True)
    name = models.CharField("ファイル名", max_length=150)
    content_type = models.CharField("種類", max_length=100)
    size = models.PositiveBigIntegerField("大きさ（バイト）")
    sha256 = models.CharField("SHA-256", max_length=64)
    scan = models.CharField("ウイルス検査", max_length=10, choices=Scan, default=Scan.CLEAN)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="登録した人",
        related_name="attachments",
        on_delete=models.PROTECT,
    )
    uploaded_at = models.DateTimeField("登録日時", default=timezone.now)
    position = models.PositiveSmallIntegerField("並び順", default=0)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "添付ファイル"
        ordering = ["position", "uploaded_at", "id"]
        indexes = [
            models.Index(
                fields=["uploaded_at"], condition=Q(scan="waiting"), name="attachment_waiting"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(topic__isnull=False, reply=None, answer=None, draft=None)
                | Q(topic=None, reply__isnull=False, answer=None, draft=None)
                | Q(topic=None, reply=None, answer__isnull=False, draft=None)
                | Q(topic=None, reply=None, answer=None, draft__isnull=False),
                name="attachment_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("board:file", args=[self.pk])

    @property
    def extension(self) -> str:
        return self.name.rpartition(".")[2].lower()

    @property
    def is_clean(self) -> bool:
        return self.scan == self.Scan.CLEAN

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def opens_inline(self) -> bool:
        """Our own re-encoded images, and PDF under a sandboxing policy."""
        return self.is_image or self.content_type == "application/pdf"
