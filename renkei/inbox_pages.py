"""Pages of the inbox, of the mail settings, and behind the stop link of a mail."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.numbers import whole_number
from lib.trail import from_home
from members import inbox as verbs
from members.access import MemberRequest, member_only, public
from members.models import Notification
from members.sending import Stop
from renkei import inbox as rooms
from renkei.mail_settings import MailSettingsForm, resume_mail, stop_mail, stopped_lists


@require_safe
@member_only
def inbox(request: MemberRequest) -> HttpResponse:
    only_unread = request.GET.get("unread") == "1"
    page = rooms.page_of_groups(request.user, request.GET.get("page", "1"), only_unread=only_unread)
    context = {"page": page, "only_unread": only_unread, "trail": from_home(("受信箱", ""))}
    return render(request, "renkei/inbox.html", context)


@require_POST
@member_only
def inbox_read(request: MemberRequest) -> HttpResponse:
    """既読にする: of one topic, of one notice, or of all that lies in the inbox now."""
    topic, notice = request.POST.get("topic", ""), request.POST.get("notice", "")
    found = rooms.visible(request.user)
    if topic or notice:
        number = whole_number(topic or notice)
        found = found.filter(**{"notice__topic" if topic else "notice": number})
        if not found.exists():
            raise Http404
    verbs.mark_read(request.user, Notification.objects.filter(pk__in=found.values("pk")))
    messages.success(request, "既読にしました。")
    return redirect("inbox")


@require_http_methods(["GET", "HEAD", "POST"])
@member_only
def mail_settings(request: MemberRequest) -> HttpResponse:
    form = MailSettingsForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "メールの設定を保存しました。")
        return redirect("mail_settings")
    trail = from_home(("受信箱", reverse("inbox")), ("メールの設定", ""))
    return render(request, "renkei/mail_settings.html", {"form": form, "trail": trail})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@public  # whoever reads the mail may stop it, also where nobody can log in (RFC 8058)
@never_cache
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """A GET shows the button and changes nothing: mail scanners open links."""
    stop = Stop.of(token)
    if stop is None:
        raise Http404
    state = "asked"
    lists = stopped_lists(stop)
    if request.method == "POST":
        if request.POST.get("resume") == "1":
            resume_mail(stop)
            state = "resumed"
        else:
            stop_mail(stop)
            state = "stopped"
    context = {"stop": stop, "lists": lists, "state": state}
    return render(request, "renkei/mail_stop.html", context)
