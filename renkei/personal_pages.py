"""個人情報 in the admin: found, handed out to the person who asks, erased. For 事務局（管理） alone."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from lib import downloads
from lib.text import clean_line
from members import audit
from members.access import HANDLES_PERSONAL_DATA, MemberRequest
from members.models import Application, Invitation, User
from news.models import Entry
from renkei import erasure, holdings, mentions, personal, personal_search

KINDS: dict[str, Any] = {
    "user": User,
    "application": Application,
    "invitation": Invitation,
    "entry": Entry,
}
SHORTEST = 2
# What an erasure has counted, in words.
EMPTIED = {
    "applications": "申請",
    "invitations": "招待",
    "entries": "参加申込",
    "mails": "メール",
}


@require_safe
def search_page(request: MemberRequest) -> HttpResponse:
    _check(request)
    q = clean_line(request.GET.get("q", ""))[:100]
    is_long_enough = len(q) >= SHORTEST
    context = {
        **_frame(request, "個人情報を探す"),
        "q": q,
        "is_short": bool(q) and not is_long_enough,
        "places": personal_search.search(q) if is_long_enough else [],
    }
    return render(request, "admin/personal/search.html", context)


@require_safe
def person_page(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    """What is kept of the person, of every kind how much."""
    subject = _subject(request, kind, pk)
    context = {
        **_frame(request, "この方について残っている情報"),
        "subject": subject,
        "kind": kind,
        "pk": pk,
        **_kept(subject),
        "refusal": erasure.refusal(subject, by=request.user),
    }
    return render(request, "admin/personal/person.html", context)


@require_safe
def export(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    subject = _subject(request, kind, pk)
    rows = list(holdings.export_rows(subject))
    audit.record("export_person", _row(kind, pk), by=request.user, facts=len(rows))
    name = f"kojin-joho-{kind}-{pk}-{timezone.localdate():%Y%m%d}"
    return downloads.sheet("xlsx", holdings.HEADS, rows, name=name, title="個人情報")


@require_http_methods(["GET", "HEAD", "POST"])
def erase_page(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    """What will happen to how much; the mark says that it was read."""
    subject = _subject(request, kind, pk)
    is_confirmed = "confirmed" in request.POST
    if request.method == "POST" and is_confirmed:
        return _erase(request, subject, kind, pk)
    context = {
        **_frame(request, "個人情報の消去"),
        "subject": subject,
        "kind": kind,
        "pk": pk,
        **_kept(subject),
        "mentions": mentions.mentions(subject),
        "refusal": erasure.refusal(subject, by=request.user),
        "is_unconfirmed": request.method == "POST",
    }
    return render(request, "admin/personal/erase.html", context)


def _erase(request: MemberRequest, subject: personal.Subject, kind: str, pk: int) -> HttpResponse:
    # Afterwards nothing knows the name any more.
    left = mentions.mentions(subject)
    try:
        done = erasure.erase(subject, by=request.user)
    except erasure.RefusedError as error:
        messages.error(request, str(error))
        return redirect("admin:personal_erase", kind, pk)
    messages.success(request, _told(subject, done))
    if left:
        messages.warning(request, _left(left))
    return redirect("admin:personal")


def _told(subject: personal.Subject, done: dict[str, int]) -> str:
    counted = [f"{label}{done[name]}件" for name, label in EMPTIED.items() if done[name]]
    if subject.user:
        counted.insert(0, "利用者の登録")
    return f"消去しました。{'、'.join(counted)}から、この方の情報を消しました。"


def _left(found: list[mentions.Mentions]) -> SafeString:
    """The places that can be edited or hidden, for whoever has not done so before."""
    links = [(row.desk, row.name) for kind in found for row in kind.rows]
    return format_html(
        "次の文には、氏名が残っています：{}",
        format_html_join("、", '<a href="{}">{}</a>', links),
    )


def _kept(subject: personal.Subject) -> dict[str, Any]:
    counted = [(holding, holding.rows.count()) for holding in holdings.holdings(subject)]
    return {"kept": [(holding, number) for holding, number in counted if number]}


def _row(kind: str, pk: int) -> Any:
    if kind not in KINDS:
        raise Http404
    rows = KINDS[kind].objects.all()
    if kind == "user":
        rows = rows.select_related("seat__organization")
    return get_object_or_404(rows, pk=pk)


def _subject(request: HttpRequest, kind: str, pk: int) -> personal.Subject:
    _check(request)
    row = _row(kind, pk)
    return personal.Subject.of_user(row) if kind == "user" else personal.Subject.of_row(row)


def _check(request: HttpRequest) -> None:
    user: Any = request.user
    if not user.has_perm(HANDLES_PERSONAL_DATA):
        raise PermissionDenied


def _frame(request: HttpRequest, title: str) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title}
