"""The secretariat's pages for member bodies: local governments, organisations, seats, themes."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from import_export.results import Result, RowResult

from lib.admin import IN_ORDER, HistoryAdmin, LabelledTabularInline, PortalModelAdmin
from lib.list_filters import filled
from lib.wareki import WarekiDateField
from members import people, reorganization
from members.access import EXPORTS_PERSONAL_DATA, MemberRequest
from members.exporting import ExportingAdmin, SheetListAdmin
from members.imports import LocalGovernmentResource
from members.known_bodies import with_people
from members.member_sheet import MemberResource
from members.models import FormerName, LocalGovernment, Organization, Seat, Theme
from members.models.organization import OrganizationQuerySet

SILENT_DAYS = 90
HELP_OF_SEAT = {
    "section": "投稿と会員名簿に表示します。改めると、前の名称は「旧名称」に残ります。",
    "mailbox": "通知と招待を送る宛先です。部署で共有するアドレスにします。会員だけが見られます。",
    "telephone": "会員だけが見られます。",
}


@admin.register(LocalGovernment)
class LocalGovernmentAdmin(SheetListAdmin):
    """Search by name, kana, code and prefecture, as people type them."""

    resource_classes = [LocalGovernmentResource]
    help_texts = {
        "name": "都道府県名を付けません。都道府県自身の行では空にします。",
        "kana": "ひらがなで入力します。検索と並び順に使います。",
        "latitude": "役所・役場の位置を十進の度で入力します。例：36.391",
        "longitude": "例：139.06",
        "website": "公開の団体のページから、ここへリンクします。",
        "successor": "合併などで、この団体の区域を受け継いだ団体。会員団体の合併の案内に使います。",
    }
    list_display = ["code", "__str__", "kana", "kind", "abolished_on", "successor"]
    list_display_links = ["code", "__str__"]
    list_filter = [
        "kind",
        filled("abolished_on", "廃止", empty="今ある団体", given="廃止された団体"),
        "abolished_on",
        "prefecture",
    ]
    list_select_related = ["successor"]
    search_fields = ["folded"]
    search_help_text = "団体コード、団体名、ふりがな、都道府県で検索します。"
    autocomplete_fields = ["successor"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A merged body keeps its row, with 廃止日 and 承継した団体."""
        return False


class SeatInline(LabelledTabularInline):
    model = Seat
    help_texts = HELP_OF_SEAT
    extra = 0
    show_change_link = True


class FormerNameInline(LabelledTabularInline):
    """Kept by renaming; corrected here, as after a slip of the pen."""

    model = FormerName
    help_texts = {
        "name": "この名称でも検索で見つかります。",
        "until": "この名称だった最後の日。",
    }
    fields = ["name", "kana", "until", "reason"]
    extra = 0


class FormerSectionInline(FormerNameInline):
    fields = ["name", "until"]


class MergerFilter(admin.SimpleListFilter):
    title = "合併した自治体"
    parameter_name = "merger"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "承継した自治体に移していないもの")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.merger_due(timezone.localdate()) if self.value() == "due" else queryset


class MailFilter(admin.SimpleListFilter):
    """Of member bodies."""

    title = "メール"
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("unreachable", "メールが届かない会員団体"),
            ("bounced", "届かない宛先がある会員団体"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "unreachable":
            return queryset.unreachable()
        return queryset.with_bounced() if self.value() == "bounced" else queryset


class CareFilter(admin.SimpleListFilter):
    """Bodies to telephone, with how many there are of each."""

    title = "連絡を取りたい会員団体"
    parameter_name = "care"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (name, f"{label}（{found.count()}）") for name, (label, found) in self._sets().items()
        ]

    def _sets(self) -> dict[str, tuple[str, OrganizationQuerySet]]:
        bodies = Organization.objects.order_by()
        since = timezone.now() - timedelta(days=SILENT_DAYS)
        return {
            "no_manager": ("管理担当者がいない", bodies.without_manager()),
            "no_person": ("連絡できる利用者がいない", bodies.without_reachable_person()),
            "silent": (f"{SILENT_DAYS}日以上だれも利用していない", bodies.silent_since(since)),
        }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        found = self._sets().get(self.value() or "")
        return queryset.filter(pk__in=found[1].values("pk")) if found else queryset


class OrganizationForm(forms.ModelForm):
    """Another name asks since when it holds."""

    renamed_on = WarekiDateField(
        label="新しい名称になった日",
        required=False,
        help_text="団体名を改めるときに入力します。空なら今日です。前の名称は「旧名称」に残ります。",
    )

    def clean_renamed_on(self) -> date | None:
        day = self.cleaned_data["renamed_on"]
        if day and day > timezone.localdate():
            raise ValidationError("今日までの日を入力してください。その日になってから改めます。")
        return day


