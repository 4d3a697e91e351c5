"""利用の手引き: all chapters of a book on one page, so that it prints as a handout."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lib.trail import from_home
from members.access import MemberRequest, is_secretariat, member_only, public
from renkei.guide import MEMBERS, SECRETARIAT, Book, limits


@require_safe
@public  # whoever is about to apply, or cannot log in, needs it most
def guide(request: HttpRequest) -> HttpResponse:
    return _page(request, MEMBERS)


@require_safe
@member_only
def guide_secretariat(request: MemberRequest) -> HttpResponse:
    """For others it does not exist, as most of what it tells of."""
    if not is_secretariat(request.user):
        raise Http404
    return _page(request, SECRETARIAT)


def _page(request: HttpRequest, book: Book) -> HttpResponse:
    trail = from_home((book.title, ""))
    return render(request, "guide/guide.html", {"book": book, "limits": limits(), "trail": trail})
