"""The secretariat's pages for people: who they are, where they sit, what they may do."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.html import format_html

from members import audit, people, second_factor, suspension
from members.access import MemberRequest
from members.admin.texts import ConsentFilter
from members.admin.yearly_check import UnusedFilter
from members.exporting import ExportingAdmin
from members.models import User

LAST_MANAGER_STAYS = "所属は変わっていません。最後の管理担当者です。同じ団体のほかの利用者を管理担当者にしてから、もう一度お試しください。"
NOT_SUSPENDED = (
    "最後の管理担当者、管理画面を使う人、すでに利用中でない人は、ここでは停止できません。"
)
MOVED = "所属を変更し、ログインを終了させました。別の団体に移った人は、役割を選び直さないかぎり投稿担当者になります。"


@admin.register(User)
class UserAdmin(ExportingAdmin, DjangoUserAdmin):
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
    actions = ["suspend", "remove_second_factor"]
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

    @admin.action(description="選択した利用者を利用停止にする", permissions=["change"])
    def suspend(self, request: MemberRequest, queryset: Any) -> None:
        """As a manager of the body would, so that the last one stays."""
        chosen = list(queryset.exclude(pk=request.user.pk))
        suspended = sum(_is_suspended(person, by=request.user) for person in chosen)
        self.message_user(request, f"{suspended}人を利用停止にしました。", messages.SUCCESS)
        if suspended < len(chosen):
            left = len(chosen) - suspended
            self.message_user(request, f"{left}人はそのままです。{NOT_SUSPENDED}", messages.WARNING)

    @admin.action(
        description="二段階認証の登録（認証アプリ、パスキー）を取り消す", permissions=["change"]
    )
    def remove_second_factor(self, request: MemberRequest, queryset: Any) -> None:
        """Not the own one: that is done on the page of the account, with the password."""
        others = queryset.exclude(pk=request.user.pk)
        for person in others:
            second_factor.remove(person, by=request.user)
        self.message_user(request, f"{len(others)}人の二段階認証の登録を取り消しました。")


def _is_suspended(person: User, *, by: User) -> bool:
    try:
        people.suspend(person, by=by)
    except (people.LastManagerError, people.StaleError, PermissionDenied):
        return False
    return True
