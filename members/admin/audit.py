"""監査記録 in the admin: who did what to what, and when. Nobody changes or deletes it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from lib import downloads
from lib.admin import RecordAdmin
from lib.moments import midnight
from lib.spreadsheets import Row
from lib.wareki import WarekiDateField, format_datetime
from members import audit
from members.access import MemberRequest
from members.audit_words import GROUPS, act_words, details, kind_words, model_of, summary
from members.models import AuditEntry

MAX_EXPORTED = 50_000
CHUNK = 1000
HEADS = ("日時", "利用者", "所属", "接続元", "操作", "対象の種類", "対象の番号", "対象", "内容")
TOO_MANY = f"{MAX_EXPORTED:,}件を超えています。期間などで絞り込んでから書き出してください。"
AUTOMATIC = "（自動）"
VISITOR = "（ログインしていない方）"


def of_nobody(entry: AuditEntry) -> str:
    """A job of the portal comes from no address; an applicant does."""
    return VISITOR if entry.ip else AUTOMATIC


class AuditConditions(forms.Form):
    act = forms.ChoiceField(label="操作", required=False)
    kind = forms.ChoiceField(label="対象の種類", required=False)
    number = forms.CharField(label="対象の番号", required=False, max_length=40)
    person = forms.CharField(label="氏名・団体名", required=False, max_length=80)
    since = WarekiDateField(label="いつから", required=False)
    until = WarekiDateField(label="いつまで", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [(subject, list(acts.items())) for subject, acts in GROUPS.items()]
        self.fields["act"].choices = [("", "すべて"), *groups]  # type: ignore[attr-defined]
        kinds = AuditEntry.objects.order_by().values_list("target_type", flat=True).distinct()
        named = sorted((kind_words(kind), kind) for kind in kinds)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", "すべて"),
            *((kind, words) for words, kind in named),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            raise ValidationError("「いつまで」は、「いつから」以後の日にしてください。")
        return data

    def chosen(self, entries: QuerySet) -> QuerySet:
        """Both days belong to the time; nothing when the conditions are wrong."""
        if not self.is_valid():
            return entries.none()
        data = self.cleaned_data
        exact = {"act": data["act"], "target_type": data["kind"], "target_id": data["number"]}
        found = entries.filter(**{name: value for name, value in exact.items() if value})
        for word in data["person"].split():
            name, body = "actor__name__icontains", "actor__seat__organization__name__icontains"
            found = found.filter(models.Q(**{name: word}) | models.Q(**{body: word}))
        if data["since"]:
            found = found.filter(at__gte=midnight(data["since"]))
        if data["until"]:
            found = found.filter(at__lt=midnight(data["until"] + timedelta(days=1)))
        return found


class ConditionsFilter(admin.ListFilter):
    """All conditions as one form above the list: one button, no script."""

    title = "条件"
    template = "admin/members/auditentry/conditions.html"

    def __init__(self, request: HttpRequest, params: dict, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        names = [name for name in AuditConditions.base_fields if name in params]
        typed = {name: params.pop(name)[-1] for name in names}
        self.used_parameters = {name: value for name, value in typed.items() if value}
        self.form = AuditConditions(typed)

    def expected_parameters(self) -> list[str | None]:
        return list(AuditConditions.base_fields)

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        yield {"form": self.form}

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return self.form.chosen(queryset)


@dataclass(frozen=True)
class Target:
    """What an entry is about; without an address where it is gone or the reader may not see it."""

    name: str
    url: str = ""


class Targets:
    """Names of targets: one query per kind, whatever the number of entries."""

    def __init__(self, request: HttpRequest, entries: Iterable[AuditEntry]) -> None:
        self._user = request.user
        wanted: dict[str, set[str]] = defaultdict(set)
        for entry in entries:
            wanted[entry.target_type].add(entry.target_id)
        self._known = {kind: self._names(kind, keys) for kind, keys in wanted.items()}

    def of(self, entry: AuditEntry) -> Target:
        kind = kind_words(entry.target_type)
        target = self._known.get(entry.target_type, {}).get(entry.target_id)
        if target:
            return Target(f"{kind}「{target.name}」", target.url)
        return Target(f"{kind} {entry.target_id}".strip())

    def _names(self, kind: str, keys: set[str]) -> dict[str, Target]:
        model = model_of(kind)
        model_admin = admin.site._registry.get(model) if model else None
        if model is None or model_admin is None or not self._may_see(model):
            return {}
        related = model_admin.list_select_related
        rows = model._default_manager.filter(pk__in=_keys(model, keys))
        if isinstance(related, list | tuple):
            rows = rows.select_related(*related)
        return {str(row.pk): Target(str(row), _page_of(row)) for row in rows}

    def _may_see(self, model: type[models.Model]) -> bool:
        meta = model._meta
        return self._user.has_perm(f"{meta.app_label}.view_{meta.model_name}")


def _keys(model: type[models.Model], keys: set[str]) -> list[Any]:
    """Those that the model could have."""
    found = []
    for key in keys:
        try:
            found.append(model._meta.pk.to_python(key))
        except ValidationError:
            continue
    return [key for key in found if key is not None]


def _page_of(row: models.Model) -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    try:
        return reverse(name, args=[row.pk])
    except NoReverseMatch:
        return ""


def _name_related(model: type[models.Model], value: Any) -> str:
    """On the page of one entry."""
    row = model._default_manager.filter(pk=value).first()
    return str(row) if row else f"{model._meta.verbose_name} {value}"


class AuditChangeList(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        targets = Targets(request, self.result_list)
        for entry in self.result_list:
            entry.found_target = targets.of(entry)


@admin.register(AuditEntry)
class AuditEntryAdmin(RecordAdmin):
    change_list_template = "admin/members/auditentry/change_list.html"
    change_form_template = "admin/members/auditentry/change_form.html"
    list_display = ["when", "who", "words", "target", "content", "ip"]
    list_display_links = ["when"]
    list_filter = [ConditionsFilter]
    list_select_related = ["actor__seat__organization"]
    fields = ["when", "who", "ip", "words", "target", "contents"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export)
        address = path("export/<slug:extension>/", view, name="members_auditentry_export")
        return [address, *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return AuditChangeList

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> AuditEntry | None:
        entry = super().get_object(request, *args, **kwargs)
        if entry:
            entry.found_target = Targets(request, [entry]).of(entry)
        return entry

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().change_view(
            request, *args, **{**kwargs, "extra_context": {"title": "監査記録の内容"}}
        )

    @method_decorator(require_POST)
    def export(self, request: MemberRequest, extension: str) -> HttpResponse:
        """What the list shows, all pages of it. Whoever takes it away is recorded."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if extension not in downloads.SHEETS:
            raise Http404
        entries = self.get_changelist_instance(request).get_queryset(request)
        number = entries[: MAX_EXPORTED + 1].count()
        if number > MAX_EXPORTED:
            self.message_user(request, TOO_MANY, messages.ERROR)
            address = reverse("admin:members_auditentry_changelist")
            return redirect(f"{address}?{request.GET.urlencode()}")
        rows, title = _rows(request, entries), "監査記録"
        name = f"{title}_{timezone.localdate().isoformat()}"
        response = downloads.sheet(extension, HEADS, rows, name=name, title=title)
        audit.record_many("export_audit", AuditEntry, by=request.user, entries=number)
        return response

    @admin.display(description="日時", ordering="at")
    def when(self, entry: AuditEntry) -> str:
        return f"{format_datetime(entry.at)}{timezone.localtime(entry.at).second}秒"

    @admin.display(description="だれが")
    def who(self, entry: AuditEntry) -> str:
        return str(entry.actor) if entry.actor else of_nobody(entry)

    @admin.display(description="操作")
    def words(self, entry: AuditEntry) -> str:
        return act_words(entry.act)

    @admin.display(description="対象")
    def target(self, entry: Any) -> str:
        found: Target = entry.found_target
        return (
            format_html('<a href="{}">{}</a>', found.url, found.name) if found.url else found.name
        )

    @admin.display(description="内容")
    def content(self, entry: AuditEntry) -> str:
        return summary(entry)

    @admin.display(description="内容")
    def contents(self, entry: AuditEntry) -> str:
        """With the names of what was before and after."""
        lines = details(entry, _name_related)
        if not lines:
            return "-"
        rows = format_html_join("", "<dt>{}</dt><dd>{}</dd>", lines)
        return format_html('<dl class="facts">{}</dl>', rows)


def _rows(request: HttpRequest, entries: QuerySet) -> Iterator[Row]:
    found = entries.iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        targets = Targets(request, chunk)
        for entry in chunk:
            yield (
                timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
                entry.actor.name if entry.actor else of_nobody(entry),
                str(entry.actor.seat) if entry.actor else "",
                entry.ip,
                act_words(entry.act),
                kind_words(entry.target_type),
                entry.target_id,
                targets.of(entry).name,
                summary(entry),
            )
