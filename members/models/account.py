"""利用者 (User): a person who logs in from a seat."""

import secrets
from datetime import datetime
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from members.models.organization import Organization, Seat

DEPARTED = "利用を終えた人は、利用中に戻せません。新しく招待してください。"


# Without an @, so that no 利用者ID is an address.
validate_username = RegexValidator(
    r"^[A-Za-z0-9._-]+\Z", "半角の英数字と「.」「_」「-」で入力してください。"
)


class UserQuerySet(models.QuerySet["User"]):
    def unused_since(self, moment: datetime) -> Self:
        """Could log in, but has not been seen since then; a newcomer gets the same time."""
        return self.filter(
            models.Q(last_seen_at=None) | models.Q(last_seen_at__lt=moment),
            is_active=True,
            joined_at__lt=moment,
        )

    def managers(self) -> Self:
        """管理担当者 who can log in."""
        return self.filter(role=User.Role.MANAGER, is_active=True)

    def last_managers(self) -> Self:
        """Those whose body has no other one."""
        same_body = models.Q(seat__organization=models.OuterRef("seat__organization"))
        others = User.objects.managers().filter(same_body).exclude(pk=models.OuterRef("pk"))
        return self.managers().filter(~models.Exists(others))


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)

    def create_user(
        self,
        *,
        seat: Seat,
        name: str,
        email: str | None = None,
        username: str = "",
        password: str | None = None,
        **fields: Any,
    ) -> "User":
        """Without a username one is generated: the person logs in by e-mail."""
        user = self.model(
            seat=seat,
            name=name,
            email=self.normalize_email(email).lower() if email else None,
            username=username or f"u-{secrets.token_hex(6)}",
            **fields,
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *, username: str, password: str | None, **fields: Any) -> "User":
        """A superuser sits at the secretariat: nobody else enters the admin."""
        seat = Seat.objects.filter(organization__kind=Organization.Kind.SECRETARIAT).first()
        if seat is None:
            raise ValueError("事務局がありません。先に manage.py load_wards を実行してください。")
        return self.create_user(
            username=username,
            password=password,
            seat=seat,
            is_staff=True,
            is_superuser=True,
            role=User.Role.MANAGER,
            **{"name": username, **fields},
        )


class User(AbstractBaseUser, PermissionsMixin):
    """Logs in by an own e-mail address, or by username where the section shares one mailbox."""

    class Role(models.TextChoices):
        MANAGER = "manager", "管理担当者"
        CONTRIBUTOR = "contributor", "投稿担当者"
        VIEWER = "viewer", "閲覧のみ"

    username = models.CharField(
        "利用者ID",
        max_length=40,
        unique=True,
        validators=[validate_username],
        error_messages={"unique": "この利用者IDは使われています。"},
    )
    email = models.EmailField(
        "メールアドレス",
        unique=True,
        null=True,
        blank=True,
        help_text="自分のメールアドレスがない人は空にし、利用者IDでログインします。",
        error_messages={"unique": "このメールアドレスは使われています。"},
    )
    name = models.CharField("氏名", max_length=50)
    seat = models.ForeignKey(
        Seat, verbose_name="担当部署", related_name="users", on_delete=models.PROTECT
    )
    role = models.CharField("役割", max_length=12, choices=Role, default=Role.CONTRIBUTOR)
    is_active = models.BooleanField(
        "利用中", default=True, help_text="外すと、開いている画面でも次の操作から使えなくなります。"
    )
    is_staff = models.BooleanField(
        "管理画面を使う", default=False, help_text="事務局の利用者だけに効きます。"
    )
    shows_name = models.BooleanField(
        "会員名簿に氏名を載せる",
        default=False,
        help_text="本人が「利用者の設定」で選びます。",
    )
    wants_mailed_code = models.BooleanField(
        "ログインのたびに、メールで確認コードを受け取る",
        default=False,
        help_text="認証アプリかパスキーを登録している間は、そちらを使います。",
    )
    gets_mail = models.BooleanField(
        "知らせを自分のメールアドレスでも受け取る",
        default=False,
        help_text="本人が「メールの設定」で選びます。",
    )
    joined_at = models.DateTimeField("登録日時", default=timezone.now, editable=False)
    left_at = models.DateTimeField(
        "利用を終えた日時",
        null=True,
        blank=True,
        editable=False,
        help_text="前任者に付く日時です。",
    )
    last_seen_at = models.DateTimeField("最後の利用", null=True, blank=True, editable=False)

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    # Of the first secretary (createsuperuser): the code of the second step goes there.
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = verbose_name_plural = "利用者"
        ordering = ["seat__organization", "seat", "id"]
        permissions = [
            ("assign_desk", "事務局の役割を決める"),
            ("export_personal_data", "氏名や連絡先のある一覧を書き出す"),
            ("handle_personal_data", "利用者の棚卸し、個人情報の検索・書き出し・消去"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="one_user_per_username_in_any_case",
                violation_error_message="この利用者IDは使われています。",
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="one_user_per_email_in_any_case",
                violation_error_message="このメールアドレスは使われています。",
            ),
            models.CheckConstraint(
                condition=models.Q(left_at=None) | models.Q(is_active=False),
                name="departed_user_is_inactive",
                violation_error_message=DEPARTED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.seat}）"

    def clean(self) -> None:
        """Forms that do not show left_at leave its constraint out."""
        super().clean()
        # The log-in looks for addresses in small letters alone.
        self.email = self.email.lower() if self.email else None
        if self.is_active and self.left_at:
            raise ValidationError(DEPARTED)

    def get_full_name(self) -> str:
        return self.name

    @property
    def is_admitted(self) -> bool:
        """Neither the person nor the body is suspended or gone."""
        return self.is_active and self.seat.organization.status == Organization.Status.ACTIVE

    @property
    def state(self) -> str:
        """利用停止 can be resumed; 利用終了 is a departed person (前任者)."""
        if self.left_at:
            return "利用終了"
        return "利用中" if self.is_active else "利用停止"

    @property
    def mail_address(self) -> str:
        """The own address, or the seat's mailbox; empty where neither is known."""
        return self.email or self.seat.mailbox
