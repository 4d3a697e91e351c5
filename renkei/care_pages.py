"""The secretariat's page of one body: all about it, notes of calls, and acts with their confirmation."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.conflicts import STALE, StaleError
from lib.forms import FormKeyField, LineField, TextField
from members import care as notes
from members.access import MemberRequest
from members.models import CareNote, Organization
from renkei import care
from renkei.care_acts import ACTS, Act

Kind, Status = Organization.Kind, Organization.Status
NOTES = 20


class NoteForm(forms.Form):
    form_key = FormKeyField()
    spoken_to = LineField(
        label="相手の方", max_length=100, required=False, help_text="例：企画課の担当の方"
    )
    text = TextField(label="内容", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class StrikeForm(forms.Form):
    reason = LineField(label="取消線の理由", max_length=200)


@require_safe
def care_page(request: MemberRequest, pk: int) -> HttpResponse:
    body = _body(request, pk)
    return _shown(request, body, NoteForm())


@require_POST
def note_page(request: MemberRequest, pk: int) -> HttpResponse:
    body = _body(request, pk, needs="members.add_carenote")
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _shown(request, body, form)
    notes.write(body, by=request.user, **form.cleaned_data)
    messages.success(request, "応対を記録しました。")
    return redirect("admin:care", body.pk)


@require_POST
def strike_page(request: MemberRequest, pk: int, note: int) -> HttpResponse:
    body = _body(request, pk, needs="members.change_carenote")
    found = get_object_or_404(CareNote, pk=note, organization=body)
    form = StrikeForm(request.POST)
    if not form.is_valid():
        messages.error(request, "取消線の理由を入力してください。")
        return redirect("admin:care", body.pk)
    try:
        notes.strike(found, reason=form.cleaned_data["reason"], by=request.user)
    except StaleError as error:
        messages.error(request, str(error))
    return redirect("admin:care", body.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def act_page(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """First what will happen; nothing does before the button."""
    if name not in ACTS:
        raise Http404
    body, act = _body(request, pk, needs="members.change_organization"), ACTS[name]
    if not act.is_offered(body):
        messages.error(request, STALE)
        return redirect("admin:care", body.pk)
    form = act.form(_typed(request, act), body=body)
    if request.method == "POST" and form.is_valid() and _is_done(request, body, act, form):
        return redirect("admin:care", body.pk)
    data = form.cleaned_data if act.asks_first and form.is_bound and form.is_valid() else {}
    context = {
        **_frame(request, body, f"{body}：{act.title}"),
        "act": act,
        "form": form,
        "says": act.says(body, data),
        "is_possible": act.is_possible(body),
        "is_chosen": bool(data) or not act.asks_first,
    }
    return render(request, "admin/members/organization/care_act.html", context)


def _typed(request: HttpRequest, act: Act) -> Any:
    if request.method == "POST":
        return request.POST
    return request.GET if act.asks_first and request.GET else None


def _is_done(request: MemberRequest, body: Organization, act: Act, form: Any) -> bool:
    try:
        told = act.do(body, form.cleaned_data, request.user)
    except StaleError as error:
        messages.error(request, str(error))
        return True
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        body.refresh_from_db(fields=["name", "kana"])
        return False
    messages.success(request, told)
    return True


def _body(
    request: MemberRequest, pk: int, *, needs: str = "members.view_organization"
) -> Organization:
    if not request.user.has_perm(needs):
        raise PermissionDenied
    bodies = Organization.objects.select_related("local_government", "merged_into")
    return get_object_or_404(bodies.annotate_bounced(), pk=pk)


def _frame(request: HttpRequest, body: Organization, title: str) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title, "body": body}


def _shown(request: MemberRequest, body: Organization, form: NoteForm) -> HttpResponse:
    may_change = request.user.has_perm("members.change_organization")
    written, found = care.notes(body), care.sections(body)
    context = {
        **_frame(request, body, body.full_name),
        **care.facts(body),
        "sections": [section for section in found if section.total],
        "empty": [section.title for section in found if not section.total],
        "notes": written[:NOTES],
        "note_count": written.count(),
        "form": form,
        "strike": StrikeForm(),
        "may_note": request.user.has_perm("members.add_carenote"),
        "may_strike": request.user.has_perm("members.change_carenote"),
        "may_change": may_change,
        "may_merge": may_change and body.status == Status.ACTIVE and body.kind != Kind.SECRETARIAT,
        "acts": [(name, act) for name, act in ACTS.items() if may_change and act.is_offered(body)],
    }
    return render(request, "admin/members/organization/care.html", context)
