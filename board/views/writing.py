"""Writing: every press of a button first keeps text and files as a draft, then does what it says."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from board import files, history, posting
from board.copying import REPLY, TOPIC
from board.forms import ReplyEditForm, ReplyForm, TopicEditForm, TopicForm
from board.models import Answer, Category, Reply, Topic
from board.views import acts, resending
from board.views.lists import trail
from board.views.preview import preview_of
from board.views.topic import topic_or_404, topic_trail
from lib.forms import new_form_key
from lib.uploads import MAX_FILES
from lib.wareki import format_deadline
from members import drafts, typed_text
from members.access import MemberRequest, contributor_only
from members.models import Draft
from members.models.draft import typed_of
from members.typed_text import keeps_typed_text

NOT_FIELDS = (
    *("preview", "publish", "save_draft", "change_category", "remove_files"),
    resending.KEPT,
)
Post = Topic | Reply | Answer
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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
    found = _posted_or_draft(request, desk)
    if not isinstance(found, Draft):
        return _already(request, desk, found)
    errors = _take_files(request, desk, found)
    form = desk.make_form(request.POST)
    for error in errors:
        form.add_error(None, error)
    return _answer(request, desk, form, found, errors)


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
    except posting.EditedMeanwhileError:
        # Perhaps by another press of the same button.
        made = desk.made(draft.form_key)
        if made is not None:
            return _already(request, desk, made)
        return _conflict(request, desk, draft, form.cleaned_data["expected"] or 0)
    except posting.StaleError:
        form.add_error(None, desk.closed)
        return _page(request, desk, form, draft, draft.form_key)


def _keep(request: MemberRequest, kind: str, form_key: str) -> Draft:
    """The draft of what was sent. Raises AlreadyClosedError."""
    return drafts.save(
        form_key,
        kind=kind,
        address=typed_text.address_of(request),
        data=typed_of(request.POST, without=NOT_FIELDS),
        title=request.POST.get("title", ""),
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
    data["expected"] = str(current.edits) if current else ""
    form = desk.make_form(data)
    form.errors.clear()
    return _page(request, desk, form, draft, draft.form_key, conflict=current, changes=changes)


@keeps_typed_text(TOPIC, files.keep)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def topic_new(request: MemberRequest) -> HttpResponse:
    category = _category_of(request)
    if category is None:
        context = {
            "categories": Category.objects.open_to(request.user),
            "trail": trail(("新しい投稿", "")),
        }
        return render(request, "board/category_choice.html", context)

    def make_form(data: QueryDict | None) -> TopicForm:
        chosen = typed_category(data) or category
        return TopicForm(data, instance=Topic(category=chosen), category=chosen, by=request.user)

    def post(form: TopicForm, draft: Draft) -> Topic:
        topic = posting.publish(form.instance, form.related, draft=draft, by=request.user)
        _say_posted(request, topic, form.warnings)
        return topic

    desk = Desk(
        kind=TOPIC,
        template="board/topic_form.html",
        make_form=make_form,
        post=post,
        context={"category": category, "trail": trail(("新しい投稿", ""))},
        made=lambda key: resending.topic_sent(request, category, key),
        again=lambda made: TopicForm(
            request.POST, instance=made, category=made.category, by=request.user
        ),
    )
    return write(request, desk)


def _say_posted(request: MemberRequest, topic: Topic, warnings: list[str]) -> None:
    if topic.is_scheduled:
        when = format_deadline(topic.publish_at)
        messages.success(request, f"公開を予約しました。{when}に公開します。")
    else:
        messages.success(request, "投稿しました。")
    acts.warn(request, warnings)


def _category_of(request: MemberRequest) -> Category | None:
    """What the form says, else the address. 403 where the person may not post."""
    found = typed_category(request.POST)
    if found is None:
        found = Category.objects.filter(slug=request.GET.get("category", "")).first()
    if found and not found.may_be_used_by(request.user):
        raise PermissionDenied
    return found


def typed_category(data: QueryDict | None) -> Category | None:
    number = data.get("category", "") if data else ""
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return Category.objects.filter(pk=number).first()


@keeps_typed_text(TOPIC, files.keep)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def topic_edit(request: MemberRequest, pk: int) -> HttpResponse:
    topic = topic_or_404(request, pk)
    if not topic.is_editable_by(request.user):
        raise PermissionDenied
    unwanted = request.POST.getlist("remove_posted_files")

    def make_form(data: QueryDict | None) -> TopicEditForm:
        fresh = topic_or_404(request, pk)
        return TopicEditForm(data, instance=fresh, category=topic.category, by=request.user)

    def post(form: TopicEditForm, draft: Draft) -> Topic:
        posted = form.related
        related = posting.Related(
            posted.themes, posted.prefectures, posted.organizations, removed_files=uuids(unwanted)
        )
        changed = posting.edit(
            form.instance,
            related,
            draft=draft,
            expected=form.cleaned_data["expected"],
            reason=form.cleaned_data["reason"],
            asks_again=form.cleaned_data.get("asks_again", False),
            by=request.user,
        )
        messages.success(request, "変更を保存しました。")
        acts.warn(request, form.warnings if "deadline" in form.changed_data else [])
        return changed

    desk = Desk(
        kind=TOPIC,
        template="board/topic_form.html",
        make_form=make_form,
        post=post,
        context={
            "category": topic.category,
            "topic": topic,
            "posted_files": topic.attachments.all(),
            "unwanted": unwanted,
            "current": lambda: topic_or_404(request, pk),
            "trail": topic_trail(topic, ("編集", "")),
        },
        made=lambda key: topic if closed_before(request, key) else None,
    )
    return write(request, desk)


def closed_before(request: MemberRequest, key: str) -> bool:
    """An edit leaves no row with its key but the closed draft."""
    closed = Draft.objects.filter(form_key=key, seat=request.user.seat, closed_at__isnull=False)
    return closed.exists()


def uuids(values: list[str]) -> list[str]:
    return [value for value in values if _UUID.fullmatch(value)]


@keeps_typed_text(REPLY, files.keep)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def reply(request: MemberRequest, pk: int) -> HttpResponse:
    """Also a page of its own: for errors, previews, drafts and quotes (`?quote=12`)."""
    topic = topic_or_404(request, pk)
    if not topic.accepts_replies and _brings_no_text(request):
        raise PermissionDenied

    def make_form(data: QueryDict | None) -> ReplyForm:
        return ReplyForm(data, initial={"body": _quoted(request, topic)})

    desk = Desk(
        kind=REPLY,
        template="board/reply_form.html",
        make_form=make_form,
        post=lambda form, draft: posting.reply(
            topic, form.cleaned_data["body"], draft=draft, by=request.user
        ),
        context={"topic": topic, "trail": topic_trail(topic, ("返信", ""))},
        made=lambda key: resending.reply_sent(request, topic, key),
        again=lambda made: ReplyForm(request.POST, initial={"body": made.body}),
    )
    return write(request, desk)


def _brings_no_text(request: MemberRequest) -> bool:
    """What was written before the topic was stopped can be read; it is refused when it is sent."""
    return request.method != "POST" and "draft" not in request.GET


def _quoted(request: MemberRequest, topic: Topic) -> str:
    """`>>12` and its lines behind `> `."""
    number = request.GET.get("quote", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return ""
    found = topic.replies.shown().filter(seq=number).first()
    if found is None:
        return ""
    lines = "\n".join(f"> {line}" for line in found.body.splitlines())
    return f">>{found.seq}\n{lines}\n\n"


@keeps_typed_text(REPLY)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def reply_edit(request: MemberRequest, pk: int, seq: int) -> HttpResponse:
    topic = topic_or_404(request, pk)
    made = get_object_or_404(topic.replies.select_related("topic__category"), seq=seq)
    current = partial(Reply.objects.get, pk=made.pk)
    is_late = made.is_of(request.user) and not _brings_no_text(request)
    if not (made.is_editable_by(request.user) or is_late):
        raise PermissionDenied

    @transaction.atomic
    def post(form: ReplyEditForm, draft: Draft) -> Reply:
        posting.edit_reply(
            made,
            form.cleaned_data["body"],
            expected=form.cleaned_data["expected"],
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
        drafts.close(draft)
        messages.success(request, "変更を保存しました。")
        return made

    desk = Desk(
        kind=REPLY,
        template="board/reply_form.html",
        make_form=lambda data: ReplyEditForm(
            data, initial={"body": made.body, "expected": made.edits}
        ),
        post=post,
        context={
            "topic": topic,
            "reply": made,
            "current": current,
            "trail": topic_trail(topic, (f"返信{seq}の編集", "")),
        },
        made=lambda key: made if closed_before(request, key) else None,
        again=lambda _: ReplyForm(request.POST, initial={"body": current().body}),
        closed="この返信は、変更できなくなりました。返信が止められたか、投稿や返信が取下げ・非表示になっています。書いた内容は下書きにあります。",
    )
    return write(request, desk)
