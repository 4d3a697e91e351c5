"""広域連携協定 (RegionalAgreement), its 締結団体 (Party) and its 構成自治体 (constituents)."""

from datetime import date, timedelta
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from agreements.models.agreement import Agreement, AgreementQuerySet
from agreements.models.matter import Matter
from agreements.terms import Term, current_term
from lib import prefectures
from members.models import LocalGovernment


class RegionalAgreementQuerySet(AgreementQuerySet["RegionalAgreement"]):
    def with_parties(self) -> Self:
        return self.prefetch_related("parties")

    def covering(self, body: LocalGovernment) -> Self:
        """Those with the body among their constituents; for a prefecture all of its own."""
        found = self.filter(prefecture=body.prefecture)
        if body.kind == LocalGovernment.Kind.PREFECTURE:
            return found
        members = [members for members, kinds in Party.KINDS.items() if body.kind in kinds]
        return found.filter(
            Exists(Party.objects.filter(agreement=OuterRef("pk"), members__in=members))
        )

    def signed_by(self, name: str) -> Self:
        """An association's own: parties are known by their names."""
        return self.filter(Exists(Party.objects.filter(agreement=OuterRef("pk"), name=name)))

    def with_computed_count(self) -> Self:
        """Annotates computed_count: today's local governments that the parties stand for."""
        parties = Party.objects.filter(agreement=OuterRef(OuterRef("pk")))
        represented = Q()
        for members, kinds in Party.KINDS.items():
            represented |= Q(Exists(parties.filter(members=members)), kind__in=kinds)
        constituents = (
            LocalGovernment.objects.existing(timezone.localdate())
            .filter(represented, prefecture=OuterRef("prefecture"))
            .order_by()
            .values("prefecture")
            .annotate(count=Count("pk"))
        )
        return self.annotate(computed_count=Coalesce(Subquery(constituents.values("count")), 0))

    def notice_due_within(self, days: int) -> list["RegionalAgreement"]:
        """In force, with a notice day from today on until so many days ahead; soonest first."""
        today = timezone.localdate()
        due = {
            agreement: term.notice_on
            for agreement in self.in_force(today)
            if (term := agreement.term_on(today))
            and term.notice_on
            and today <= term.notice_on <= today + timedelta(days=days)
        }
        return sorted(due, key=due.__getitem__)


class RegionalAgreement(Agreement):
    """The 23 wards with one or more associations of one prefecture."""

    number = models.PositiveIntegerField(
        "協定番号", unique=True, validators=[MinValueValidator(1)], help_text="一覧での並び順です。"
    )
    prefecture = models.CharField("都道府県", max_length=2, choices=prefectures.CHOICES)
    signed_on = models.DateField("協定締結日")
    published_count = models.PositiveIntegerField(
        "構成自治体数（公表値）", help_text="公表している数。合併などのあと、確認してから改めます。"
    )
    matters = models.ManyToManyField(
        Matter, verbose_name="協定項目", related_name="regional_agreements", blank=True
    )
    term_months = models.PositiveSmallIntegerField(
        "有効期間（月数）",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="協定書から入力します。1年は12。分からないときは空にします。",
    )
    term_starts_on = models.DateField(
        "有効期間の起算日", null=True, blank=True, help_text="空なら協定締結日から数えます。"
    )
    renews_automatically = models.BooleanField("自動更新", default=False)
    notice_months = models.PositiveSmallIntegerField(
        "申出の期限（満了の何か月前）", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    needs_confirmation = models.BooleanField(
        "要確認",
        default=False,
        help_text="有効期間などを協定書の原本で確かめていないとき、印を付けます。",
    )

    # Set by with_computed_count().
    computed_count: int

    objects = RegionalAgreementQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="広域連携協定の変更履歴", m2m_fields=[matters])

    class Meta:
        verbose_name = verbose_name_plural = "広域連携協定"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("signed_on")),
                name="regional_agreement_ends_after_signing",
                violation_error_message="終了日は協定締結日以後の日にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(term_months__isnull=False)
                | Q(renews_automatically=False, notice_months=None, term_starts_on=None),
                name="renewal_and_notice_need_a_term",
                violation_error_message="起算日・自動更新・申出の期限には、有効期間が要ります。",
            ),
        ]

    def __str__(self) -> str:
        return f"協定{self.number} {self.get_prefecture_display()}"

    def get_absolute_url(self) -> str:
        return reverse("agreements:regional_detail", args=[self.pk])

    @property
    def party_names(self) -> str:
        """Reads the prefetched parties: 京都府市長会・京都府町村会."""
        return "・".join(party.name for party in self.parties.all())

    @property
    def kinds(self) -> set[str]:
        """Kinds of local government that the parties stand for."""
        return {kind for party in self.parties.all() for kind in party.member_kinds}

    def constituents(self) -> models.QuerySet[LocalGovernment]:
        """Computed: the prefecture's bodies of the parties' kinds."""
        return LocalGovernment.objects.existing(self.constituents_as_of).filter(
            prefecture=self.prefecture, kind__in=self.kinds
        )

    @property
    def constituents_as_of(self) -> date:
        """Today in Japan; for an ended agreement its last day."""
        today = timezone.localdate()
        if self.ended_on is None or self.ended_on > today:
            return today
        return self.ended_on - timedelta(days=1)

    def confirm_computed_count(self) -> bool:
        """Publish the computed count as of today; False when it was published already."""
        computed = self.constituents().count()
        if computed == self.published_count:
            return False
        self.published_count = computed
        self.published_on = timezone.localdate()
        self.save(update_fields=["published_count", "published_on"])
        return True

    def term_on(self, day: date) -> Term | None:
        """None while no term has been entered from the agreement's text."""
        if self.term_months is None:
            return None
        return current_term(
            self.term_starts_on or self.signed_on,
            months=self.term_months,
            notice_months=self.notice_months,
            renews=self.renews_automatically,
            today=day,
        )

    @property
    def current_term(self) -> Term | None:
        return self.term_on(timezone.localdate())


class Party(models.Model):
    """締結団体: an association, which stands for its prefecture's cities or towns and villages."""

    class Members(models.TextChoices):
        CITIES = "cities", "市"
        TOWNS_AND_VILLAGES = "towns_and_villages", "町村"
        ALL = "all", "市町村"

    KINDS = {
        Members.CITIES: (LocalGovernment.Kind.CITY,),
        Members.TOWNS_AND_VILLAGES: (LocalGovernment.Kind.TOWN, LocalGovernment.Kind.VILLAGE),
        Members.ALL: (
            LocalGovernment.Kind.CITY,
            LocalGovernment.Kind.TOWN,
            LocalGovernment.Kind.VILLAGE,
        ),
    }

    agreement = models.ForeignKey(
        RegionalAgreement,
        verbose_name="広域連携協定",
        related_name="parties",
        on_delete=models.CASCADE,
    )
    name = models.CharField("団体名", max_length=80)
    members = models.CharField("構成する自治体の種別", max_length=20, choices=Members)
    position = models.PositiveSmallIntegerField("並び順", default=0)

    history = HistoricalRecords(verbose_name="締結団体の変更履歴")

    class Meta:
        verbose_name = verbose_name_plural = "締結団体"
        ordering = ["agreement__number", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "name"],
                name="one_party_per_name_and_agreement",
                violation_error_message="この協定には、同じ名前の締結団体があります。",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def member_kinds(self) -> tuple[str, ...]:
        return self.KINDS[self.Members(self.members)]
