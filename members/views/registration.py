"""Pages of registration: application, its private page, invitation."""

from copy import copy
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lib import prefectures
from lib.conflicts import StaleError
from lib.forms import form_key_in, new_form_key
from lib.text import clean_line, cut
from lib.trail import from_home
from members import handover, registration
from members.access import public
from members.forms import AcceptanceForm, ApplicationForm
from members.forms.application import ALREADY_OPEN
from members.models import Application, Invitation, SiteText

REGISTERED = "登録しました。決めた利用者IDとパスワードで、ログインしてください。"
TO_PROVE = "自分のメールアドレスは、そこに届くメールで確認すると、ログインに使えます。"
RESENT = "申請を送り直しました。"
TO_PROVE_FIRST = (
    "新しいメールアドレスに、確認のメールを送りました。メールに書かれたページで"
    "「メールアドレスを確認する」を押すと、申請が事務局に届きます。"
)
VERIFIED_BEFORE = "メールアドレスは、すでに確認されています。"
PROOF_OVER = (
    "このメールアドレスの確認は、終わっているか、期限が過ぎています。状態を確かめてください。"
)
NOT_CORRECTABLE = "この申請は、今は直せません。状況を確かめてください。"


@require_http_methods(["GET", "HEAD", "POST"])
@public  # a body that is no member yet has no account
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """Form, then confirmation page, then saved: nothing is stored before 申請する."""
    if "confirmed" in request.POST and sent_before(request.POST):
        return redirect("members:register_sent")
    form = ApplicationForm(request.POST or None, initial=body_in(request.GET))
    if request.method != "POST" or "correct" in request.POST or not form.is_valid():
        if "correct" in request.POST:
            form.errors.clear()
        return render(request, "members/register.html", registration_context(form))
    if "confirmed" not in request.POST:
        return render(
            request, "members/register_confirm.html", confirmation_context(form, request.POST)
        )
    application = form.finish()
    refusal = ratelimit.consume_or_429(request, action="apply", key=application.email)
    if refusal:
        return refusal
    registration.apply(application, themes=form.cleaned_data["themes"])
    return redirect("members:register_sent")


def body_in(query: QueryDict) -> dict[str, str]:
    """The body whose page led here, or the prefecture whose bodies are asked for; else nothing."""
    prefecture = query.get("prefecture", "")
    if prefecture not in dict(prefectures.CHOICES):
        return {}
    return {"prefecture": prefecture, "body_name": cut(clean_line(query.get("body_name", "")), 80)}


def registration_context(form: ApplicationForm) -> dict[str, Any]:
    return {
        "form": form,
        "benefits": SiteText.objects.current(SiteText.Slug.MEMBER_BENEFITS),
        "trail": from_home(("会員登録の申請", "")),
    }


def sent_before(data: QueryDict) -> Application | None:
    """What this very form has saved already: the button was pressed twice, or Back was."""
    key = form_key_in(data)
    return Application.objects.filter(form_key=key).first() if key else None


def confirmation_context(form: ApplicationForm, data: QueryDict) -> dict[str, Any]:
    """What was typed: to be read, and hidden in the page for the next step.

    Sent before and corrected since (a mistyped address), it is another application.
    """
    application = form.finish()
    before = sent_before(data)
    is_another = before is not None and not before.says_the_same_as(application)
    typed = [
        (name, value) for name in form.fields for value in data.getlist(name) if name != "form_key"
    ]
    typed.append(("form_key", new_form_key() if is_another else application.form_key or ""))
    return {
        "application": application,
        "themes": form.cleaned_data["themes"],
        "typed": typed,
        "trail": from_home(("申請内容の確認", "")),
    }


@require_http_methods(["GET", "HEAD"])
@public  # follows the application of somebody without an account
@never_cache
def register_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "members/register_sent.html", {"trail": from_home(("メールの確認", ""))})


@require_http_methods(["GET", "HEAD"])
@public  # the token is the key: it was mailed to the applicant alone
@never_cache
def application(request: HttpRequest, token: str) -> HttpResponse:
    """Status and history; a button where the address is still to be verified."""
    found = get_object_or_404(Application.objects.select_related("local_government"), token=token)
    form = correction_form(found) if found.is_correctable else None
    context = application_context(found, form)
    proof = request.GET.get("proof", "")
    if proof:
        context |= {"proof": proof, "proposed": registration.proposed_address(found, proof)}
    return render(request, "members/application.html", context)


