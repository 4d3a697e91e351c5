"""What is done to a topic besides writing: ended, extended, watched, marked, copied."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from board import copying, ending, moderation
from board.draft_kinds import ACT
from board.forms.acts import ActForm, CloseForm, ExtendForm, WithdrawForm
from board.forms.topic import deadline_warnings
from board.models import TodoMark, Topic, Watch
from board.views.topic import topic_or_404, topic_trail
from lib.conflicts import StaleError
from members import drafts, typed_text
from members.access import MemberRequest, contributor_only, member_only
from members.models import Draft
from members.typed_text import keeps_typed_text

# Title of the page and of its button, and what is said afterwards.
END = ("受付を終了する", "受付を終了しました。")
RECORD = ("結果を記録する", "結果を記録しました。")


@keeps_typed_text(ACT)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def topic_close(request: MemberRequest, pk: int) -> HttpResponse:
    """受付終了, 成立 or 不成立, with a note."""
    is_open = topic_or_404(request, pk).status == Topic.Status.OPEN

    def act(topic: Topic, data: dict[str, Any]) -> None:
        if data["status"] == Topic.Status.CLOSED:
            ending.close(topic, note=data["note"], by=request.user)
        else:
            ending.record_outcome(topic, data["status"], note=data["note"], by=request.user)

    title, done = END if is_open else RECORD
    return _act(request, pk, CloseForm, act, title=title, done=done)


@keeps_typed_text(ACT)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def topic_extend(request: MemberRequest, pk: int) -> HttpResponse:
    def act(topic: Topic, data: dict[str, Any]) -> None:
        ending.extend(topic, data["deadline"], by=request.user)
        warn(request, deadline_warnings(data["deadline"]))

    return _act(request, pk, ExtendForm, act, title="締切を延長する", done="締切を変更しました。")


@keeps_typed_text(ACT)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def topic_withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    def act(topic: Topic, data: dict[str, Any]) -> None:
        ending.withdraw(topic, note=data["note"], by=request.user)

    return _act(request, pk, WithdrawForm, act, title="投稿を取り下げる", done="取り下げました。")


def _act(
    request: MemberRequest,
    pk: int,
    form_class: type[ActForm],
    act: Callable[[Topic, dict[str, Any]], None],
    *,
    title: str,
    done: str,
) -> HttpResponse:
    """A page with a form; a topic of another body is seen, and not touched."""
    topic = topic_or_404(request, pk)
    if not topic.is_editable_by(request.user):
        raise PermissionDenied
    form = filled(request, partial(form_class, topic=topic))
    if request.method == "POST" and form.is_valid():
        try:
            act(topic, form.cleaned_data)
        except StaleError as error:
            messages.error(request, str(error))
        else:
            forget(request)
            messages.success(request, done)
        return redirect(topic)
    return act_page(request, topic, form, title)


def warn(request: MemberRequest, warnings: list[str]) -> None:
    """After the act, without the advice for before it."""
    for warning in warnings:
        messages.warning(request, warning.partition("。")[0] + "。")


def filled(request: MemberRequest, make_form: Callable[..., Any]) -> Any:
    """The form with what was sent, or with what was kept when it came too late."""
    draft = typed_text.of_page(request, ACT)
    if request.method == "POST" or draft is None:
        return make_form(request.POST or None)
    form = make_form(draft.typed())
    form.errors.clear()
    return form


def forget(request: MemberRequest) -> None:
    """Done: what was kept of it is not needed any more."""
    key = typed_text.form_key_of(request)
    for draft in Draft.objects.of_seat(request.user).filter(form_key=key, kind=ACT):
        drafts.close(draft)


def act_page(
    request: MemberRequest, topic: Topic, form: forms.BaseForm, title: str
) -> HttpResponse:
    """The form of an act, under the name of the act; also with what is wrong in it."""
    draft = typed_text.of_page(request, ACT)
    is_kept = draft is not None and request.method != "POST"
    context = {
        "topic": topic,
        "form": form,
        "form_key": draft.form_key if draft and is_kept else typed_text.form_key_of(request),
        "draft": draft if is_kept else None,
        "title": title,
        "trail": topic_trail(topic, (title, "")),
    }
    return render(request, "board/act.html", context)


@require_POST
@contributor_only
def topic_lock(request: MemberRequest, pk: int) -> HttpResponse:
    topic = topic_or_404(request, pk)
    is_locked = request.POST.get("locked") == "1"
    moderation.lock(topic, is_locked, by=request.user)
    messages.success(request, "返信を止めました。" if is_locked else "返信を受け付けます。")
    return redirect(topic)


@require_POST
@contributor_only
def topic_copy(request: MemberRequest, pk: int) -> HttpResponse:
    """複製して新規作成: the same call returns every year."""
    topic = topic_or_404(request, pk)
    if not topic.is_of(request.user):
        raise PermissionDenied
    draft = copying.draft_of(topic, by=request.user)
    messages.info(request, "複製して下書きを作りました。日付と添付ファイルは引き継いでいません。")
    return redirect(draft)


@require_POST
@member_only
def topic_watch(request: MemberRequest, pk: int) -> HttpResponse:
    """更新通知を受け取る, for the whole section; once more takes it away."""
    topic = topic_or_404(request, pk)
    is_on = _toggle(Watch, request, topic=topic)
    said = "更新通知を受け取ります。" if is_on else "更新通知を止めました。"
    messages.success(request, said)
    return redirect(topic)


@require_POST
@member_only
def topic_todo(request: MemberRequest, pk: int) -> HttpResponse:
    """要対応: the section shares it; any colleague sets it and takes it away."""
    topic = topic_or_404(request, pk)
    is_on = _toggle(TodoMark, request, topic=topic, defaults={"set_by": request.user})
    said = "「要対応」を付けました。" if is_on else "「要対応」を外しました。"
    messages.success(request, said)
    return redirect(topic)


def _toggle(
    model: type[Watch] | type[TodoMark],
    request: MemberRequest,
    *,
    defaults: dict[str, Any] | None = None,
    **of: Any,
) -> bool:
    """`on` says what the button showed: a second press of the same button changes nothing."""
    is_on = request.POST.get("on") == "1"
    if is_on:
        model._default_manager.get_or_create(seat=request.user.seat, **of, defaults=defaults or {})
    else:
        model._default_manager.filter(seat=request.user.seat, **of).delete()
    return is_on
