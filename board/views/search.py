"""検索: posts with the words that somebody has typed, within what that person may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from board.forms.search import SearchForm
from board.search import suggesting
from board.search.finding import LAST_KEY
from board.search.results import Results
from board.views.lists import trail
from lib.numbers import whole_number
from members.access import MemberRequest, member_only


@require_safe
@member_only
def search(request: MemberRequest) -> HttpResponse:
    form = SearchForm(request.GET, user=request.user)
    results = Results(form.search(), form.sorts_by_score, _below(request))
    page = results.page(request.GET.get("page"))
    hits = results.hits(page)
    context = {
        "form": form,
        "asked": bool(form.query),
        "results": results,
        "page": page,
        "hits": hits,
        "ways_out": [] if hits else suggesting.ways_out(form),
        "spellings": [] if hits else suggesting.spellings(form),
        "trail": trail(("検索", "")),
    }
    return render(request, "board/search.html", context)


def _below(request: HttpRequest) -> int:
    """The key where an earlier page has ended; what is none stands for the newest."""
    key = whole_number(request.GET.get("before", ""), digits=19)
    return LAST_KEY if key is None else min(key, LAST_KEY)
