"""What every list of the admin does alike."""


from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from lib.text import words


class FoldedSearchAdmin(admin.ModelAdmin):
    """Search by folded words, so that マエバシ, まえばし and half-width kana find the same rows."""

    show_full_result_count = False
    list_per_page = 50

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        return super().get_search_results(request, queryset, " ".join(words(search_term)))
