"""公式Xでの紹介: what has been introduced, and the own body's wishes."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lib.trail import from_home
from members.access import MemberRequest, is_contributor, member_only
from members.models import Introduction

POSTS_PER_PAGE = 20


@require_safe
@member_only
def introductions(request: MemberRequest) -> HttpResponse:
    posted = Introduction.objects.posted().select_related("organization").order_by("-posted_at")
    context = {
        "page": Paginator(posted, POSTS_PER_PAGE).get_page(request.GET.get("page")),
        "own": Introduction.objects.of(request.user.seat.organization),
        "may_wish": is_contributor(request.user),
        "trail": from_home(("公式Xでの紹介", "")),
    }
    return render(request, "members/introductions.html", context)
