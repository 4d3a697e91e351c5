"""Pages of 参加申込: the form, and the private page of each entry."""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lib.conflicts import StaleError
from lib.forms import form_key_in
from lib.trail import from_home
from members.access import is_member, public
from news import entering
from news.forms.entry import EntryForm
from news.models import Entry, Event

CLOSED = "このイベントの申込みの受付は、終わりました。"


@require_http_methods(["GET", "HEAD", "POST"])
@public  # everybody may come
@never_cache
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    event = get_object_or_404(Event.objects.published().filter(takes_entries=True), pk=pk)
    if before := _sent_before(request):
        return redirect(before)
    form = EntryForm(request.POST or None, instance=Entry(event=event), initial=_known_of(request))
    if not event.takes_entries_now or request.method != "POST" or not form.is_valid():
        return _form_page(request, event, form)
    refusal = ratelimit.consume_or_429(request, action="enter", key=form.cleaned_data["email"])
    if refusal:
        return refusal
    try:
        entry = entering.enter(form.finish())
    except entering.ClosedError:
        event.refresh_from_db()
        return _form_page(request, event, form)
    messages.success(request, "申込みを受け付けました。確認のメールをお送りします。")
    return redirect(entry)


def _sent_before(request: HttpRequest) -> Entry | None:
    """The button was pressed twice, or Back was."""
    key = form_key_in(request.POST)
    return Entry.objects.filter(form_key=key).first() if key else None


def _known_of(request: HttpRequest) -> dict[str, Any]:
    """A member need not type what the portal knows."""
    if not is_member(request.user):
        return {}
    seat = request.user.seat
    return {
        "name": request.user.name,
        "email": request.user.mail_address,
        "body_name": f"{seat.organization} {seat.section}",
    }


def _form_page(request: HttpRequest, event: Event, form: EntryForm) -> HttpResponse:
    steps = (
        ("イベント", reverse("news:event_list")),
        (event.name, event.get_absolute_url()),
        ("参加の申込み", ""),
    )
    context = {"event": event, "form": form, "closed": CLOSED, "trail": from_home(*steps)}
    return render(request, "news/enter.html", context)


@require_http_methods(["GET", "HEAD"])
@public  # the token is the key: it was mailed to who entered
@never_cache
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """State, and a button to cancel: a GET, as of a mail scanner, changes nothing."""
    found = _entry_or_404(token)
    context = {
        "entry": found,
        "event": found.event,
        "trail": from_home(("イベント", reverse("news:event_list")), ("申込みの内容", "")),
    }
    return render(request, "news/entry.html", context)


@require_POST
@public  # the token is the key
def entry_cancel(request: HttpRequest, token: str) -> HttpResponse:
    found = _entry_or_404(token)
    try:
        entering.cancel(found, by=None)
    except StaleError:
        messages.info(request, "この申込みは、すでに取り消されています。")
    else:
        messages.success(request, "申込みを取り消しました。")
    return redirect(found)


def _entry_or_404(token: str) -> Entry:
    """An erased one is as one that never was."""
    found = get_object_or_404(Entry.objects.select_related("event"), token=token)
    if found.erased_at:
        raise Http404
    return found
