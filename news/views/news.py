"""Pages of お知らせ."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lib.trail import from_home
from members.access import public
from news.forms.filters import NewsFilter
from news.models import NewsItem

ITEMS_PER_PAGE = 20


@require_safe
@public  # news is for everybody
def news_list(request: HttpRequest) -> HttpResponse:
    items = NewsItem.objects.published()
    form = NewsFilter(request.GET, years=items.fiscal_years())
    found = form.apply(items).select_related("category").pinned_first().defer("folded")
    context = {
        "form": form,
        "page": Paginator(found, ITEMS_PER_PAGE).get_page(request.GET.get("page")),
        "is_filtered": form.asks_for_something,
        "trail": from_home(("お知らせ", "")),
    }
    return render(request, "news/news_list.html", context)


@require_safe
@public  # news is for everybody
def news_item(request: HttpRequest, pk: int) -> HttpResponse:
    published = NewsItem.objects.published().select_related("category")
    item = get_object_or_404(published.prefetch_related("files"), pk=pk)
    return render(request, "news/news_item.html", news_item_context(item))


def news_item_context(item: NewsItem) -> dict[str, Any]:
    steps = (("お知らせ", reverse("news:news_list")), (item.title, ""))
    return {"item": item, "trail": from_home(*steps)}
