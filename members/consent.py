"""利用規約への同意: who is asked, what was agreed to, and the page that private pages lead to."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from members import audit
from members.models import Organization, SiteText, TermsConsent, User

_DUE = "consent_due"
_PAGE = "members:consent"


def asked_of(user: User) -> SiteText | None:
    """The current terms, for whoever has still to agree to them."""
    texts = SiteText.objects.binding_terms()
    if not texts or TermsConsent.objects.filter(user=user, text__in=texts).exists():
        return None
    return texts[0]


def people(*, agreed: bool) -> QuerySet[User]:
    """Those who may log in (as `is_admitted` says), and have nothing left to agree to, or have."""
    admitted = User.objects.filter(
        is_active=True, seat__organization__status=Organization.Status.ACTIVE
    )
    texts = SiteText.objects.binding_terms()
    if not texts:
        return admitted if agreed else admitted.none()
    found = Exists(TermsConsent.objects.filter(user=OuterRef("pk"), text__in=texts))
    return admitted.filter(found if agreed else ~found)


@transaction.atomic
def agree(user: User, text: SiteText) -> None:
    """A second click changes nothing."""
    _, is_new = TermsConsent.objects.get_or_create(user=user, text=text)
    if is_new:
        audit.record("agree_to_terms", text, by=user, version=text.version)


def agree_to_current(user: User) -> None:
    """Whoever accepts an invitation has had the current version to read."""
    current = SiteText.objects.current(SiteText.Slug.TERMS)
    if current:
        agree(user, current)


def look(request: HttpRequest, user: User) -> None:
    """At log-in and with each renewal of the session, which answers for the pages in between."""
    request.session.pop(_DUE, None)
    if asked_of(user):
        request.session[_DUE] = True


def settle(request: HttpRequest) -> None:
    request.session.pop(_DUE, None)


class AskForConsent:
    """Middleware: private pages lead to the new terms. A POST is let through: no typed text is lost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *args: Any
    ) -> HttpResponse | None:
        is_private = getattr(view, "login_required", True)
        if request.method not in {"GET", "HEAD"} or not is_private:
            return None
        if not request.session.get(_DUE) or _is_open(request):
            return None
        query = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
        return redirect(f"{reverse(_PAGE)}?{query}")


def _is_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.view_name in {_PAGE, "account_logout"}
