"""会員団体 (Organization) and its 担当部署 (Seat)."""

from datetime import date, datetime
from itertools import chain
from typing import Any, Self
from urllib.parse import quote

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from lib import prefectures
from lib.text import fold
from members.models.folded import Folded, FoldedQuerySet
from members.models.local_government import LocalGovernment
from members.models.standing import Standing

SECTION_LENGTH = 80
MERGED = "ほかの会員団体に合併した団体です。退会のままにしてください。"


class Theme(models.Model):
    """A field of interest that a body names in its profile, as 防災 or 観光."""

    name = models.CharField("名称", max_length=30, unique=True)
    position = models.PositiveSmallIntegerField("並び順", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "テーマ"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class OrganizationQuerySet(FoldedQuerySet["Organization"]):
    def active(self) -> Self:
        return self.filter(status=Organization.Status.ACTIVE)

    def registered(self) -> Self:
        """Counted as 会員登録: neither the wards nor the secretariat, and no demo body."""
        return self.active().filter(
            kind__in=Organization.REGISTERING_KINDS,
            is_demo=False,
        )

    def listed(self) -> Self:
        """Published with a profile: those counted as 会員登録, and the wards."""
        kinds = (*Organization.REGISTERING_KINDS, Organization.Kind.WARD)
        return self.active().filter(kind__in=kinds, is_demo=False)

    def without_demo(self) -> Self:
        """Where DEMO=1, demo bodies are shown as all others."""
        return self if settings.DEMO else self.filter(is_demo=False)

    def in_directory(self) -> Self:
        """The members' own directory: as listed(), and the secretariat."""
        return self.active().without_demo()

    def merger_due(self, today: date) -> Self:
        """Still taking part under a local government that was merged into another one."""
        return self.active().filter(
            local_government__abolished_on__lte=today, local_government__successor__isnull=False
        )

    def checked_yearly(self) -> Self:
        """Asked by 年次確認."""
        return self.cared_for().without_demo()

    def annotate_bounced(self) -> Self:
        """has_bounced: mail to a section or a person of it does not arrive."""
        return self.annotate(has_bounced=Q(Exists(_bounced_seats())) | Q(Exists(_bounced_people())))

    def with_bounced(self) -> Self:
        return self.active().filter(Exists(_bounced_seats()) | Exists(_bounced_people()))

    def unreachable(self) -> Self:
        """メールが届かない会員団体: no mailbox and no person with an address that works."""
        dead = _dead_addresses()
        seats = Seat.objects.filter(organization=OuterRef("pk")).exclude(mailbox="")
        people = _people().exclude(email=None)
        return self.active().filter(
            ~Exists(seats.exclude(mailbox__in=dead)), ~Exists(people.exclude(email__in=dead))
        )

    def cared_for(self) -> Self:
        """Whom the secretariat looks after: all that take part but itself."""
        return self.active().exclude(kind=Organization.Kind.SECRETARIAT)

    def without_manager(self) -> Self:
        """Nobody who can log in may invite or remove people."""
        return self.cared_for().filter(~Exists(_people().managers()))

    def without_reachable_person(self) -> Self:
        """Nobody who can log in has an address that works, an own one or the section's mailbox."""
        dead = _dead_addresses()
        own = _people().exclude(email=None).exclude(email__in=dead)
        shared = _people().filter(email=None).exclude(seat__mailbox="")
        return self.cared_for().filter(
            ~Exists(own), ~Exists(shared.exclude(seat__mailbox__in=dead))
        )

    def silent_since(self, moment: datetime) -> Self:
        """Nobody of the body has been here since then."""
        return self.cared_for().filter(~Exists(_people().filter(last_seen_at__gte=moment)))

    def without_code(self) -> Self:
        """Bodies with an address of their own, members or not."""
        without = self.filter(local_government=None).exclude(kind=Organization.Kind.SECRETARIAT)
        return without.without_demo()

    def group_named(self, prefecture: str, name: str) -> "Organization | None":
        """A body without a code, with or without its prefecture, in any width and any case.

        By its name of today or one that it had itself.
        """
        asked = prefectures.name_within(prefecture, name)
        bodies = self.filter(prefecture=prefecture, local_government=None)
        known = list(bodies.prefetch_related("former_names"))
        today = (body for body in known if prefectures.name_within(prefecture, body.name) == asked)
        before = (body for body in known if asked in body.own_former_names)
        return next(chain(today, before), None)

    def in_code_order(self) -> Self:
        """By prefecture; bodies without a code after the others, on every database."""
        code = F("local_government__code").asc(nulls_last=True)
        return self.order_by("prefecture", code, "kana", "id")

    def count_by_prefecture(self) -> dict[str, int]:
        """Only prefectures that have one are keys."""
        rows = self.values_list("prefecture").annotate(Count("id")).order_by()
        return dict(rows)


def _dead_addresses() -> Any:
    return apps.get_model("members", "MailAddress")._default_manager.bounced().values("address")


def _people() -> Any:
    """Those of the body of the outer query who can log in."""
    users = apps.get_model("members", "User")._default_manager
    return users.filter(seat__organization=OuterRef("pk"), is_active=True).order_by()


def _bounced_seats() -> Any:
    return Seat.objects.filter(organization=OuterRef("pk"), mailbox__in=_dead_addresses())


def _bounced_people() -> Any:
    return _people().filter(email__in=_dead_addresses())


class Organization(Folded):
    """A body that takes part: a ward, municipality, prefecture, association, or the secretariat."""

    class Kind(models.TextChoices):
        WARD = "ward", "特別区"
        MUNICIPALITY = "municipality", "市町村"
        PREFECTURE = "prefecture", "都道府県"
        ASSOCIATION = "association", "団体"
        SECRETARIAT = "secretariat", "事務局"

    class Status(models.TextChoices):
        ACTIVE = "active", "利用中"
        SUSPENDED = "suspended", "利用停止"
        WITHDRAWN = "withdrawn", "退会"

    REGISTERING_KINDS = (Kind.MUNICIPALITY, Kind.PREFECTURE, Kind.ASSOCIATION)

    kind = models.CharField("種別", max_length=12, choices=Kind)
    prefecture = models.CharField("都道府県", max_length=2, choices=prefectures.CHOICES)
    name = models.CharField("団体名", max_length=80)
    kana = models.CharField("ふりがな", max_length=150, blank=True)
    local_government = models.OneToOneField(
        LocalGovernment,
        verbose_name="地方公共団体",
        related_name="organization",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text="町村会などの団体では空にします。",
    )
    status = models.CharField("状態", max_length=10, choices=Status, default=Status.ACTIVE)
    is_demo = models.BooleanField(
        "見本データ",
        default=False,
        help_text="実在しない見本の団体です。登録簿にもオープンデータにも数えません。",
    )
    introduction = models.TextField("紹介文", max_length=2000, blank=True)
    website = models.URLField("ウェブサイト", blank=True)
    x_account = models.CharField("Xのアカウント", max_length=16, blank=True)
    magazine_url = models.URLField("広報誌のURL", blank=True)
    themes = models.ManyToManyField(
        Theme, verbose_name="関心のあるテーマ", related_name="organizations", blank=True
    )
    joined_on = models.DateField("会員登録日", null=True, blank=True)
    confirmed_on = models.DateField("年次確認日", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name="合併した先の会員団体",
        related_name="merged_bodies",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    merged_on = models.DateField("合併日", null=True, blank=True)

    objects = OrganizationQuerySet.as_manager()
    history = HistoricalRecords(
        verbose_name="会員団体の変更履歴", m2m_fields=[themes], excluded_fields=["folded"]
    )

    class Meta:
        verbose_name = verbose_name_plural = "会員団体"
        ordering = ["prefecture", "local_government__code", "kana", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["prefecture", "name"],
                name="one_organization_per_name_and_prefecture",
                violation_error_message="同じ都道府県に同じ名前の会員団体があります。",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind="secretariat"),
                name="one_secretariat",
                violation_error_message="事務局はすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None, merged_on=None)
                | Q(merged_into__isnull=False, merged_on__isnull=False, status="withdrawn"),
                name="merged_organization_has_withdrawn",
                violation_error_message=MERGED,
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="merged_into_another_organization",
                violation_error_message="自分自身に合併することはできません。",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def clean(self) -> None:
        """Forms that do not show merged_into leave its constraint out."""
        super().clean()
        if self.merged_into_id and self.status != self.Status.WITHDRAWN:
            raise ValidationError(MERGED)

    def get_absolute_url(self) -> str:
        """Lists read it with select_related("local_government")."""
        if self.local_government is None:
            return reverse("group_profile", args=[self.pk])
        return self.local_government.get_absolute_url()

    @property
    def standing(self) -> Standing:
        """MEMBER and WARD are those of listed(); a suspended body is like one that never was."""
        if self.status != self.Status.ACTIVE or self.kind == self.Kind.SECRETARIAT:
            return Standing.NONE
        if self.is_demo:
            return Standing.DEMO if settings.DEMO else Standing.NONE
        return Standing.WARD if self.kind == self.Kind.WARD else Standing.MEMBER

    @property
    def successor(self) -> "Organization | None":
        """Where a body went that merged, after one merger or several; only while that takes part."""
        body = self
        while body.merged_into:
            body = body.merged_into
        return body if body.pk != self.pk and body.standing != Standing.NONE else None

    @property
    def own_former_names(self) -> set[str]:
        """What it was called itself, without its prefecture; lists read it with a prefetch."""
        return {
            prefectures.name_within(self.prefecture, former.name)
            for former in self.former_names.all()
            if former.reason == former.Reason.RENAMED
        }

    @property
    def homepage(self) -> str:
        """What the body has entered, else the address in the master."""
        if self.website or self.local_government is None:
            return self.website
        return self.local_government.website

    @property
    def x_name(self) -> str:
        """Entered with or without @."""
        return self.x_account.removeprefix("@")

    @property
    def x_url(self) -> str:
        """Empty without an account."""
        return f"https://x.com/{quote(self.x_name, safe='')}" if self.x_name else ""

    @property
    def full_name(self) -> str:
        """The name told apart: 東京都府中市, 広島県府中市; 群馬県 and 群馬県町村会 only once."""
        return self._told_apart(self.name)

    def _told_apart(self, name: str) -> str:
        prefecture = prefectures.name_of(self.prefecture)
        is_clear = name.startswith(prefecture) or self.kind in {
            self.Kind.WARD,
            self.Kind.SECRETARIAT,
        }
        return name if is_clear else prefecture + name

    def searchable_text(self) -> str:
        """Former names, too, and those of the bodies that merged into this one."""
        names = [(self.name, self.kana)]
        if self.pk:
            names += self.former_names.values_list("name", "kana")
        return fold(" ".join(f"{self._told_apart(name)} {kana}" for name, kana in names))


class Seat(Folded):
    """A section of an organisation. It owns what must outlive a person: mailbox, settings, watches."""

    organization = models.ForeignKey(
        Organization, verbose_name="会員団体", related_name="seats", on_delete=models.PROTECT
    )
    section = models.CharField("部署名", max_length=SECTION_LENGTH)
    mailbox = models.EmailField("代表メールアドレス", blank=True)
    telephone = models.CharField("電話番号", max_length=20, blank=True)
    extension = models.CharField("内線", max_length=10, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "担当部署"
        ordering = ["organization", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "section"],
                name="one_seat_per_section",
                violation_error_message="この会員団体には、同じ名前の担当部署があります。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.section}"

    def searchable_text(self) -> str:
        """By its section, and by what that was called before."""
        former = self.former_names.values_list("name", flat=True) if self.pk else ()
        return fold(" ".join([self.section, *former]))

    @property
    def contact(self) -> str:
        """照会先, as the section's own line: it is changed in a moment, and forgotten by nobody."""
        telephone = f"　電話 {self.telephone}" if self.telephone else ""
        extension = f"（内線 {self.extension}）" if self.telephone and self.extension else ""
        return f"{self}{telephone}{extension}"
