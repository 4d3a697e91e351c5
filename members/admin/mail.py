"""The outbox, and the addresses that mail does not reach."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from lib.admin import RecordAdmin
from lib.bulk import Bulk, BulkAdmin
from lib.list_filters import filled
from lib.wareki import format_datetime
from members import bounces, failed_mails
from members.access import MemberRequest
from members.exporting import ExportingAdmin
from members.models import Delivery, MailAddress, Notice, Seat, User


@admin.register(Delivery)
class DeliveryAdmin(BulkAdmin, ExportingAdmin, RecordAdmin):
    list_display = ["text", "address", "organization", "outcome", "created_at", "sent_at"]
    list_filter = ["state", "notice__kind", "is_required", "is_collected", "created_at"]
    list_select_related = ["notice", "seat__organization"]
    search_fields = ["address", "subject", "seat__organization__folded"]
    search_help_text = "宛先、件名、団体名、ふりがなで検索します。"
    # By the key, which has an index: the newest of a million without sorting them.
    ordering = ["-id"]
    export_columns = {
        "作成日時": "created_at",
        "件名": "text",
        "宛先": "address",
        "団体名": "organization",
        "部署名": "seat__section",
        "状態": "state",
        "理由": "reason",
        "試行回数": "attempts",
        "送信日時": "sent_at",
    }
    personal_heads = frozenset({"宛先"})
    bulk = {
        "again": Bulk(
            "選択したメールをもう一度送る（失敗したもの）",
            "もう一度送る",
            "{}通のメールを、もう一度送ります。数分のうちに送り、結果は「状態」に出ます。",
            warning="先に、失敗した理由を確かめてください。宛先が違うときは、担当部署の代表メールアドレスや利用者のメールアドレスを直します"
            "（すでに書いたメールは、元の宛先に送ります）。確認コードなど、期限の短いメールは送り直さないでください。",
            permission="settle",
        ),
        "leave": Bulk(
            "選択したメールを送らないことにする（失敗したもの）",
            "送らないことにする",
            "{}通のメールを「送信対象外」にします。はじめのページの「送れなかったメール」に出なくなります。",
            permission="settle",
        ),
    }
    # The body may hold a private address: it is the applicant's alone.
    fields = [
        *("subject", "address", "seat", "user", "notice", "mail_list"),
        *("is_required", "is_collected", "state", "reason", "attempts"),
        *("created_at", "due_at", "sent_at"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).defer("body")

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.change_delivery")

    def refusal(self, act: str, row: Delivery, request: HttpRequest) -> str:
        return "" if row.state == Delivery.State.FAILED else "送信に失敗したものではないため"

    def note(self, row: Delivery) -> str:
        return f"{row.address}　{row.reason}".strip()

    def do(self, act: str, row: Delivery, data: dict[str, Any], request: MemberRequest) -> None:
        verbs = {"again": failed_mails.send_again, "leave": failed_mails.leave}
        verbs[act](row, by=request.user)

    @admin.display(description="件名")
    def text(self, delivery: Delivery) -> str:
        """Of a notice that has not been sent: what it is about."""
        return delivery.subject or str(delivery.notice)

    @admin.display(description="会員団体")
    def organization(self, delivery: Delivery) -> str:
        return delivery.seat.organization.full_name if delivery.seat else ""

    @admin.display(description="状態", ordering="state")
    def outcome(self, delivery: Delivery) -> str:
        """With the reason, or when it is tried next."""
        state, waiting = delivery.get_state_display(), delivery.State.WAITING
        if delivery.state == waiting and (delivery.attempts or delivery.is_collected):
            state = f"{state}（{format_datetime(timezone.localtime(delivery.due_at))}に送信）"
        return f"{state}　{delivery.reason}".strip()


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    """What was told, and what waits for its hour: scheduled topics, reminders before deadlines."""

    list_display = ["__str__", "kind", "topic", "due_at", "spread_at", "mails"]
    list_filter = [
        "kind",
        filled("spread_at", "知らせ", empty="時刻を待っている", given="知らせた"),
        "due_at",
    ]
    search_fields = ["key", "text"]
    search_help_text = "内容と用件で検索します。"
    ordering = ["-id"]
    fields = ["kind", "topic", "seq", "text", "to", "by", "created_at", "due_at", "spread_at"]

    @admin.display(description="メール")
    def mails(self, notice: Notice) -> str:
        address = reverse("admin:members_delivery_changelist")
        return format_html('<a href="{}?notice__id__exact={}">送信の記録</a>', address, notice.pk)


class BouncedFilter(admin.SimpleListFilter):
    title = "不達"
    parameter_name = "bounced"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "送信を止めている宛先"), ("soft", "一時的に届かなかった宛先")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.bounced()
        if self.value() == "soft":
            return queryset.filter(bounced_at=None, soft_bounces__gt=0)
        return queryset


@admin.register(MailAddress)
class MailAddressAdmin(BulkAdmin, RecordAdmin):
    """What is wrong with an address, and whose it is."""

    list_display = ["address", "owner", "bounced_at", "soft_bounces", "problem"]
    list_filter = [BouncedFilter, "bounced_at"]
    search_fields = ["address"]
    search_help_text = "宛先で検索します。"
    fields = ["address", "owner", "bounced_at", "soft_bounces", "soft_bounced_on", "problem"]
    bulk = {
        "resume": Bulk(
            "送信を再開する（宛先を確かめた後）",
            "送信を再開する",
            "{}件の宛先への送信を再開します。これからのメールを、また送ります。",
            warning="届かなかった理由がなくなったことを、先に相手に確かめてください。止めている間のメールは、送り直しません。",
            permission="resume",
        )
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[MailAddress]:
        seats = Seat.objects.filter(mailbox=OuterRef("address")).order_by("pk")
        people = User.objects.filter(email=OuterRef("address"))
        body = "organization"
        return (
            super()
            .get_queryset(request)
            .annotate(
                body_of_seat=seats.values(body)[:1],
                body_of_person=people.values(f"seat__{body}")[:1],
            )
        )

    @admin.display(description="会員団体")
    def owner(self, known: Any) -> str:
        pk = known.body_of_seat or known.body_of_person
        if pk is None:
            return "（今は使われていません）"
        return format_html(
            '<a href="{}">会員団体を開く</a>',
            reverse("admin:members_organization_change", args=[pk]),
        )

    def has_resume_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.change_mailaddress")

    def refusal(self, act: str, row: MailAddress, request: HttpRequest) -> str:
        return "" if row.bounced_at else "送信を止めていないため"

    def note(self, row: MailAddress) -> str:
        return row.problem

    def do(self, act: str, row: MailAddress, data: dict[str, Any], request: MemberRequest) -> None:
        bounces.forgive(row, by=request.user)
