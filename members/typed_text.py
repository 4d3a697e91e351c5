"""Typed text outlives the session: what was sent too late waits as a draft behind the log-in page.

A form that keeps its text carries a signed mark of its writer. It proves that the portal made the
form for that person, also when session and CSRF cookie are gone; all that it allows is to keep the
text as that person's draft. Nothing is ever published without a new press.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict

from lib.forms import form_key_in, new_form_key
from lib.numbers import whole_number
from members import drafts
from members.access import AnyUser, MemberRequest, View
from members.models import Draft, User
from members.models.draft import MAX_ADDRESS, typed_of

SALT = "members.typed_text"
LIFETIME = 7 * 24 * 60 * 60
WAITS = "入力した内容を下書きに保存しました。まだ送信していません。内容を確かめて、もう一度送信してください。"
KEPT = "入力した内容を下書きに保存しました。まだ送信していません。ログインすると、続きを書いて送信できます。"

Attach = Callable[[Draft, MultiValueDict], object]


@dataclass(frozen=True)
class Keeper:
    """`attach` stores the files that came with the form; it tells errors by itself, if at all."""

    kind: str
    attach: Attach | None = None


def keeps_typed_text(kind: str, attach: Attach | None = None) -> Callable[[View], View]:
    """For views whose form includes components/form_marks.html."""

    def mark(view: View) -> View:
        view.keeper = Keeper(kind, attach)  # type: ignore[attr-defined]
        return view

    return mark


def form_key_of(request: HttpRequest) -> str:
    """The key of the form that was sent, or a new one where it has none that we made."""
    return form_key_in(request.POST) or new_form_key()


def address_of(request: HttpRequest) -> str:
    """Where the form stands: its path and query, without the draft that it was filled from."""
    query = request.GET.copy()
    query.pop("draft", None)
    address = f"{request.path}?{query.urlencode()}" if query else request.path
    return address if len(address) <= MAX_ADDRESS else request.path


def writer_mark(user: AnyUser) -> str:
    return signing.dumps(user.pk, salt=SALT)


def rescue(request: HttpRequest) -> HttpResponse | None:
    """Keeps what was sent, if its form asks for it; None when there is nothing to keep."""
    keeper = _keeper(request)
    if keeper is None or (writer := _writer(request)) is None:
        return None
    address = address_of(request)
    try:
        draft = drafts.save(
            form_key_of(request),
            kind=keeper.kind,
            address=address,
            data=typed_of(request.POST),
            title=request.POST.get("title") or request.POST.get("name", ""),
            seen=request.POST.get("seen", ""),
            by=writer,
        )
    except drafts.KeptApartError as apart:
        draft = apart.draft
    except drafts.AlreadyClosedError:
        return None if request.user.is_authenticated else redirect_to_login(address)
    if keeper.attach:
        keeper.attach(draft, request.FILES)
    return _lead_to(request, draft, writer)


def _lead_to(request: HttpRequest, draft: Draft, writer: User) -> HttpResponse:
    if request.user == writer:
        messages.warning(request, WAITS)
        return redirect(draft)
    if request.user.is_authenticated:
        # A colleague has logged in at this PC meanwhile: the draft is the writer's section's.
        return render(request, "members/typed_text_kept.html", {"writer": writer}, status=409)
    messages.info(request, KEPT)
    return redirect_to_login(draft.get_absolute_url())


def _keeper(request: HttpRequest) -> Keeper | None:
    match = request.resolver_match
    if request.method != "POST" or match is None:
        return None
    return getattr(match.func, "keeper", None)


def _writer(request: HttpRequest) -> User | None:
    """None for a form that was not made here, is older than LIFETIME, or whose writer is outside."""
    try:
        pk = signing.loads(request.POST.get("writer", ""), salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    writer = User.objects.select_related("seat__organization").filter(pk=pk).first()
    return writer if writer and writer.is_admitted else None


class LoginRequired(LoginRequiredMiddleware):
    """Django's, and a form of somebody who is logged out, or another person by now, is kept."""

    def process_view(
        self, request: HttpRequest, view_func: View, view_args: tuple, view_kwargs: dict
    ) -> HttpResponseBase | None:
        if _keeper(request) and self._is_anothers(request):
            kept = rescue(request)
            if kept:
                return kept
        return super().process_view(request, view_func, view_args, view_kwargs)

    def _is_anothers(self, request: HttpRequest) -> bool:
        if not request.user.is_authenticated:
            return True
        writer = _writer(request)
        return writer is not None and writer != request.user


def of_page(request: MemberRequest, kind: str) -> Draft | None:
    """The draft that the address names (`?draft=12`), if the person's section has it."""
    number = whole_number(request.GET.get("draft", ""))
    found = Draft.objects.of_seat(request.user).filter(kind=kind)
    return found.filter(pk=number).first() if number else None


@dataclass(frozen=True)
class Typed:
    """What the form of a page begins with: what was sent now, else what was kept of it."""

    data: QueryDict | None
    draft: Draft | None
    form_key: str

    @property
    def context(self) -> dict[str, Any]:
        """For components/draft_opened.html and components/form_marks.html."""
        seen = self.draft.seen if self.draft else ""
        return {"draft": self.draft, "form_key": self.form_key, "seen": seen}

    def close(self) -> None:
        """The form was taken: its draft has done its work."""
        if self.draft:
            drafts.close(self.draft)


def of_form(request: MemberRequest, kind: str) -> Typed:
    draft = of_page(request, kind)
    kept = draft.typed() if draft else None
    form_key = draft.form_key if draft else form_key_of(request)
    return Typed(request.POST if request.method == "POST" else kept, draft, form_key)
