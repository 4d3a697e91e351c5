"""Pages of 刊行物."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lib.open_data import respond
from lib.trail import from_home
from members.access import public
from news.exports import PUBLICATIONS, TABLES
from news.forms.filters import PublicationFilter
from news.models import Publication

PUBLICATIONS_PER_PAGE = 24
TEXT_PAGES_PER_PAGE = 5
OTHERS = 6


@require_safe
@public  # publications are for everybody
def publication_list(request: HttpRequest) -> HttpResponse:
    publications = Publication.objects.published()
    form = PublicationFilter(request.GET, years=publications.fiscal_years())
    found = form.apply(publications).with_row()
    context = {
        "form": form,
        "page": Paginator(found, PUBLICATIONS_PER_PAGE).get_page(request.GET.get("page")),
        "is_filtered": form.asks_for_something,
        "downloads": PUBLICATIONS.downloads,
        "trail": from_home(("刊行物", "")),
    }
    return render(request, "news/publication_list.html", context)


@require_safe
@public  # publications are for everybody
def publication(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Publication.objects.published().with_row(), pk=pk)
    others = Publication.objects.published().filter(series=found.series).exclude(pk=pk)
    steps = (("刊行物", reverse("news:publication_list")), (str(found), ""))
    context = {
        "publication": found,
        "edition": found.edition,
        "others": others.with_row()[:OTHERS],
        "trail": from_home(*steps),
    }
    return render(request, "news/publication.html", context)


@require_safe
@public  # the same words as in the published PDF
def publication_text(request: HttpRequest, pk: int) -> HttpResponse:
    """For whoever cannot open the PDF, or listens to it."""
    published = Publication.objects.published().select_related("series").defer("folded")
    found = get_object_or_404(published, pk=pk)
    edition = found.editions.first()
    pages = list(enumerate(edition.text_pages, start=1)) if edition else []
    steps = (
        ("刊行物", reverse("news:publication_list")),
        (str(found), found.get_absolute_url()),
        ("PDFの文字", ""),
    )
    context = {
        "publication": found,
        "page": Paginator(pages, TEXT_PAGES_PER_PAGE).get_page(request.GET.get("page")),
        "trail": from_home(*steps),
    }
    return render(request, "news/publication_text.html", context)


@require_safe
@public  # open data
def download(request: HttpRequest, name: str, extension: str) -> HttpResponse:
    return respond(request, TABLES[name], extension)
