"""The secretariat's pages for people: who they are, where they sit, what they may do."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from lib.bulk import Bulk, BulkAdmin, NotDoneError
from members import audit, people, second_factor, suspension
from members.access import MemberRequest
from members.admin.texts import ConsentFilter
from members.admin.yearly_check import UnusedFilter
from members.exporting import ExportingAdmin
from members.models import User

LAST_MANAGER_STAYS = "所属は変わっていません。最後の管理担当者です。同じ団体のほかの利用者を管理担当者にしてから、もう一度お試しください。"
LAST_MANAGER = "最後の管理担当者のため"
OF_ADMIN = "管理画面を使う人のため"
MOVED = "所属を変更し、ログインを終了させました。別の団体に移った人は、役割を選び直さないかぎり投稿担当者になります。"


@admin.register(User)
class UserAdmin(BulkAdmin, ExportingAdmin, DjangoUserAdmin):
    list_display = ["name", "email", "username", "seat", "role", "is_active", "last_seen_at"]
    list_select_related = ["seat__organization"]
    list_filter = [
        UnusedFilter,
        ConsentFilter,
        "role",
        "is_active",
        "is_staff",
        "last_seen_at",
        "joined_at",
        "seat__organization__kind",
        "seat__organization__prefecture",
    ]
    search_fields = [
        *("name", "email", "username", "seat__organization__folded"),
        "seat__organization__local_government__code",
    ]
    search_help_text = "氏名、メールアドレス、利用者ID、団体コード、団体名、ふりがなで検索します。"
    export_columns = {
        "団体名": "seat__organization",
        "部署名": "seat__section",
        "氏名": "name",
        "メールアドレス": "email",
        "利用者ID": "username",
        "役割": "role",
        "利用中": "is_active",
        "登録日時": "joined_at",
        "最後の利用": "last_seen_at",
        "利用を終えた日時": "left_at",
    }
    ordering = ["seat__organization", "seat", "id"]
    autocomplete_fields = ["seat"]
    readonly_fields = ["joined_at", "last_seen_at", "last_login", "left_at", "handover"]
    stale = (people.StaleError,)
    bulk = {
        "suspend": Bulk(
            "選択した利用者を利用停止にする",
            "利用停止にする",
            "{}人を利用停止にします。開いている画面でも次の操作から使えなくなり、ログインできなくなります。",
            warning="本人には知らせません。投稿や回答はそのまま残ります。利用者のページで「利用中」に戻せます。",
        ),
        "remove_second_factor": Bulk(
            "二段階認証の登録（認証アプリ、パスキー）を取り消す",
            "二段階認証の登録を取り消す",
            "{}人の認証アプリとパスキーの登録を取り消します。本人にメールで知らせ、ログインを終了させます。",
            warning="機器をなくしたなど、本人からの依頼であることを電話などで確かめてから行ってください。"
            "取り消した登録は元に戻せず、次からはパスワードだけでログインできます（事務局の利用者にはメールで確認コードを送ります）。",
        ),
    }
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["name", "email", "username", "password", "wants_mailed_code"]}),
        ("所属と役割", {"fields": ["seat", "role", "is_active", "handover"]}),
        ("事務局の利用者", {"fields": ["is_staff", "is_superuser", "groups"]}),
        ("記録", {"fields": ["joined_at", "last_login", "last_seen_at", "left_at"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["name", "email", "username", "seat", "role", "password1", "password2"]}),
    ]

    @admin.display(description="引継ぎ")
    def handover(self, user: User) -> str:
        address = reverse("members:handover_new", args=[user.pk])
        return format_html('<a href="{}">後任を決める</a>', address)

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        """All but the seat, which people.move() changes once everything else is saved."""
        if change and "seat" in form.changed_data:
            obj.seat_id = form.initial["seat"]
        super().save_model(request, obj, form, change)
        told = [name for name in form.changed_data if name not in ("seat", "is_active")]
        if told or not change:
            act = "change_user" if change else "add_user"
            audit.record(act, obj, by=request.user, fields=told)
        if change and "is_active" in form.changed_data:
            suspension.person_changed(obj, by=request.user)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and "seat" in form.changed_data:
            self._move(request, form)

    def _move(self, request: MemberRequest, form: Any) -> None:
        user, seat = form.instance, form.cleaned_data["seat"]
        role = form.cleaned_data["role"] if "role" in form.changed_data else None
        try:
            people.move(user, seat, by=request.user, role=role)
        except people.LastManagerError:
            self.message_user(request, LAST_MANAGER_STAYS, messages.ERROR)
        else:
            self.message_user(request, MOVED, messages.WARNING)

    def refusals(self, act: str, rows: list[User], request: HttpRequest) -> dict[User, str]:
        last = []
        if act == "suspend":
            last = list(User.objects.filter(pk__in=[row.pk for row in rows]).last_managers())
        return {**dict.fromkeys(last, LAST_MANAGER), **super().refusals(act, rows, request)}

    def refusal(self, act: str, row: User, request: HttpRequest) -> str:
        """The own second factor is removed on the page of the account, with the password."""
        if row == request.user:
            return "自分自身のため"
        if act == "remove_second_factor":
            return ""
        if not row.is_active:
            return "すでに利用中でないため"
        is_superuser = getattr(request.user, "is_superuser", False)
        return "" if is_superuser or not row.is_staff else OF_ADMIN

    def note(self, row: User) -> str:
        return row.get_role_display()

    def do(self, act: str, row: User, data: dict[str, Any], request: MemberRequest) -> None:
        """As a manager of the body would, so that the last one stays."""
        if act == "remove_second_factor":
            second_factor.remove(row, by=request.user)
            return
        try:
            people.suspend(row, by=request.user)
        except people.LastManagerError as error:
            raise NotDoneError(LAST_MANAGER) from error
        except PermissionDenied as error:
            raise NotDoneError(OF_ADMIN) from error
