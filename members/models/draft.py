"""下書き (Draft): what was typed and has not been sent. The only place for such text."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils import timezone

from lib.text import clean_line, clean_text
from members.models.account import User
from members.models.organization import Seat

MAX_ADDRESS = 200


class DraftQuerySet(models.QuerySet["Draft"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def of_seat(self, user: User) -> Self:
        """People of a section share its drafts: a successor finds them, too."""
        return self.open().filter(seat=user.seat_id)


class Draft(models.Model):
    """A form by its key. The row of a form that was sent stays for a while, closed and empty: a late
    autosave finds it and resurrects nothing.
    """

    form_key = models.CharField(max_length=32, unique=True, editable=False)
    kind = models.CharField("種類", max_length=20)
    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="drafts", on_delete=models.PROTECT
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="書いた人",
        related_name="drafts",
        on_delete=models.PROTECT,
    )
    address = models.CharField("入力画面", max_length=MAX_ADDRESS)
    title = models.CharField("件名", max_length=100, blank=True)
    data = models.JSONField("入力した内容", default=dict)
    created_at = models.DateTimeField("作成日時", default=timezone.now)
    updated_at = models.DateTimeField("保存日時", default=timezone.now)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="最後に保存した人",
        related_name="+",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    closed_at = models.DateTimeField("送信・削除日時", null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "下書き"
        ordering = ["-updated_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None) | models.Q(data={}),
                name="closed_draft_is_empty",
            )
        ]
        indexes = [models.Index(fields=["seat", "closed_at"])]

    def __str__(self) -> str:
        return self.title or "（件名なし）"

    def get_absolute_url(self) -> str:
        """The form with what was typed in it."""
        joint = "&" if "?" in self.address else "?"
        return f"{self.address}{joint}draft={self.pk}"

    @property
    def seen(self) -> str:
        """What a form says that was filled from it: which saving it knows."""
        return self.updated_at.isoformat()

    def typed(self) -> QueryDict:
        """As the form would be sent again."""
        query = QueryDict(mutable=True)
        for name, values in self.data.items():
            query.setlist(name, values)
        query["form_key"] = self.form_key
        return query


def typed_of(post: QueryDict, *, without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """What to keep of a form that was sent: everything that a person typed or chose.

    Without what no database stores, such as NUL.
    """
    left_out = {"csrfmiddlewaretoken", "writer", "form_key", "seen", *without}
    return {
        clean_line(name): [clean_text(value) for value in values]
        for name, values in post.lists()
        if name not in left_out
    }
