"""分類 (Category): what a post is for. Its kind decides which fields a post has."""

from typing import Self

from django.db import models

from lib.addresses import address
from members.access import AnyUser, is_contributor, is_secretariat
from members.models import Organization


class CategoryQuerySet(models.QuerySet["Category"]):
    def in_use(self) -> Self:
        return self.filter(is_active=True)

    def open_to(self, user: AnyUser) -> list["Category"]:
        """Those in which the person may post."""
        return [category for category in self.in_use() if category.may_be_used_by(user)]


class Category(models.Model):
    class Kind(models.TextChoices):
        PROPOSAL = "proposal", "提案"
        CALL = "call", "募集"
        POLICY = "policy", "周知"
        PAMPHLET = "pamphlet", "パンフレット"
        MEDIA = "media", "広報誌・動画"
        EXCHANGE = "exchange", "意見交換"
        NOTICE = "notice", "お知らせ"

    class Writers(models.TextChoices):
        ALL = "all", "すべての会員"
        WARDS = "wards", "特別区と事務局"
        SECRETARIAT = "secretariat", "事務局"

    name = models.CharField("名称", max_length=40, unique=True)
    slug = models.SlugField("アドレスに使う名前", max_length=30, unique=True)
    kind = models.CharField(
        "入力項目の種類",
        max_length=12,
        choices=Kind,
        help_text="投稿の画面に出る項目が決まります。投稿がある分類では変更できません。",
    )
    guidance = models.TextField(
        "案内文", max_length=1000, blank=True, help_text="投稿する画面の上に表示します。"
    )
    writers = models.CharField(
        "投稿できる団体", max_length=12, choices=Writers, default=Writers.ALL
    )
    needs_approval = models.BooleanField(
        "公開前に事務局が承認する",
        default=False,
        help_text="選ぶと、この分類の投稿は、事務局が承認するまで公開されません。",
    )
    position = models.PositiveSmallIntegerField("並び順", default=0)
    is_active = models.BooleanField(
        "使用中", default=True, help_text="外すと、新しい投稿ができなくなります。投稿は残ります。"
    )

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "分類"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("board:category", self.slug)

    @property
    def asks(self) -> bool:
        """Its posts look for somebody: they are 募集中 until they end."""
        return self.kind in {self.Kind.PROPOSAL, self.Kind.CALL, self.Kind.PAMPHLET}

    def may_be_used_by(self, user: AnyUser) -> bool:
        """The secretariat may post everywhere; nobody in a category that is out of use."""
        if not self.is_active or not is_contributor(user):
            return False
        if self.writers == self.Writers.ALL or is_secretariat(user):
            return True
        is_ward = user.seat.organization.kind == Organization.Kind.WARD
        return self.writers == self.Writers.WARDS and is_ward
