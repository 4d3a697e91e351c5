"""引継ぎ: the person who goes, or a manager of the body, names the successor."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.conflicts import StaleError
from lib.trail import Trail, from_home
from members import handover as handovers
from members import typed_text
from members.access import MemberRequest, is_manager, is_secretariat, member_only
from members.forms import HandoverForm
from members.models import Handover, User
from members.typed_text import keeps_typed_text

ALREADY_OPEN = "この方の引継ぎは、すでに始まっています。"
ALREADY_ACCEPTED = "後任の方がすでに登録したか、取り消されているため、取り消せません。"


def trail(*steps: tuple[str, str]) -> Trail:
    return from_home(("引継ぎ", reverse("members:handover_list")), *steps)


def handover_or_404(request: MemberRequest, pk: int) -> Handover:
    found = handovers.visible_to(request.user)
    return get_object_or_404(
        found.select_related("seat__organization", "predecessor__seat__organization", "invitation"),
        pk=pk,
    )


def predecessor_or_404(request: MemberRequest, pk: int) -> User:
    """People of the own seat are visible, to managers those of the body, to the secretariat all."""
    found = get_object_or_404(User.objects.select_related("seat__organization"), pk=pk)
    user = request.user
    is_visible = (
        is_secretariat(user)
        or found.seat_id == user.seat_id
        or (is_manager(user) and found.seat.organization_id == user.seat.organization_id)
    )
    if not is_visible:
        raise Http404
    return found


@require_safe
@member_only
def handover_list(request: MemberRequest) -> HttpResponse:
    """Where everybody begins: the own hand-over, and those of the seat or the body."""
    user = request.user
    found = handovers.visible_to(user).of_body(user.seat.organization_id)
    context = {
        "handovers": found.select_related("seat__organization", "predecessor", "invitation"),
        "own": next((row for row in found.open() if row.predecessor_id == user.pk), None),
        "manages": is_manager(user),
        "trail": trail(),
    }
    return render(request, "members/handover_list.html", context)


@keeps_typed_text("handover")
@require_http_methods(["GET", "HEAD", "POST"])
@member_only
def handover_new(request: MemberRequest, pk: int) -> HttpResponse:
    predecessor = predecessor_or_404(request, pk)
    if not handovers.may_begin(predecessor, by=request.user):
        raise PermissionDenied
    typed = typed_text.of_form(request, "handover")
    form = HandoverForm(typed.data, seat=predecessor.seat)
    if request.method != "POST":
        form.errors.clear()
    elif form.is_valid():
        try:
            begun = handovers.begin(predecessor, by=request.user, **form.cleaned_data)
        except handovers.AlreadyOpenError:
            form.add_error(None, ALREADY_OPEN)
        else:
            typed.close()
            messages.success(request, f"{form.cleaned_data['name']}さんに招待を送ります。")
            return redirect(begun)
    context = {
        **typed.context,
        "form": form,
        "predecessor": predecessor,
        "trail": trail(("後任を決める", "")),
    }
    return render(request, "members/handover_new.html", context)


@require_safe
@member_only
def handover(request: MemberRequest, pk: int) -> HttpResponse:
    found = handover_or_404(request, pk)
    context = {
        "handover": found,
        "may_cancel": found.is_cancellable and handovers.is_cancellable_by(found, request.user),
        "trail": trail((found.seat.section, "")),
    }
    return render(request, "members/handover.html", context)


@require_POST
@member_only
def handover_cancel(request: MemberRequest, pk: int) -> HttpResponse:
    found = handover_or_404(request, pk)
    try:
        handovers.cancel(found, by=request.user)
    except StaleError:
        messages.error(request, ALREADY_ACCEPTED)
    else:
        messages.success(request, "引継ぎを取り消しました。後任への招待は使えません。")
    return redirect(found)
