"""Pages on which a colleague asks the 管理担当者 of a member body."""

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lib.trail import from_home
from members import enquiries
from members.access import public
from members.forms import AskManagersForm
from members.models import Organization, Standing


@require_http_methods(["GET", "HEAD", "POST"])
@public  # whoever asks has no account yet; that the body is a member is published
@never_cache
def ask_managers(request: HttpRequest, pk: int) -> HttpResponse:
    """What was typed into the application comes along; 送信する sends, any other POST shows the form."""
    body = member_or_404(pk)
    is_sent = "send" in request.POST
    form = AskManagersForm(request.POST if is_sent else None, initial=request.POST.dict())
    if not is_sent or not form.is_valid():
        title = "貴団体の管理担当者に連絡する"
        context = {"form": form, "body": body, "trail": from_home((title, ""))}
        return render(request, "members/ask_managers.html", context)
    for action, key in (("ask", form.cleaned_data["mailbox"].lower()), ("ask_body", str(body.pk))):
        refusal = ratelimit.consume_or_429(request, action=action, key=key)
        if refusal:
            return refusal
    enquiries.ask_managers(body, **form.cleaned_data)
    return redirect("members:ask_managers_sent")


def member_or_404(pk: int) -> Organization:
    """Suspended bodies and the secretariat are as ones that never were."""
    found = Organization.objects.select_related("local_government")
    body = get_object_or_404(found, pk=pk)
    if body.standing == Standing.NONE:
        raise Http404
    return body


@require_http_methods(["GET", "HEAD"])
@public  # follows the question of somebody without an account
@never_cache
def ask_managers_sent(request: HttpRequest) -> HttpResponse:
    """The same whoever was asked: whether there is a mailbox is the body's own affair."""
    context = {"trail": from_home(("連絡を受け付けました", ""))}
    return render(request, "members/ask_managers_sent.html", context)
