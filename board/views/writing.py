"""The pages on which topics and replies are written and edited; board/views/desk.py says how."""

import re
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from board import files, posting
from board.draft_kinds import REPLY, TOPIC
from board.forms import ReplyEditForm, ReplyForm, TopicEditForm, TopicForm
from board.models import Category, Reply, Topic
from board.views import acts, resending
from board.views.desk import Desk, write
from board.views.lists import trail
from board.views.topic import topic_or_404, topic_trail
from lib.numbers import whole_number
from lib.text import clean_line
from lib.wareki import format_deadline
from members import drafts
from members.access import MemberRequest, contributor_only
from members.models import Draft
from members.typed_text import keeps_typed_text

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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
    if topic.status == Topic.Status.WAITING:
        messages.success(request, "事務局に送りました。事務局が承認すると、公開されます。")
    elif topic.is_scheduled:
        when = format_deadline(topic.publish_at)
        messages.success(request, f"公開を予約しました。{when}に公開します。")
    else:
        messages.success(request, "投稿しました。")
    acts.warn(request, warnings)


def _category_of(request: MemberRequest) -> Category | None:
    """What the form says, else the address. 403 where the person may not post."""
    found = typed_category(request.POST)
    if found is None:
        found = Category.objects.filter(slug=clean_line(request.GET.get("category", ""))).first()
    if found and not found.may_be_used_by(request.user):
        raise PermissionDenied
    return found


def typed_category(data: QueryDict | None) -> Category | None:
    number = whole_number(data.get("category", "")) if data else None
    return Category.objects.filter(pk=number).first() if number else None


@keeps_typed_text(TOPIC, files.keep)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def topic_edit(request: MemberRequest, pk: int) -> HttpResponse:
    topic = topic_or_404(request, pk)
    is_over = topic.is_withdrawn and _brings_no_text(request)
    if is_over or not topic.is_editable_by(request.user):
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
        closed="この投稿は取り下げられています。書いた内容は下書きにあります。",
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
    number = whole_number(request.GET.get("quote", ""))
    found = topic.replies.shown().filter(seq=number).first() if number else None
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
