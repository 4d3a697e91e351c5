"""The secretariat's pages for people: who they are, where they sit, what they may do."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html, format_html_join

from lib.admin import PortalModelAdmin
from members import audit, people, second_factor, staff, suspension
from members.access import MemberRequest, may_change_staff
from members.admin import inventory
from members.admin.records import RecordAdmin
from members.admin.texts import ConsentFilter
from members.admin.yearly_check import UnusedFilter
from members.models import Organization, User

LAST_MANAGER_STAYS = "所属は変わっていません。最後の管理担当者です。同じ団体のほかの利用者を管理担当者にしてから、もう一度お試しください。"
NOT_SUSPENDED = (
    "最後の管理担当者、管理画面を使う人、すでに利用中でない人は、ここでは停止できません。"
)
MOVED = "所属を変更し、ログインを終了させました。別の団体に移った人は、役割を選び直さないかぎり投稿担当者になります。"
NOT_AT_SECRETARIAT = (
    "管理画面を使えるのは、事務局の担当部署の利用者だけです。先に担当部署を事務局にしてください。"
)
DESK_CHOICES = [
    ("", "管理画面を使わない"),
    *((desk.value, f"{desk.label}　{staff.WORDS[desk]}") for desk in staff.Desk),
]


class PersonForm(UserChangeForm):
    """With the role at the secretariat, in words, instead of single rights."""

    desk = forms.ChoiceField(
        label="事務局での役割",
        choices=DESK_CHOICES,
        required=False,
        widget=forms.RadioSelect,
        help_text="変えると、その人の開いている画面はログアウトします。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["desk"].initial = staff.desk_of(self.instance)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        seat = data.get("seat", self.instance.seat)
        if data.get("desk") and seat.organization.kind != Organization.Kind.SECRETARIAT:
            self.add_error("desk", ValidationError(NOT_AT_SECRETARIAT))
        return data


admin.site.unregister(Group)


@admin.register(Group)
class DeskAdmin(RecordAdmin):
    """What each role of the secretariat may do, and who has it; given on the page of the person."""

    list_display = ["name", "words", "number"]
    fields = ["name", "words", "members"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("user_set__seat__organization")

    @admin.display(description="できること")
    def words(self, group: Group) -> str:
        is_desk = group.name in staff.Desk.values
        return staff.WORDS[staff.Desk(group.name)] if is_desk else "-"

    @admin.display(description="人数")
    def number(self, group: Any) -> int:
        return len(group.user_set.all())

    @admin.display(description="利用者")
    def members(self, group: Any) -> str:
        links = (
            (reverse("admin:members_user_change", args=[person.pk]), person)
            for person in group.user_set.all()
        )
        return format_html_join("、", '<a href="{}">{}</a>', links) or "-"


@admin.register(User)
class UserAdmin(PortalModelAdmin, DjangoUserAdmin):
    form = PersonForm
    list_display = ["name", "email", "username", "seat", "role", "is_active", "last_seen_at"]
    list_select_related = ["seat__organization"]
    list_filter = [
        UnusedFilter,
        ConsentFilter,
        "role",
        "is_active",
        ("groups", admin.RelatedOnlyFieldListFilter),
        "is_staff",
        "seat__organization__kind",
        "seat__organization__prefecture",
    ]
    search_fields = ["name", "email", "username", "seat__organization__folded"]
    ordering = ["seat__organization", "seat", "id"]
    autocomplete_fields = ["seat"]
    readonly_fields = ["joined_at", "last_seen_at", "last_login", "left_at", "handover", "desk_now"]
    actions = ["suspend", "remove_second_factor"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["name", "email", "username", "password", "wants_mailed_code"]}),
        ("所属と役割", {"fields": ["seat", "role", "is_active", "handover"]}),
        ("事務局の利用者", {"fields": ["desk"]}),
        ("記録", {"fields": ["joined_at", "last_login", "last_seen_at", "left_at"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["name", "email", "username", "seat", "role", "password1", "password2"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        return [*inventory.urls(), *super().get_urls()]

    def get_fieldsets(self, request: Any, obj: User | None = None) -> Any:
        """No button that leads to a refusal."""
        found: Any = super().get_fieldsets(request, obj)
        if obj is None:
            return found
        dead = set()
        if not self.has_change_permission(request, obj):
            dead = {"password", "handover"}
        replaced = {"desk": ["desk", "is_superuser"]} if request.user.is_superuser else {}
        if dead or not staff.may_assign(obj, by=request.user):
            replaced = {"desk": ["desk_now"]}
        return [
            (
                title,
                {
                    "fields": [
                        shown
                        for name in options["fields"]
                        if name not in dead
                        for shown in replaced.get(name, [name])
                    ]
                },
            )
            for title, options in found
        ]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A superuser is changed by superusers: the password page, too, asks here."""
        is_allowed = super().has_change_permission(request, obj)
        return is_allowed and (obj is None or may_change_staff(obj, request.user))  # type: ignore[arg-type]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Somebody who left stays as 前任者, and is erased on a page of its own."""
        return False

    @admin.display(description="事務局での役割")
    def desk_now(self, person: User) -> str:
        if person.is_superuser:
            return "すべての権限（システムの管理者）"
        return staff.desk_of(person) or "管理画面を使わない"

    @admin.display(description="引継ぎ")
    def handover(self, user: User) -> str:
        address = reverse("members:handover_new", args=[user.pk])
        return format_html('<a href="{}">後任を決める</a>', address)

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        """All but the seat, which people.move() changes once everything else is saved."""
        if change and "seat" in form.changed_data:
            obj.seat_id = form.initial["seat"]
        super().save_model(request, obj, form, change)
        told = [name for name in form.changed_data if name not in ("seat", "is_active", "desk")]
        if told or not change:
            act = "change_user" if change else "add_user"
            audit.record(act, obj, by=request.user, fields=told)
        if change and "is_active" in form.changed_data:
            suspension.person_changed(obj, by=request.user)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and "seat" in form.changed_data:
            self._move(request, form)
        if change and "desk" in form.changed_data:
            staff.assign(form.instance, form.cleaned_data["desk"], by=request.user)

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
        chosen = queryset.exclude(pk=request.user.pk)
        others = [person for person in chosen if may_change_staff(person, request.user)]
        for person in others:
            second_factor.remove(person, by=request.user)
        self.message_user(request, f"{len(others)}人の二段階認証の登録を取り消しました。")


def _is_suspended(person: User, *, by: User) -> bool:
    try:
        people.suspend(person, by=by)
    except (people.LastManagerError, people.StaleError, PermissionDenied):
        return False
    return True
