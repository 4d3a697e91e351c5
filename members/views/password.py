"""Pages of the password: forgotten, new behind a mailed link, changed."""

from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from lib.trail import Trail, from_home
from members import passwords
from members.access import MemberRequest, member_only, public
from members.forms import ForgottenPasswordForm, NewPasswordForm, PasswordChangeForm
from members.sessions import end_sessions

_KEY = "password_reset_key"


@require_http_methods(["GET", "HEAD", "POST"])
@public  # whoever has forgotten the password cannot log in
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """The same answer for every address and every 利用者ID, known or not."""
    form = ForgottenPasswordForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "account/password_forgotten.html", {"form": form})
    login = form.cleaned_data["login"]
    refused = ratelimit.consume_or_429(request, action="reset_password", key=login.lower())
    if refused:
        return refused
    passwords.mail_link(login)
    return redirect("account_reset_password_sent")


@require_http_methods(["GET", "HEAD"])
@public  # follows the request of somebody who cannot log in
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "account/password_link_sent.html")


@require_http_methods(["GET", "HEAD"])
@public  # the key was mailed to the person
@never_cache
def link(request: HttpRequest, key: str) -> HttpResponse:
    """Takes the key out of the address at once: logs, history and Referer keep no usable link."""
    try:
        passwords.holder(key)
    except passwords.LinkOverError:
        return link_over(request)
    request.session[_KEY] = key
    return redirect("account_new_password")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@public  # the key, by now in the session, was mailed to the person
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    key = request.session.get(_KEY, "")
    try:
        person = passwords.holder(key)
        form = NewPasswordForm(request.POST or None, person=person)
        if request.method != "POST" or not form.is_valid():
            return render(request, "account/password_new.html", {"form": form, "person": person})
        passwords.reset(key, password=form.cleaned_data["password"])
    except passwords.LinkOverError:
        return link_over(request)
    request.session.pop(_KEY, None)
    messages.success(request, "パスワードを変更しました。新しいパスワードでログインしてください。")
    return redirect("account_login")


def link_over(request: HttpRequest) -> HttpResponse:
    return render(request, "account/password_link_over.html", status=410)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@member_only
@never_cache
def change(request: MemberRequest) -> HttpResponse:
    form = PasswordChangeForm(request.POST or None, person=request.user)
    refused = ratelimit.consume_or_429(request, action="change_password", user=request.user)
    if refused:
        return refused
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "trail": trail("パスワードの変更")}
        return render(request, "members/password_change.html", context)
    passwords.change(request.user, password=form.cleaned_data["password"])
    update_session_auth_hash(request, request.user)
    end_sessions(request.user, except_key=request.session.session_key)
    UserSession.objects.create_from_request(request)
    messages.success(request, "パスワードを変更しました。ほかの端末からはログアウトしました。")
    return redirect("members:me")


def trail(*titles: str) -> Trail:
    """From the home page over the page of the account to the page with the last title."""
    below = [(title, "") for title in titles]
    return from_home(("利用者の設定", reverse("members:me") if below else ""), *below)
