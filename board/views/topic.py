"""One topic: to read, to print, to pass on, and what it said before."""

from typing import Any

from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from board import kinds, passing_on, reading, standing
from board.files import of_topic
from board.forms import ReplyForm
from board.lists import with_todo
from board.models import Attachment, Reply, Topic, Watch, page_of
from board.views.lists import trail
from lib.numbers import whole_number
from lib.paging import links
from lib.plain_text import summary_of
from lib.trail import Trail
from lib.uploads import MAX_FILES
from lib.wareki import format_date
from members import inbox
from members.access import MemberRequest, is_contributor, is_secretariat, member_only
from members.models import User
from members.typed_text import form_key_of


def topic_or_404(request: MemberRequest, pk: int) -> Any:
    """With all that its page shows; what is not for the person does not exist."""
    topics = Topic.objects.visible_to(request.user).with_row()
    topics = topics.select_related("author", "source__organization").order_by()
    marked = with_todo(reading.with_seen(topics, request.user), request.user)
    watches = Watch.objects.filter(topic=OuterRef("pk"), seat=request.user.seat_id)
    found = get_object_or_404(marked.annotate(is_watched=Exists(watches)), pk=pk)
    if found.audience in {Topic.Audience.PREFECTURES, Topic.Audience.CHOSEN}:
        prefetch_related_objects([found], "audience_rows__organization")
    return found


def _text_or_404(request: MemberRequest, pk: int) -> Any:
    """Of one that was withdrawn neither copies nor histories are left to others."""
    found = topic_or_404(request, pk)
    if not found.shows_text_to(request.user):
        raise Http404
    return found


def topic_trail(topic: Topic, *steps: tuple[str, str]) -> Trail:
    own = (topic.title, topic.get_absolute_url() if steps else "")
    return trail((topic.category.name, topic.category.get_absolute_url()), own, *steps)


@require_safe
@member_only
def topic(request: MemberRequest, pk: int) -> HttpResponse:
    found = topic_or_404(request, pk)
    shows_text = found.shows_text_to(request.user)
    pages = page_of(found.last_seq)
    number = _page_number(request, pages)
    replies = list(found.replies.on_page(number).with_row()) if shows_text else []
    files = list(of_topic(found, request.user))
    first_unread = reading.first_unread(found, request.user) if shows_text else None
    if replies or number == 1:
        _mark_read(found, replies, request.user)
    context = {
        **text_context(found, request),
        **standing.of(found, request.user),
        "files": [file for file in files if file.topic_id],
        "replies": with_files(replies, files, request),
        "number": number,
        "pages": links(number, pages, pages),
        "first_unread": first_unread,
        "is_watched": found.is_watched,
        "has_zip": any(file.is_clean for file in files),
        "may_write": is_contributor(request.user),
        "max_files": MAX_FILES,
        "may_reply": found.accepts_replies and is_contributor(request.user),
        "reply_form": ReplyForm(),
        "form_key": form_key_of(request),
        "trail": topic_trail(found),
    }
    return render(request, "board/topic.html", context)


def _mark_read(topic: Any, replies: list[Reply], user: User) -> None:
    """As far as it was shown; of one that was withdrawn nothing is left to be read."""
    shown = [reply.seq for reply in replies if not reply.hidden_at]
    seen = max(shown, default=0) if topic.shows_text_to(user) else topic.newest_seq
    reading.raise_mark(topic, user, seen)
    inbox.mark_topic_read(user, topic.pk)


def text_context(topic: Topic, request: MemberRequest) -> dict[str, Any]:
    return {
        "topic": topic,
        "facts": kinds.facts(topic),
        "audience": kinds.audience_text(topic),
        # A summary that was taken from the text would say the same twice.
        "summary": topic.summary if topic.summary != summary_of(topic.body) else "",
        "shows_text": topic.shows_text_to(request.user),
        "is_editable": topic.is_editable_by(request.user),
        "is_own": topic.is_of(request.user),
        "is_secretariat": is_secretariat(request.user),
    }


def _page_number(request: HttpRequest, pages: int) -> int:
    """Of an address; beyond the last page nothing exists."""
    number = whole_number(request.GET.get("page", "1"))
    if number is None or not 1 <= number <= pages:
        raise Http404
    return number


def with_files(
    replies: list[Reply], files: list[Attachment], request: MemberRequest
) -> list[dict[str, Any]]:
    """Rows of the page: each reply with its files and what the person may do with it."""
    return [
        {
            "reply": reply,
            "files": [file for file in files if file.reply_id == reply.pk],
            "is_editable": reply.is_editable_by(request.user),
        }
        for reply in replies
    ]


@require_safe
@member_only
def topic_unread(request: MemberRequest, pk: int) -> HttpResponse:
    """To the first reply that the person has not seen, or to the topic."""
    found = topic_or_404(request, pk)
    return redirect(reading.first_unread(found, request.user) or found)


@require_safe
@member_only
def topic_print(request: MemberRequest, pk: int) -> HttpResponse:
    """The whole topic on paper, all replies, for circulation (回覧・決裁)."""
    found = topic_or_404(request, pk)
    files = list(of_topic(found, request.user))
    shows_text = found.shows_text_to(request.user)
    replies = list(found.replies.shown().with_row()) if shows_text else []
    context = {
        **text_context(found, request),
        "facts": kinds.facts_of_sheet(found),
        "summary": "",
        "files": [file for file in files if file.topic_id],
        "replies": with_files(replies, files, request),
        "printed_on": format_date(timezone.localdate()),
    }
    return render(request, "board/topic_print.html", context)


@require_safe
@member_only
def topic_text(request: MemberRequest, pk: int) -> HttpResponse:
    """庁内周知・転載用の文例: plain texts to copy."""
    found = _text_or_404(request, pk)
    context = {
        **text_context(found, request),
        "texts": passing_on.texts(found),
        "trail": topic_trail(found, ("庁内周知・転載用の文例", "")),
    }
    return render(request, "board/topic_text.html", context)


@require_safe
@member_only
def topic_history(request: MemberRequest, pk: int) -> HttpResponse:
    """What it said before."""
    found = _text_or_404(request, pk)
    context = {
        **text_context(found, request),
        "revisions": found.revisions.select_related("by__seat__organization"),
        "trail": topic_trail(found, ("変更の記録", "")),
    }
    return render(request, "board/history.html", context)


@require_safe
@member_only
def reply_history(request: MemberRequest, pk: int, seq: int) -> HttpResponse:
    found = _text_or_404(request, pk)
    replies = found.replies.all() if is_secretariat(request.user) else found.replies.shown()
    reply = get_object_or_404(replies, seq=seq)
    context = {
        **text_context(found, request),
        "reply": reply,
        "revisions": reply.revisions.select_related("by__seat__organization"),
        "trail": topic_trail(found, (f"返信{seq}の変更の記録", "")),
    }
    return render(request, "board/history.html", context)
