"""What every list and form of the admin does alike."""

from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.templatetags import admin_list
from django.contrib.admin.utils import display_for_field, lookup_spawns_duplicates
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe
from import_export.admin import ImportExportMixin
from import_export.results import Result
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import DeletedObject
from simple_history.template_utils import HistoricalRecordContextHelper

from lib.admin_conflicts import NOTHING, OneAfterAnother, said
from lib.forms import LineField, TextField
from lib.imports import SheetResource, error_lines
from lib.list_filters import DateRangeFilter
from lib.spreadsheets import XLSX, JapaneseCSV, write_blank, write_csv
from lib.templatetags.wareki import wareki, wareki_time
from lib.text import half_width, words
from lib.wareki import WarekiDateField, format_time

ALREADY_IMPORTED = "この取り込みは、すでに終わっているか、確認から時間がたっています。必要なら、もう一度ファイルを選んでください。"
NOTHING_SAVED = "確認のあとに内容が変わったため、何も保存していません。"
MAX_ERRORS = 20
# Whoever knows one opens a page with it: nobody finds it out letter by letter with ?token__startswith=.
SECRET_COLUMNS = {"token", "form_key", "password", "session_key"}
OF_A_BODY = ("organization__id__exact", "seat__organization__id__exact")
IN_ORDER = "小さい数から順に並びます。"
SLUG = "アドレスの一部になる半角の英小文字とハイフン。例：chiiki-joho"
TEXT_FIELDS = {models.CharField: LineField, models.TextField: TextField}
DATE_EXAMPLES = "例：令和8年3月12日、R8.3.12、2026-03-12"


class LabelledRows(forms.BaseModelFormSet):
    """In a table Django names fields by the column's head only, which no screen reader reads."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            if field.widget.is_hidden:
                continue
            field.widget.attrs.setdefault("aria-label", str(field.label or ""))


class LabelledFormSet(LabelledRows, forms.BaseInlineFormSet):
    pass


# A day in list_filter is a range, whichever way the list is written.
admin.FieldListFilter.register(
    lambda field: isinstance(field, models.DateField), DateRangeFilter, take_priority=True
)


def _said_icon(value: bool | None) -> SafeString:
    """Django draws a red cross for what is merely not so, and calls it "False" in every language."""
    name, said = {True: ("yes", "はい"), False: ("no", "いいえ"), None: ("unknown", "不明")}[value]
    return format_html('<span class="said-{}">{}</span>', name, said)


def _said_field(
    value: Any, field: models.Field, empty_value_display: str, avoid_link: bool = False
) -> str:
    """Days, moments and times of day as on the pages of the portal: 令和8年3月12日, not 2026年3月12日."""
    if isinstance(value, datetime):
        return wareki_time(value)
    if isinstance(value, date):
        return wareki(value)
    if isinstance(value, time):
        return format_time(value)
    # Stored files have no address.
    if isinstance(field, models.FileField):
        return str(value) if value else empty_value_display
    return display_for_field(value, field, empty_value_display, avoid_link=avoid_link)


# Lists and forms look them up there; there is no other place to say it.
admin_list._boolean_icon = _said_icon  # type: ignore[attr-defined]
admin_list.display_for_field = helpers.display_for_field = _said_field  # type: ignore[attr-defined]


class CappedPaginator(Paginator):
    """Counts no further than MOST: nobody leafs to the end of a million mails."""

    MOST = 2000

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return rows.order_by().values("pk")[: self.MOST + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.MOST)

    @property
    def is_capped(self) -> bool:
        return self._counted > self.MOST


class NamedAutocomplete(AutocompleteSelect):
    """With a first choice that says something: a box without scripts is not empty, either."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        groups = super().optgroups(name, value, attr)
        options = groups[0][1]
        if not self.is_required:
            del options[0]
        none = "選んでください" if self.is_required else "（なし）"
        options.insert(0, self.create_option(name, "", none, not any(value), 0))
        return groups


