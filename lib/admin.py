"""What every list and form of the admin does alike."""

from django.contrib import admin
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from import_export.admin import ImportExportMixin

from lib.spreadsheets import XLSX, JapaneseCSV
from lib.text import words


class PortalModelAdmin(admin.ModelAdmin):
    """Searches as people type, counts no whole table, and takes addresses without https://."""

    show_full_result_count = False
    list_per_page = 50
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

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
