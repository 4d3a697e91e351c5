"""What every list and form of the admin does alike."""

from django.contrib import admin
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest

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
        # Fields beyond a many-valued relation may repeat a row.
        return queryset, any("__" in name for name in self.get_search_fields(request))
