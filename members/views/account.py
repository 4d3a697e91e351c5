"""Pages of one's own account: overview, mail address, open sessions."""

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from members import addresses, second_factor
from members.access import MemberRequest, member_only, public
from members.forms import AddressForm, NameChoiceForm
from members.passwords import LinkOverError
from members.sessions import end_sessions, open_sessions
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
