"""The secretariat's pages for people: who they are, where they sit, what they may do."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html, format_html_join

from lib.admin import RecordAdmin
from lib.bulk import Bulk, BulkAdmin, NotDoneError
from members import addresses, audit, passwords, people, second_factor, staff, suspension
from members.access import MemberRequest, may_change_staff
from members.admin import inventory
from members.admin.texts import ConsentFilter
from members.admin.yearly_check import UnusedFilter
from members.exporting import ExportingAdmin
from members.models import Organization, Seat, User

LAST_MANAGER_STAYS = "所属は変わっていません。最後の管理担当者です。同じ団体のほかの利用者を管理担当者にしてから、もう一度お試しください。"
LAST_MANAGER = "最後の管理担当者のため"
OF_ADMIN = "管理画面を使う人のため"
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
        # Left out of the form of whoever may not assign it.
        if "desk" in self.fields:
            self.fields["desk"].initial = staff.desk_of(self.instance)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        seat = data.get("seat", self.instance.seat)
        if data.get("desk") and seat.organization.kind != Organization.Kind.SECRETARIAT:
            self.add_error("desk", ValidationError(NOT_AT_SECRETARIAT))
        if self._leaves_no_manager(seat):
            self.add_error("seat", ValidationError(LAST_MANAGER_STAYS))
        return data

    def _leaves_no_manager(self, seat: Seat) -> bool:
        """Told on the form; people.move() asks once more, with the body locked."""
        here = self.instance.pk and self.instance.seat.organization_id
        if not here or seat.organization_id == here:
            return False
        return User.objects.filter(pk=self.instance.pk).last_managers().exists()


class PasswordForm(AdminPasswordChangeForm):
    """Everybody here logs in with a password: nothing switches it off."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)

    def save(self, commit: bool = True) -> User:
        passwords.give(self.user, password=self.cleaned_data["password1"], by=audit.who_asks())
        return self.user


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
class UserAdmin(BulkAdmin, ExportingAdmin, DjangoUserAdmin):
    form = PersonForm
    change_password_form = PasswordForm
    help_texts = {
        "name": "投稿や回答に、会員だけに表示します。",
        "username": "半角の英数字。ログインに使えます。",
        "seat": "投稿や回答は、この部署の団体のものになります。",
        "role": "管理担当者は利用者の招待と団体の紹介、投稿担当者は投稿と回答、閲覧のみは閲覧ができます。",
        "is_superuser": "システムの管理者だけに付けます。事務局での役割にかかわらず、すべての操作ができます。",
    }
    list_display = ["name", "email", "username", "seat", "role", "is_active", "last_seen_at"]
    list_select_related = ["seat__organization"]
    list_filter = [
        UnusedFilter,
        ConsentFilter,
        "role",
        "is_active",
        ("groups", admin.RelatedOnlyFieldListFilter),
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
    personal_heads = frozenset({"氏名", "メールアドレス", "利用者ID"})
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
        ("事務局の利用者", {"fields": ["desk"]}),
        ("記録", {"fields": ["joined_at", "last_login", "last_seen_at", "left_at"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["name", "email", "username", "seat", "role", "password1", "password2"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        return [*inventory.urls(), *super().get_urls()]

    def get_readonly_fields(self, request: Any, obj: User | None = None) -> list[str]:
        may_assign = obj is None or staff.may_assign(obj, by=request.user)
        return self.readonly_fields if may_assign else [*self.readonly_fields, "desk"]

    def get_fieldsets(self, request: Any, obj: User | None = None) -> Any:
        """No button that leads to a refusal."""
        found: Any = super().get_fieldsets(request, obj)
        if obj is None:
            return found
        may_change = self.has_change_permission(request, obj)
        dead = set() if may_change else {"password", "handover"}
        replaced = {"desk": ["desk", "is_superuser"]} if request.user.is_superuser else {}
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
    def desk(self, person: User) -> str:
        """As it is read; whoever may assign it has the choice of PersonForm in its place."""
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
        if change and "email" in form.changed_data:
            addresses.tell_former(obj, form.initial["email"] or obj.seat.mailbox)
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
            # What follows names the person with the section.
            user.seat = seat
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
        if act == "suspend" and not row.is_active:
            return "すでに利用中でないため"
        return "" if may_change_staff(row, request.user) else OF_ADMIN  # type: ignore[arg-type]

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
