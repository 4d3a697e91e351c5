"""What every list and form of the admin does alike."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from import_export.admin import ImportExportMixin
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import DeletedObject
from simple_history.template_utils import HistoricalRecordContextHelper

from lib.spreadsheets import XLSX, JapaneseCSV
from lib.text import words
from lib.wareki import WarekiDateField, format_date

DATE_EXAMPLES = "例：令和8年3月12日、R8.3.12、2026-03-12"


class PortalModelAdmin(admin.ModelAdmin):
    """Searches as people type, counts no whole table, and takes addresses without https://."""

    show_full_result_count = False
    list_per_page = 50
    formfield_overrides = {
        models.URLField: {"assume_scheme": "https"},
        models.DateField: {"form_class": WarekiDateField, "widget": forms.TextInput},
    }

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
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
                found |= Q(**{f"{name}__icontains": text})
            queryset = queryset.filter(found)
        # A column beyond a relation may repeat a row.
        beyond = any("__" in name for name in self.get_search_fields(request))
        return queryset, bool(search_term) and beyond


class SheetAdmin(ImportExportMixin, PortalModelAdmin):
    """Imports a sheet after a preview, exports what the list shows."""

    formats = [JapaneseCSV, XLSX]


class ReadableHistory(HistoricalRecordContextHelper):
    """Changes as people say them: 利用中, not active; 和暦 dates."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        field = self.model._meta.get_field(change.field)
        if getattr(field, "flatchoices", None):
            return dict(field.flatchoices).get(value, value)
        if isinstance(value, date):
            return format_date(value)
        # An empty foreign key comes as a deleted object without a key.
        if value in (None, "") or (isinstance(value, DeletedObject) and value.pk is None):
            return "（なし）"
        return super().prepare_delta_change_value(change, value)


class HistoryAdmin(SimpleHistoryAdmin, PortalModelAdmin):
    """Every earlier state can be read."""

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: Any
    ) -> ReadableHistory:
        return ReadableHistory(self.model, historical_record)


class LabelledFormSet(forms.BaseInlineFormSet):
    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs.setdefault("aria-label", str(field.label or ""))


class LabelledTabularInline(admin.TabularInline):
    """Django names the fields of a table by the column's head only, which no screen reader reads."""

    formset = LabelledFormSet
    formfield_overrides = PortalModelAdmin.formfield_overrides