@admin.register(Organization)
class OrganizationAdmin(SheetListAdmin, HistoryAdmin):
    """The sheet of members has a row per seat of the bodies that the list shows."""

    form = OrganizationForm
    resource_classes = [MemberResource]
    help_texts = {
        "kind": "特別区、事務局は、会員登録の数に数えません。",
        "name": "都道府県名を付けません。例：前橋市",
        "kana": "ひらがなで入力します。検索と並び順に使います。",
        "local_government": "選ぶと、団体コードと公開のページのアドレスが決まります。町村会などの団体では空にします。",
        "joined_on": "公開の団体のページと「統計」に使います。特別区では空にします。",
        "confirmed_on": "登録内容を団体が最後に確かめた日。年次確認の回答で、自動で入ります。",
        "introduction": "公開の団体のページに載ります。団体の管理担当者も書き換えられます。",
        "website": "公開の団体のページから、ここへリンクします。",
        "x_account": "アカウントの名前。「@」はあってもなくてもかまいません。公開の団体のページに載ります。",
        "magazine_url": "広報誌を載せているページ。公開の団体のページから、ここへリンクします。",
        "themes": "公開の団体のページに載ります。",
    }
    sheet_title = "会員の名簿"
    sheet_advice = (
        "1行に、1つの団体の1つの担当部署を書きます。",
        "団体コードがあれば、名称とふりがなは地方公共団体の一覧のものになります。ない団体は、都道府県と団体名を書き、種別を「団体」にします。",
        "同じ団体の同じ部署の行は、今の内容を改めます。空のセルは、今の内容を変えません。",
        "担当者名を書くと、代表メールアドレスへの招待を準備します（役割が空なら管理担当者）。メールはまだ送りません。"
        "取り込んだあと、「招待の送信」から都道府県を選んで送ります。",
        "すでに招待した人と利用者の役割、団体の利用停止・退会は、取り込みでは変わりません。",
    )
    # One entry of the audit trail says it; its rows are seats, not bodies.
    skip_admin_log = True
    list_display = ["full_name", "care", "kind", "status", "mail", "joined_on", "is_demo"]
    list_filter = [
        *("kind", "status", CareFilter, MailFilter, MergerFilter, "joined_on", "confirmed_on"),
        *("is_demo", "prefecture"),
    ]
    search_fields = ["folded", "local_government__code"]
    search_help_text = "団体コード、団体名、ふりがな、旧名称、都道府県で検索します。"
    autocomplete_fields = ["local_government", "themes"]
    readonly_fields = ["state", "merged_into", "merged_on", "mail", "mails"]
    fieldsets = [
        (None, {"fields": ["kind", "prefecture", "name", "kana", "renamed_on"]}),
        (
            "登録",
            {"fields": ["local_government", "state", "is_demo", "joined_on", "confirmed_on"]},
        ),
        (
            "団体の紹介",
            {"fields": ["introduction", "website", "x_account", "magazine_url", "themes"]},
        ),
        ("メール", {"fields": ["mail", "mails"]}),
        ("合併", {"fields": ["merged_into", "merged_on"]}),
    ]
    inlines = [SeatInline, FormerNameInline]
    actions = ["merge"]

    def get_list_display(self, request: HttpRequest) -> Any:
        """The way to the merger stands in the list of those that wait for it."""
        is_due = MergerFilter.parameter_name in request.GET and self.has_change_permission(request)
        return [*self.list_display, "merger"] if is_due else self.list_display

    def get_queryset(self, request: HttpRequest) -> OrganizationQuerySet:
        return Organization.objects.select_related("local_government").annotate_bounced()

    def add_success_message(self, result: Result, request: HttpRequest) -> None:
        message = format_html(
            "名簿を取り込みました（担当部署：新規{}件、更新{}件、変更なし{}件）。"
            'メールはまだ送っていません。<a href="{}">招待を送る</a>',
            result.totals[RowResult.IMPORT_TYPE_NEW],
            result.totals[RowResult.IMPORT_TYPE_UPDATE],
            result.totals[RowResult.IMPORT_TYPE_SKIP],
            reverse("admin:members_invitationwave_choose"),
        )
        self.message_user(request, message, messages.SUCCESS)

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        """Names of people only for those who may look at people."""
        shows_people = request.user.has_perm(EXPORTS_PERSONAL_DATA)
        return {
            **super().get_export_resource_kwargs(request, **kwargs),
            "shows_people": shows_people,
        }

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        shown = super().get_export_queryset(request)
        members = shown.exclude(kind=Organization.Kind.SECRETARIAT).order_by()
        seats = Seat.objects.filter(organization__in=members.values("pk"))
        code = F("organization__local_government__code").asc(nulls_last=True)
        seats = seats.order_by("organization__prefecture", code, "organization", "id")
        return with_people(seats.select_related("organization__local_government"))

    def view_on_site(self, organization: Organization) -> str | None:
        """The secretariat has no public page."""
        is_secretariat = organization.kind == Organization.Kind.SECRETARIAT
        return None if is_secretariat else organization.get_absolute_url()

    def save_model(self, request: Any, obj: Organization, form: Any, change: bool) -> None:
        """All but another name, which reorganization.rename() gives, and whose former one it keeps."""
        changed = set(form.changed_data) - {"renamed_on"}
        name, kana = obj.name, obj.kana
        is_renamed = change and "name" in changed
        if is_renamed:
            obj.name, obj.kana = form.initial["name"], form.initial["kana"]
            changed -= {"name", "kana"}
        if changed or not change:
            super().save_model(request, obj, form, change)
        if is_renamed:
            day = form.cleaned_data["renamed_on"]
            reorganization.rename(obj, name, kana, by=request.user, from_date=day)

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        if formset.model is not Seat:
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        for seat in formset.deleted_objects:
            people.delete_seat(seat, by=request.user)
        for seat, fields in formset.changed_objects:
            people.save_seat(seat, fields=fields, by=request.user)
        for seat in formset.new_objects:
            people.save_seat(seat, fields=(), by=request.user)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.refold()

    @admin.display(description="団体名", ordering="kana")
    def full_name(self, organization: Organization) -> str:
        return organization.full_name

    @admin.display(description="応対")
    def care(self, organization: Organization) -> str:
        """All about the body on one page; an address of renkei/."""
        address = reverse("admin:care", args=[organization.pk])
        return format_html('<a href="{}">応対ページ</a>', address)

    @admin.display(description="状態")
    def state(self, organization: Organization) -> str:
        """Changed on the page of the body, which says what follows, tells the body and records it."""
        said = organization.get_status_display()
        if organization.pk is None:
            return said
        address = reverse("admin:care", args=[organization.pk])
        acts = "利用停止・利用再開・退会は応対ページから行います"
        return format_html('{}　<a href="{}">{}</a>', said, address, acts)

    @admin.display(description="メール")
    def mail(self, organization: Any) -> str:
        """Red, and in words: somebody has to ask for another address."""
        if not getattr(organization, "has_bounced", False):
            return ""
        return format_html('<b class="mail-bounced">{}</b>', "届かない宛先があります")

    @admin.display(description="送ったメール")
    def mails(self, organization: Organization) -> str:
        address = reverse("admin:members_delivery_changelist")
        query = f"?seat__organization__id__exact={organization.pk}"
        return format_html('<a href="{}{}">この会員団体へのメールの記録</a>', address, query)

    @admin.display(description="合併")
    def merger(self, organization: Organization) -> str:
        address = reverse("admin:merge", args=[organization.pk])
        return format_html('<a href="{}">内容を確かめて合併する</a>', address)

    @admin.action(description="ほかの会員団体に合併する", permissions=["change"])
    def merge(self, request: MemberRequest, queryset: Any) -> HttpResponse | None:
        """One at a time: what moves is shown first."""
        if len(queryset) == 1:
            return redirect("admin:merge", queryset[0].pk)
        self.message_user(request, "会員団体を1つだけ選んでください。", messages.ERROR)
        return None


