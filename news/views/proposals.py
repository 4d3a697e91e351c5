"""Pages on which members propose events and follow what became of them."""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.conflicts import EditedMeanwhileError, StaleError
from lib.trail import Trail, from_home
from members import typed_text
from members.access import MemberRequest, contributor_only, is_contributor, member_only
from members.typed_text import keeps_typed_text
from news import proposing
from news.forms.proposal import ProposalEditForm, ProposalForm
from news.models import Event

KIND = "event"
DECIDED = "この提案は、事務局がすでに決定したか、取り下げられています。"
TYPED_TOO_LATE = (
    f"{DECIDED}入力した内容は保存していません。必要なときは、下の入力欄から控えてください。"
)


def _steps(title: str) -> Trail:
    own = ("イベントの提案", reverse("news:proposal_list") if title else "")
    last = [(title, "")] if title else []
    return from_home(("イベント", reverse("news:event_list")), own, *last)


def _own(request: MemberRequest) -> Any:
    return Event.objects.proposed_by(request.user.seat.organization).select_related("seat")


@require_safe
@member_only
def proposal_list(request: MemberRequest) -> HttpResponse:
    """Of the own body, the newest first."""
    context = {
        "events": _own(request).order_by("-id").defer("body", "folded"),
        "may_propose": is_contributor(request.user),
        "trail": _steps(""),
    }
    return render(request, "news/proposal_list.html", context)


@keeps_typed_text(KIND)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def propose(request: MemberRequest) -> HttpResponse:
    seat = request.user.seat
    proposed = {
        "organizer": str(seat.organization),
        "prefecture": seat.organization.prefecture,
        "contact": seat.contact,
    }
    form = _form(request, ProposalForm, Event(), initial=proposed)
    if request.method == "POST" and form.is_valid():
        refusal = ratelimit.consume_or_429(request, action="post", user=request.user)
        if refusal:
            return refusal
        key = typed_text.form_key_of(request)
        proposing.propose(form.save(commit=False), form_key=key, by=request.user)
        messages.success(request, "提案を事務局に送りました。結果は、メールでお知らせします。")
        return redirect("news:proposal_list")
    return _form_page(request, form, "イベントを提案する")


@keeps_typed_text(KIND)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def proposal(request: MemberRequest, pk: int) -> HttpResponse:
    """To amend while the secretariat has not decided."""
    event = get_object_or_404(_own(request), pk=pk)
    if request.method != "POST" and not event.is_waiting_for_decision:
        messages.info(request, DECIDED)
        return redirect("news:proposal_list")
    form = _form(request, ProposalEditForm, event)
    if request.method == "POST" and form.is_valid():
        return _amend(request, form)
    return _edit_page(request, form, event)


def _amend(request: MemberRequest, form: ProposalEditForm) -> HttpResponse:
    try:
        proposing.amend(
            form.save(commit=False),
            expected=form.cleaned_data["expected"],
            form_key=typed_text.form_key_of(request),
            by=request.user,
        )
    except EditedMeanwhileError:
        return _conflict(request, form)
    except StaleError:
        form.add_error(None, TYPED_TOO_LATE)
        return _edit_page(request, form, _own(request).get(pk=form.instance.pk), status=409)
    messages.success(request, "提案を直しました。")
    return redirect("news:proposal_list")


def _conflict(request: MemberRequest, typed: ProposalEditForm) -> HttpResponse:
    """409: what stands now, and what was typed, in one page; the next press saves over the first."""
    saved = _own(request).get(pk=typed.instance.pk)
    changes = typed.other_than(saved)
    data = request.POST.copy()
    data["expected"] = proposing.mark_of(saved)
    form = ProposalEditForm(data, instance=saved)
    return _edit_page(request, form, saved, status=409, changes=changes)


@require_POST
@contributor_only
def proposal_withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    event = get_object_or_404(_own(request), pk=pk)
    try:
        proposing.withdraw(event, by=request.user)
    except StaleError:
        messages.error(request, DECIDED)
    else:
        messages.success(request, "提案を取り下げました。")
    return redirect("news:proposal_list")


def _form(
    request: MemberRequest, form_class: type[ProposalForm], event: Event, **initial: Any
) -> Any:
    """What was sent; else what waits in a draft (`?draft=12`); else what is known."""
    if request.method == "POST":
        return form_class(request.POST, instance=event)
    form = form_class(instance=event, **initial)
    draft = typed_text.of_page(request, KIND)
    if draft:
        typed = draft.typed()
        form.initial.update({name: typed.get(name, "") for name in form.fields})
    return form


def _edit_page(
    request: MemberRequest, form: ProposalForm, event: Event, *, status: int = 200, **more: Any
) -> HttpResponse:
    return _form_page(request, form, "提案を直す", status=status, event=event, **more)


def _form_page(
    request: MemberRequest, form: ProposalForm, title: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    draft = typed_text.of_page(request, KIND)
    context = {
        "form": form,
        "title": title,
        "draft": draft,
        "form_key": draft.form_key if draft else typed_text.form_key_of(request),
        "trail": _steps(title),
        **more,
    }
    return render(request, "news/proposal_form.html", context, status=status)
