"""The page that asks for consent to new terms."""

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members import consent as terms
from members.access import MemberRequest, member_only


@require_http_methods(["GET", "HEAD", "POST"])
@member_only
@never_cache
def consent(request: MemberRequest) -> HttpResponse:
    """Whoever has nothing to agree to is sent on, as another window may have been quicker."""
    text = terms.asked_of(request.user)
    # The version that was shown, and no other: a newer one may have taken effect since.
    if text and request.method == "POST" and request.POST.get("text") == str(text.pk):
        terms.agree(request.user, text)
        text = None
    if text is None:
        terms.settle(request)
        return redirect(target(request))
    former = request.user.consents.select_related("text").order_by("-text__version").first()
    context = {"text": text, "former": former and former.text, "target": target(request)}
    return render(request, "members/consent.html", context)


def target(request: HttpRequest) -> str:
    """Where the person was going: a path of ours, or the home page."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    # Django would take a bare word for the name of a page.
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None)
    return wanted if is_ours else resolve_url("home")