@admin.register(Seat)
class SeatAdmin(ExportingAdmin):
    help_texts = HELP_OF_SEAT
    list_display = ["organization", "section", "mailbox", "telephone", "extension"]
    list_display_links = ["organization", "section"]
    list_select_related = ["organization__local_government"]
    list_filter = [
        filled("mailbox", "代表メールアドレス", empty="ない", given="ある"),
        "organization__kind",
        "organization__status",
        "organization__prefecture",
    ]
    search_fields = [
        *("folded", "mailbox", "organization__folded", "organization__local_government__code"),
    ]
    search_help_text = "団体コード、団体名、ふりがな、部署名、代表メールアドレスで検索します。"
    export_columns = {
        "団体コード": "organization__local_government__code",
        "都道府県": "organization__get_prefecture_display",
        "団体名": "organization__name",
        "部署名": "section",
        "代表メールアドレス": "mailbox",
        "電話番号": "telephone",
        "内線": "extension",
    }
    autocomplete_fields = ["organization"]
    inlines = [FormerSectionInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Seat | None = None) -> tuple[str, ...]:
        """To another body it goes by people.move_seat(), from the page of the body."""
        return ("organization",) if obj else ()

    def save_model(self, request: Any, obj: Seat, form: Any, change: bool) -> None:
        people.save_seat(obj, fields=form.changed_data, by=request.user)

    def delete_model(self, request: Any, obj: Seat) -> None:
        people.delete_seat(obj, by=request.user)

    def delete_queryset(self, request: Any, queryset: QuerySet[Seat]) -> None:
        for seat in queryset:
            people.delete_seat(seat, by=request.user)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.refold()


@admin.register(Theme)
class ThemeAdmin(PortalModelAdmin):
    help_texts = {
        "name": "団体の紹介で選べるようになります。改めると、選んだすべての団体の表示が変わります。",
        "position": IN_ORDER,
    }
    list_display = ["name", "position"]
    list_editable = ["position"]
    search_fields = ["name"]