class Helpful(admin.options.BaseModelAdmin):
    """Forms that say what a field does, where somebody who builds no portals would wonder.

    Text is cleaned as members' is: one control character out of a word processor would break feeds and sheets.
    """

    # Words for the secretariat; a member's form of the same field has its own.
    help_texts: dict[str, str] = {}

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name in self.help_texts:
            kwargs.setdefault("help_text", self.help_texts[db_field.name])
        if type(db_field) in TEXT_FIELDS:
            kwargs.setdefault("form_class", TEXT_FIELDS[type(db_field)])
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", NamedAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PortalModelAdmin(Helpful, OneAfterAnother, admin.ModelAdmin):
    """Searches as people type, counts no whole table, and takes addresses without https://."""

    show_full_result_count = False
    # The numbers beside filters would count the table once more for each choice.
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    list_per_page = 50
    # Its own page of the list, see members/exporting.py.
    export_columns: dict[str, str] = {}
    formfield_overrides = {
        models.URLField: {"assume_scheme": "https"},
        models.DateField: {"form_class": WarekiDateField, "widget": forms.TextInput},
        # Django's links to where the file is stored, and stored files have no address.
        models.FileField: {"widget": forms.FileInput},
    }

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Pages of a body lead to lists of what is its own."""
        if SECRET_COLUMNS & set(lookup.split("__")):
            return False
        return lookup in OF_A_BODY or super().lookup_allowed(lookup, value, request)

    def get_action_choices(
        self, request: HttpRequest, default_choices: list[tuple[str, str]] | None = None
    ) -> list[tuple[str, str]]:
        """Django's first choice is a row of dashes."""
        return super().get_action_choices(request, default_choices or [("", "選んでください")])

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, formset=LabelledRows, **kwargs)

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        # Each of the two pictures would open a window for the other row, one of them to delete it.
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_change_related = field.widget.can_delete_related = False
        if isinstance(field, WarekiDateField):
            field.help_text = " ".join(filter(None, [str(field.help_text), DATE_EXAMPLES]))
        return field

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Every word in some column; in a folded column マエバシ finds まえばし, too."""
        for word in search_term.split():
            folded = " ".join(words(word)) or word
            found = Q()
            for name in self.get_search_fields(request):
                text = folded if name.endswith("folded") else word
                text = half_width(word) if name.endswith("code") else text
                found |= Q(**{f"{name}__icontains": text})
            queryset = queryset.filter(found)
        repeats = any(
            lookup_spawns_duplicates(self.opts, name) for name in self.get_search_fields(request)
        )
        return queryset, bool(search_term) and repeats


class RecordAdmin(PortalModelAdmin):
    """What the portal itself writes: read here, and nothing else."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SheetAdmin(ImportExportMixin, PortalModelAdmin):
    """Imports a sheet after a preview, exports what the list shows."""

    formats = [JapaneseCSV, XLSX]
    # What is imported, where that is not the model's name.
    sheet_title = ""
    # What must be known before a file is chosen.
    sheet_advice: tuple[str, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("export/excel/", view(self.export_excel), name=f"{name}_export_excel"),
            path("import/sample.<slug:extension>", view(self.blank), name=f"{name}_sample"),
            *super().get_urls(),
        ]

    def blank(self, request: HttpRequest, extension: str) -> FileResponse:
        """A file to begin with: the heads, one row of an example, and what each column may say."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        resource, title = self._sheet(), self._sheet_title
        heads = resource.heads()
        row = [resource.sample.get(head, "") for head in heads]
        if extension == "csv":
            content = write_csv(heads, [row])
        elif extension == "xlsx":
            content = write_blank(title[:30], heads, row, self._columns())
        else:
            raise Http404
        name = f"{title}（見本）.{extension}"
        return FileResponse(BytesIO(content), as_attachment=True, filename=name)

    def _sheet(self) -> SheetResource:
        resource: type[SheetResource] = self.resource_classes[0]
        return resource()

    @property
    def _sheet_title(self) -> str:
        return self.sheet_title or str(self.opts.verbose_name_plural)

    def _columns(self) -> dict[str, tuple[str, str]]:
        """Of each head: whether the column must be there, and what it may say."""
        resource = self._sheet()
        return {
            head: (
                "必要" if head in resource.required_heads else "",
                resource.explanations.get(head, ""),
            )
            for head in resource.heads()
        }

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_sample"
        sheet = {
            "title": self._sheet_title,
            "advice": self.sheet_advice,
            "columns": self._columns(),
            "excel": reverse(name, args=["xlsx"]),
            "csv": reverse(name, args=["csv"]),
        }
        return {**super().get_import_context_data(**kwargs), "sheet": sheet}

    def export_excel(self, request: HttpRequest) -> HttpResponse:
        """As export_action, which gives the first format."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        return self._do_file_export(XLSX(), request, self.get_export_queryset(request))

    def add_data_read_fail_error_to_form(self, form: forms.Form, error: Exception) -> None:
        """Our own words where we have some: which encoding the file should have."""
        if isinstance(error, ValidationError):
            form.add_error("import_file", error)
        else:
            super().add_data_read_fail_error_to_form(form, error)

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """All rows or none, when it is confirmed, too: the data may have changed since the preview."""
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The sheet of a preview is kept until it has been imported: a second click finds none."""
        kept = self.get_tmp_storage_class()(name=request.POST.get("import_file_name", ""))
        if not kept.read():
            self.message_user(request, ALREADY_IMPORTED, messages.WARNING)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return super().process_import(request, **kwargs)

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        """import-export would report success; nothing was saved when a row was wrong."""
        if not (result.has_errors() or result.has_validation_errors()):
            return super().process_result(result, request)
        lines = [NOTHING_SAVED, *error_lines(result)[:MAX_ERRORS]]
        for line in lines:
            self.message_user(request, line, messages.ERROR)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")


class ReadableHistory(HistoricalRecordContextHelper):
    """Changes as people say them: 利用中, not active; 和暦 dates."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        field = self.model._meta.get_field(change.field)
        # An empty foreign key comes as a deleted object without a key.
        if value in (None, "") or (isinstance(value, DeletedObject) and value.pk is None):
            return NOTHING
        if field.flatchoices or isinstance(value, date | time):
            return said(field, value)
        return super().prepare_delta_change_value(change, value)


class HistoryAdmin(SimpleHistoryAdmin, PortalModelAdmin):
    """Every earlier state can be read, and none is saved again: that would pass by the verbs."""

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_form_view_title(self, request: HttpRequest, obj: Any) -> str:
        return f"過去の版：{obj}"

    @method_decorator(require_safe)
    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """simple_history would save what is posted, also by whoever may only look."""
        return super().history_form_view(request, *args, **kwargs)

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: Any
    ) -> ReadableHistory:
        return ReadableHistory(self.model, historical_record)


class LabelledTabularInline(Helpful, admin.TabularInline):
    formset = LabelledFormSet
    formfield_overrides = PortalModelAdmin.formfield_overrides
