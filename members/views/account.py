"""Pages of one's own account: overview, mail address, open sessions."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from members import addresses, second_factor
from members.access import MemberRequest, member_only, public
from members.devices import describe
from members.forms import AddressForm, NameChoiceForm
from members.models import User
from members.passwords import LinkOverError
from members.sessions import IDLE_LIMIT, end_sessions
from members.views.password import link_over, trail


@require_http_methods(["GET", "HEAD"])
@member_only
def me(request: MemberRequest) -> HttpResponse:
    context = {
        "has_factor": second_factor.is_set_up(request.user),
        "needs_code": second_factor.needs_mailed_code(request.user),
        "name_choice": NameChoiceForm(instance=request.user),
        "trail": trail(),
    }
    return render(request, "members/me.html", context)


@require_POST
@member_only
@reauthentication_required(app="allauth.mfa")
def mailed_code(request: MemberRequest) -> HttpResponse:
    """The switch on the page of the second factor; `wanted` is there or not."""
    wanted = "wanted" in request.POST
    if wanted and not request.user.mail_address:
        messages.error(request, second_factor.NO_ADDRESS)
        return redirect("mfa_index")
    second_factor.choose_mailed_code(request.user, wanted=wanted)
    text = "次のログインから、確認コードをメールで送ります。"
    messages.success(request, text if wanted else "確認コードのメールをやめました。")
    return redirect("mfa_index")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@member_only
@never_cache
def address(request: MemberRequest) -> HttpResponse:
    form = AddressForm(request.POST or None, person=request.user)
    refused = ratelimit.consume_or_429(request, action="manage_email", user=request.user)
    if refused:
        return refused
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "trail": trail("メールアドレスの変更")}
        return render(request, "members/address.html", context)
    addresses.mail_link(request.user, form.cleaned_data["email"])
    messages.success(
        request,
        "新しいアドレスに確認のメールを送りました。届かないときは、アドレスを確かめるか、"
        "ほかの方が使っていないアドレスにしてください。",
    )
    return redirect("members:me")


@require_http_methods(["GET", "HEAD", "POST"])
@public  # the token was mailed to the new address, which may be read at another computer
@never_cache
def address_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A GET shows the button and changes nothing: mail scanners open links."""
    try:
        person, new = addresses.proposed(token)
        if request.method == "POST":
            addresses.change(token)
    except LinkOverError:
        return link_over(request)
    if request.method != "POST":
        return render(request, "members/address_confirm.html", {"person": person, "address": new})
    messages.success(request, "メールアドレスを変更しました。")
    return redirect("members:me")


@require_http_methods(["GET", "HEAD"])
@member_only
def sessions(request: MemberRequest) -> HttpResponse:
    context = {
        "sessions": open_sessions(request.user, current=request.session.session_key),
        "trail": trail("ログイン中の端末"),
    }
    return render(request, "members/sessions.html", context)


def open_sessions(user: User, *, current: str | None) -> list[dict[str, Any]]:
    """The one in use first, then by last use. What is idle for too long is over already."""
    stored = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    known = UserSession.objects.filter(
        user=user, session_key__in=stored, last_seen_at__gte=timezone.now() - IDLE_LIMIT
    )
    ordered = sorted(known, key=lambda one: (one.session_key == current, one.last_seen_at))
    return [
        {
            "pk": one.pk,
            "device": describe(one.user_agent),
            "started_at": one.created_at,
            "seen_at": one.last_seen_at,
            "is_current": one.session_key == current,
        }
        for one in reversed(ordered)
    ]


@require_POST
@member_only
def session_end(request: MemberRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(UserSession, pk=pk, user=request.user)
    found.end()
    messages.success(request, "選んだ端末からログアウトしました。")
    return redirect("members:sessions")


@require_POST
@member_only
def sessions_end(request: MemberRequest) -> HttpResponse:
    end_sessions(request.user, except_key=request.session.session_key)
    messages.success(request, "ほかの端末からログアウトしました。")
    return redirect("members:sessions")
