"""招待 (Invitation): a place on a seat, offered by mail."""

import secrets
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone

from members.models.account import User
from members.models.delivery import Delivery
from members.models.organization import Organization, Seat
from members.models.wave import InvitationWave

INVITATION_FOR = timedelta(days=14)
MAIL_KEY = "invitation-"


def random_token() -> str:
    return secrets.token_urlsafe(32)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """Neither used nor withdrawn, sent or not."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def planned(self) -> Self:
        """Imported, and not mailed yet: no link works, and no term runs."""
        return self.open().filter(sent_at=None)

    def waiting(self) -> Self:
        """Sent and open; those past their day are among them, to be sent again."""
        return self.open().filter(sent_at__isnull=False)

    def with_delivery(self) -> Self:
        """With delivery_state and delivery_reason of the mail that carried each."""
        key = Concat(Value(MAIL_KEY), Cast(OuterRef("pk"), models.CharField()))
        mail = Delivery.objects.filter(address=OuterRef("address"), key=key)
        return self.annotate(
            delivery_state=Subquery(mail.values("state")[:1]),
            delivery_reason=Subquery(mail.values("reason")[:1]),
        )

    def usable(self) -> Self:
        """By columns of its own alone: PostgreSQL checks these again when two accept at once.

        A condition on the body would make a subquery of the UPDATE, which is not checked again.
        """
        return self.waiting().filter(expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A place on a seat, offered by mail: used once, within 14 days.

    One that is planned (members/waves.py) has no address either: it goes to the mailbox that the
    seat has on the day of sending.
    """

    token = models.CharField(max_length=64, unique=True, default=random_token, editable=False)
    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="invitations", on_delete=models.PROTECT
    )
    name = models.CharField("氏名", max_length=50)
    address = models.EmailField("招待の送り先", blank=True)
    role = models.CharField("役割", max_length=12, choices=User.Role)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="招待した人",
        related_name="invitations_sent",
        null=True,
        on_delete=models.PROTECT,
    )
    wave = models.ForeignKey(
        InvitationWave,
        verbose_name="招待の送信",
        related_name="invitations",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    created_at = models.DateTimeField("招待日時", default=timezone.now)
    sent_at = models.DateTimeField("送信日時", null=True, blank=True, default=timezone.now)
    expires_at = models.DateTimeField("期限", null=True, blank=True)
    accepted_at = models.DateTimeField("登録日時", null=True, blank=True)
    withdrawn_at = models.DateTimeField("取消日時", null=True, blank=True)

    # Set by with_delivery().
    delivery_state: str | None
    delivery_reason: str | None

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "招待"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="invitation_is_accepted_or_withdrawn",
                violation_error_message="登録に使われた招待は、取り消せません。",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, expires_at=None, accepted_at=None, wave=None)
                | (Q(sent_at__isnull=False, expires_at__isnull=False) & ~Q(address="")),
                name="invitation_is_planned_or_sent",
                violation_error_message="送った招待には送り先と期限があり、送る前の招待にはありません。",
            ),
            models.UniqueConstraint(
                fields=["seat"],
                condition=Q(sent_at=None, withdrawn_at=None),
                name="one_planned_invitation_per_seat",
                violation_error_message="この担当部署には、送る前の招待があります。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.seat}）"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.sent_at and self.expires_at is None:
            self.expires_at = self.sent_at + INVITATION_FOR
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("members:invitation", args=[self.token])

    @property
    def mail_key(self) -> str:
        """Of its delivery in the outbox."""
        return f"{MAIL_KEY}{self.pk}"

    def is_to(self, address: str) -> bool:
        """Whether its mail has proven this address."""
        return self.address.lower() == address.lower()

    @property
    def is_usable(self) -> bool:
        is_open = not (self.accepted_at or self.withdrawn_at)
        is_running = self.expires_at is not None and self.expires_at > timezone.now()
        return is_open and is_running and self.is_for_active_body

    @property
    def is_for_active_body(self) -> bool:
        return self.seat.organization.status == Organization.Status.ACTIVE
