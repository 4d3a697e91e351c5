"""Writing: every press of a button first keeps text and files as a draft, then does what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from board import files, history
from board.models import Answer, Reply, Topic
from board.views import resending
from board.views.preview import preview_of
from lib.conflicts import EditedMeanwhileError, StaleError
from lib.forms import new_form_key
from lib.uploads import MAX_FILES
from members import drafts, typed_text
from members.access import MemberRequest
from members.models import Draft
from members.models.draft import typed_of

NOT_FIELDS = (
    *("preview", "publish", "save_draft", "change_category", "remove_files"),
    resending.KEPT,
)
Post = Topic | Reply | Answer


@dataclass(frozen=True)
class Desk:
    """What one writing page is about: how its form is made, what posting means, how it looks."""

    kind: str
    template: str
    make_form: Callable[[Any], forms.BaseForm]
    post: Callable[[Any, Draft], Post]
    context: dict[str, Any]
    # The post that this key has made before, if any.
    made: Callable[[str], Post | None]
    # What was sent, as a form over the post that its key has made; else the form of the page is one.
    again: Callable[[Any], forms.BaseForm] | None = None
    closed: str = "この投稿は、受付を終了しています。書いた内容は下書きにあります。"


def write(request: MemberRequest, desk: Desk) -> HttpResponse:
    draft = typed_text.of_page(request, desk.kind)
    if request.method != "POST":
        form = desk.make_form(draft.typed() if draft else None)
        if draft:
            form.errors.clear()
        key = draft.form_key if draft else new_form_key()
        return _page(request, desk, form, draft, key)
    try:
        found = _posted_or_draft(request, desk)
    except drafts.KeptApartError as apart:
        return _apart(request, desk, apart)
    if not isinstance(found, Draft):
        return _already(request, desk, found)
    errors = _take_files(request, desk, found)
    form = desk.make_form(request.POST)
    for error in errors:
        form.add_error(None, error)
    return _answer(request, desk, form, found, errors)


def _apart(request: MemberRequest, desk: Desk, apart: drafts.KeptApartError) -> HttpResponse:
    """Whatever was pressed, nothing is posted before the colleague's text was looked at."""
    errors = _take_files(request, desk, apart.draft)
    form = desk.make_form(request.POST)
    form.errors.clear()
    messages.warning(request, f"まだ投稿していません。{apart}")
    return _page(request, desk, form, apart.draft, apart.draft.form_key, errors)


def _posted_or_draft(request: MemberRequest, desk: Desk) -> Post | Draft:
    """What this form has posted before; else its draft, with what has come now."""
    form_key = typed_text.form_key_of(request)
    made = desk.made(form_key)
    if made is not None:
        return made
    try:
        return _keep(request, desk.kind, form_key)
    except drafts.AlreadyClosedError:
        # By the first of two presses, for whose commit this one has waited; or by a colleague.
        return desk.made(form_key) or _keep(request, desk.kind, new_form_key())


def _answer(
    request: MemberRequest, desk: Desk, form: Any, draft: Draft, errors: list[str]
) -> HttpResponse:
    if "save_draft" in request.POST and not errors:
        messages.success(request, "下書きを保存しました。まだ投稿していません。")
        return redirect("board:drafts")
    if "change_category" in request.POST:
        form.errors.clear()
        return _page(request, desk, form, draft, draft.form_key, errors)
    if not form.is_valid() or "publish" not in request.POST:
        return _page(request, desk, form, draft, draft.form_key, errors)
    refused = ratelimit.consume_or_429(request, action="post", user=request.user)
    if refused:
        return refused
    try:
        return redirect(desk.post(form, draft))
    except EditedMeanwhileError:
        # Perhaps by another press of the same button.
        made = desk.made(draft.form_key)
        if made is not None:
            return _already(request, desk, made)
        return _conflict(request, desk, draft, form.cleaned_data["expected"] or 0)
    except StaleError:
        form.add_error(None, desk.closed)
        return _page(request, desk, form, draft, draft.form_key)


def _keep(request: MemberRequest, kind: str, form_key: str) -> Draft:
    """The draft of what was sent. Raises AlreadyClosedError and KeptApartError."""
    return drafts.save(
        form_key,
        kind=kind,
        address=typed_text.address_of(request),
        data=typed_of(request.POST, without=NOT_FIELDS),
        title=request.POST.get("title", ""),
        seen=request.POST.get("seen", ""),
        by=request.user,
    )


def _take_files(request: MemberRequest, desk: Desk, draft: Draft) -> list[str]:
    """Answers what is wrong, with those that were posted before and stay."""
    unwanted = [pk for pk in request.POST.getlist("remove_files") if pk]
    own = {str(file.pk): file for file in draft.attachments.all()}
    files.remove([own[pk] for pk in unwanted if pk in own])
    errors = files.attach(draft, request.FILES.getlist("files"))
    leaving = request.POST.getlist("remove_posted_files")
    stay = [file for file in desk.context.get("posted_files", []) if str(file.pk) not in leaving]
    if len(stay) + draft.attachments.count() > MAX_FILES:
        errors.append(f"添付ファイルは、今のものと合わせて{MAX_FILES}個までです。外してください。")
    return errors


def _page(
    request: MemberRequest,
    desk: Desk,
    form: Any,
    draft: Draft | None,
    form_key: str,
    errors: list[str] | None = None,
    **more: Any,
) -> HttpResponse:
    is_previewed = request.method == "POST" and "preview" in request.POST and form.is_valid()
    context = {
        **desk.context,
        "form": form,
        "draft": draft if request.method != "POST" else None,
        "form_key": form_key,
        "seen": draft.seen if draft else "",
        "draft_files": draft.attachments.all() if draft else [],
        "file_errors": errors or [],
        "max_files": MAX_FILES,
        "autosave": {"kind": desk.kind, "address": typed_text.address_of(request)},
        "preview": preview_of(form, request.user) if is_previewed else None,
        **more,
    }
    return render(request, desk.template, context, status=409 if "conflict" in more else 200)


def _already(request: MemberRequest, desk: Desk, made: Post) -> HttpResponse:
    """A second press, or Back and again. Other content than what was posted is kept as a new draft."""
    form = desk.again(made) if desk.again else desk.make_form(request.POST)
    if request.FILES or not resending.says_the_same(form):
        draft = _keep(request, desk.kind, new_form_key())
        files.attach(draft, request.FILES.getlist("files"))
        messages.warning(
            request,
            "この画面の内容は、すでに投稿しています。今の入力は、別の下書きに保存しました。",
        )
    else:
        messages.info(request, "この内容は、すでに投稿しています。")
    return redirect(made)


def _conflict(request: MemberRequest, desk: Desk, draft: Draft, expected: int) -> HttpResponse:
    """409: what stands now, and what was typed, in one page; the next press saves over the first."""
    current = desk.context["current"]()
    data = request.POST.copy()
    changes = history.changed_since(current, expected) if isinstance(current, Topic) else []
    # Those stand above and below them.
    changes = [change for change in changes if change[0] not in ("件名", "本文")]
    data["expected"] = str(current.edits) if current else ""
    form = desk.make_form(data)
    form.errors.clear()
    return _page(request, desk, form, draft, draft.form_key, conflict=current, changes=changes)
