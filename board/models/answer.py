"""回答 (Answer) and 確認 (Acknowledgement): one per body. Who has not answered is the question."""

from typing import NamedTuple, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from board.models.topic import Topic
from members.access import AnyUser, is_member, is_secretariat
from members.models import Organization, Seat


class Words(NamedTuple):
    """How the stored states are said where a topic asks for something."""

    yes: str
    considering: str
    no: str


WORDS = {
    Topic.Asks.APPLY: Words("応募する", "検討中", "応募しない"),
    Topic.Asks.JOIN: Words("参加する", "検討中", "参加しない"),
    Topic.Asks.DISTRIBUTE: Words("配布できる", "検討中", "配布できない"),
    Topic.Asks.INTEREST: Words("関心がある", "検討中", "関心がない"),
}


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user: AnyUser) -> Self:
        """To the asking and the answering body; to others where the asker said so beforehand."""
        if is_secretariat(user):
            return self.all()
        if not is_member(user):
            return self.none()
        own = user.seat.organization_id
        is_of_own = Q(organization=own) | Q(topic__organization=own)
        return self.filter(
            (is_of_own & Q(topic__in=Topic.objects.visible_to(user)))
            | Q(topic__shows_answers=True, topic__in=Topic.objects.readable_by(user))
        )


class Answer(models.Model):
    class Status(models.TextChoices):
        YES = "yes", "する"
        CONSIDERING = "considering", "検討中"
        NO = "no", "しない"
        NOT_APPLICABLE = "not_applicable", "該当なし"

    topic = models.ForeignKey(
        Topic, verbose_name="投稿", related_name="answers", on_delete=models.PROTECT
    )
    organization = models.ForeignKey(
        Organization, verbose_name="会員団体", related_name="answers", on_delete=models.PROTECT
    )
    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="answers", on_delete=models.PROTECT
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="回答した人",
        related_name="answers",
        on_delete=models.PROTECT,
    )
    status = models.CharField("回答", max_length=15, choices=Status)
    quantity = models.PositiveIntegerField("数量", null=True, blank=True)
    message = models.TextField("メッセージ", max_length=2000, blank=True)
    # Of pamphlets: copies, place, address and period of delivery.
    details = models.JSONField("そのほかの項目", default=dict, blank=True)
    answered_at = models.DateTimeField("回答日時", default=timezone.now)
    changed_at = models.DateTimeField("変更日時", null=True, blank=True)
    # Counts changes: of two colleagues the second is told.
    edits = models.PositiveIntegerField("変更回数", default=0)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "回答"
        ordering = ["topic", "organization__prefecture", "organization__kana", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "organization"],
                name="one_answer_per_body",
                violation_error_message="この団体は、すでに回答しています。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization}：{self.text}"

    def get_absolute_url(self) -> str:
        return self.topic.get_absolute_url()

    @property
    def text(self) -> str:
        """The state in the words of the topic."""
        return status_text(self.topic, self.status)


def status_text(topic: Topic, status: str) -> str:
    words = WORDS.get(Topic.Asks(topic.asks))
    if words is None or status == Answer.Status.NOT_APPLICABLE:
        return Answer.Status(status).label
    return {
        Answer.Status.YES: words.yes,
        Answer.Status.CONSIDERING: words.considering,
        Answer.Status.NO: words.no,
    }[Answer.Status(status)]


class Acknowledgement(models.Model):
    """A body has read a version of a topic; a new version asks again."""

    topic = models.ForeignKey(
        Topic, verbose_name="投稿", related_name="acknowledgements", on_delete=models.PROTECT
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name="会員団体",
        related_name="acknowledgements",
        on_delete=models.PROTECT,
    )
    version = models.PositiveIntegerField("版")
    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="acknowledgements", on_delete=models.PROTECT
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="確認した人",
        related_name="acknowledgements",
        on_delete=models.PROTECT,
    )
    at = models.DateTimeField("確認日時", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "確認"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "organization", "version"],
                name="one_acknowledgement_per_body_and_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization} 第{self.version}版"
