"""年次確認: everybody of the body reads its page, a manager confirms."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lib.conflicts import StaleError
from lib.trail import from_home
from members import typed_text
from members import yearly_check as verbs
from members.access import MemberRequest, is_manager, member_only
from members.forms import ConfirmationForm
from members.models import Confirmation, Seat, User, YearlyCheck
from members.typed_text import keeps_typed_text

NOT_ASKED = "今は、貴団体への年次確認を行っていません。"
ALREADY_CONFIRMED = "同じ団体のほかの管理担当者が、すでに確認しました。"


@keeps_typed_text("yearly-check")
@require_http_methods(["GET", "HEAD", "POST"])
@member_only
def yearly_check(request: MemberRequest) -> HttpResponse:
    """Contributors and viewers read what stands there; the last use of people is for managers."""
    manages = is_manager(request.user)
    if request.method == "POST" and not manages:
        raise PermissionDenied
    typed = typed_text.of_form(request, "yearly-check")
    form = ConfirmationForm(typed.data)
    if request.method != "POST":
        form.errors.clear()
    elif form.is_valid():
        return _confirm(request, typed, form.cleaned_data["note"])
    body = request.user.seat.organization
    check = YearlyCheck.objects.running()
    is_asked = check is not None and check.asked().filter(pk=body.pk).exists()
    context = {
        **typed.context,
        "organization": body,
        "form": form,
        "manages": manages,
        "check": check if is_asked else None,
        **(_to_check(check, request) if check and is_asked else {}),
        "trail": from_home(("年次確認", "")),
    }
    return render(request, "members/yearly_check.html", context)


def _confirm(request: MemberRequest, typed: typed_text.Typed, note: str) -> HttpResponse:
    try:
        verbs.confirm(request.user.seat.organization, note=note, by=request.user)
    except verbs.NotAskedError:
        messages.error(request, NOT_ASKED)
    except StaleError:
        messages.info(request, ALREADY_CONFIRMED)
    else:
        typed.close()
        messages.success(request, "確認しました。ありがとうございました。")
    return redirect("members:yearly_check")


def _to_check(check: YearlyCheck, request: MemberRequest) -> dict[str, Any]:
    """All that stands in the portal of this body; whoever has left is not asked about."""
    body = request.user.seat.organization
    present = User.objects.filter(left_at=None).order_by("-is_active", "id")
    seats = Seat.objects.filter(organization=body).prefetch_related(Prefetch("users", present))
    unused = User.objects.unused_since(check.unused_before).filter(seat__organization=body)
    confirmations = Confirmation.objects.filter(yearly_check=check, organization=body)
    return {
        "confirmation": confirmations.select_related("confirmed_by", "seat").first(),
        "themes": body.themes.all(),
        "seats": seats,
        "unused": set(unused.values_list("pk", flat=True)),
    }