def application_context(application: Application, form: ApplicationForm | None) -> dict[str, Any]:
    return {
        "application": application,
        "steps": application.steps.exclude(status=Application.Status.UNVERIFIED),
        "form": form,
        "trail": from_home(("申請の状況", "")),
    }


def correction_form(application: Application, data: Any = None) -> ApplicationForm:
    """What was sent before, to be corrected; the name of the body is typed as it is shown."""
    initial = {
        "wishes": application.wishes,
        "is_association": application.local_government is None,
        "consent": True,
    }
    return ApplicationForm(data, instance=application, initial=initial)


@require_POST
@public  # the token is the key
def application_verify(request: HttpRequest, token: str) -> HttpResponse:
    """Of the first address, or of one that was corrected: that one's mail has brought a proof."""
    found = get_object_or_404(Application, token=token)
    proof = request.POST.get("proof", "")
    try:
        if proof:
            registration.prove_address(found, proof)
        else:
            registration.verify(found)
    except registration.AlreadyOpenError:
        messages.error(
            request, "この団体からは、別の申請を受け付けています。事務局にお問い合わせください。"
        )
    except StaleError:
        messages.info(request, PROOF_OVER if proof else VERIFIED_BEFORE)
    else:
        messages.success(request, "メールアドレスを確認し、申請を受け付けました。")
    return redirect(found)


@require_POST
@public  # the token is the key
def application_correct(request: HttpRequest, token: str) -> HttpResponse:
    found = get_object_or_404(Application, token=token)
    if not found.is_correctable:
        messages.error(request, NOT_CORRECTABLE)
        return redirect(found)
    # The form writes what was typed into its own copy: the page goes on naming the body as it is.
    form = correction_form(copy(found), request.POST)
    if not form.is_valid():
        return render(request, "members/application.html", application_context(found, form))
    if "email" in form.changed_data:
        refusal = ratelimit.consume_or_429(request, action="apply", key=form.instance.email)
        if refusal:
            return refusal
    try:
        is_sent = registration.resubmit(form.finish(), themes=form.cleaned_data["themes"])
    except StaleError:
        messages.error(request, NOT_CORRECTABLE)
    except registration.AlreadyOpenError:
        messages.error(request, ALREADY_OPEN)
    else:
        messages.success(request, RESENT if is_sent else TO_PROVE_FIRST)
    return redirect(found)


@require_POST
@public  # the token is the key
def application_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    found = get_object_or_404(Application, token=token)
    try:
        registration.withdraw(found)
    except StaleError:
        messages.error(request, "この申請は、すでに決定または取り下げられています。")
    else:
        messages.success(request, "申請を取り下げました。")
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
@public  # the token is the key: it was mailed to the invited person's section
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A GET shows the form and changes nothing: mail scanners open links."""
    offered = get_object_or_404(
        Invitation.objects.select_related("seat__organization__local_government"), token=token
    )
    if not offered.is_usable:
        return render(
            request, "members/invitation_over.html", {"trail": from_home(("招待", ""))}, status=410
        )
    form = AcceptanceForm(request.POST or None, invitation=offered)
    if request.method == "POST" and form.is_valid():
        try:
            accept(offered, form)
        except StaleError:
            return redirect(offered)
        except registration.NameTakenError:
            # Asked once more, the form names the field: whoever was quicker is in the table by now.
            form = AcceptanceForm(request.POST, invitation=offered)
        else:
            proof = TO_PROVE if form.is_address_to_prove else ""
            messages.success(request, REGISTERED + proof)
            return redirect("account_login")
    context = {"form": form, "invitation": offered, "trail": from_home(("利用者の登録", ""))}
    return render(request, "members/invitation.html", context)


def accept(invitation: Invitation, form: AcceptanceForm) -> None:
    names = ("name", "username", "email", "password")
    handover.accept(invitation, **{name: form.cleaned_data[name] for name in names})
