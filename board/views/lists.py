"""Lists of the board: new for me, by category, of the own body, found."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from board import answering, reading
from board.forms.search import SearchBox
from board.lists import TOPICS_PER_PAGE, TopicFilter, category_counts, due_soon, rows_of
from board.models import Category, Topic
from board.models.topic import TopicQuerySet
from lib.paging import page_of
from lib.trail import Trail, from_home
from members.access import MemberRequest, is_contributor, member_only
from members.models import Draft

ASKED_SHOWN = 10


class Nothing(NamedTuple):
    """What an empty list says, and where to go from there."""

    text: str
    address: str = ""
    way_on: str = ""


def trail(*steps: tuple[str, str]) -> Trail:
    return from_home(("掲示板", reverse("board:index")), *steps)


def list_context(
    request: MemberRequest, topics: TopicQuerySet, **others: Sequence[int]
) -> dict[str, Any]:
    """Filter form and the page of `topics` that it leaves; `others` are keys of further rows."""
    form = TopicFilter(request.GET, user=request.user)
    page = page_of(form.apply(topics), request.GET.get("page"), TOPICS_PER_PAGE)
    pinned = form.pinned(topics) if page.number == 1 else []
    rows = rows_of(request.user, page.keys, pinned, *others.values())
    return {
        "form": form,
        "page": page,
        **dict(zip(("topics", "pinned", *others), rows, strict=True)),
        "may_post": is_contributor(request.user),
        "search": SearchBox(),
    }


@require_safe
@member_only
def index(request: MemberRequest) -> HttpResponse:
    """First what is asked of the own body, then what ends soon, then what is new."""
    user = request.user
    topics = Topic.objects.visible_to(user)
    asked = _keys(answering.asked_of(topics, user)[:ASKED_SHOWN])
    soon = [key for key in _keys(due_soon(topics)) if key not in asked]
    context = {
        **list_context(request, topics, asked=asked, due_soon=soon),
        "counts": category_counts(user),
        "drafts": Draft.objects.of_seat(user).count(),
        "nothing": _nothing_posted(is_contributor(user)),
        "trail": trail(),
    }
    return render(request, "board/index.html", context)


def _nothing_posted(may_post: bool, query: str = "") -> Nothing:
    if not may_post:
        return Nothing("投稿はまだありません。")
    address = reverse("board:topic_new") + query
    return Nothing("投稿はまだありません。", address, "最初の投稿をする")


def _keys(topics: TopicQuerySet) -> list[int]:
    return list(topics.values_list("pk", flat=True))


@require_safe
@member_only
def category(request: MemberRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Category, slug=slug)
    may_post = found.may_be_used_by(request.user)
    context = {
        **list_context(request, Topic.objects.visible_to(request.user).filter(category=found)),
        "category": found,
        "may_post": may_post,
        "nothing": _nothing_posted(may_post, f"?category={slug}"),
        "trail": trail((found.name, "")),
    }
    return render(request, "board/category.html", context)


@require_POST
@member_only
def category_read(request: MemberRequest, slug: str) -> HttpResponse:
    """既読にする: for the person who asks."""
    found = get_object_or_404(Category, slug=slug)
    reading.mark_category_read(request.user, found)
    messages.success(request, f"「{found.name}」をすべて既読にしました。")
    return redirect(found)


@require_safe
@member_only
def ours(request: MemberRequest) -> HttpResponse:
    """All that the own body posted, answered or acknowledged, and what is still asked of it."""
    user, which = request.user, request.GET.get("list", "")
    topics = Topic.objects.visible_to(user)
    lists = {
        "answered": answering.done_by(topics, user),
        "asked": answering.asked_of(topics, user).order_by(),
    }
    own = lists.get(which, topics.filter(organization=user.seat.organization_id))
    context = {
        **list_context(request, own),
        "which": which if which in lists else "",
        "nothing": _nothing_of_ours(which, is_contributor(user)),
        "trail": trail(("自団体の投稿と回答", "")),
    }
    return render(request, "board/ours.html", context)


def _nothing_of_ours(which: str, may_post: bool) -> Nothing:
    ours, board = reverse("board:ours"), reverse("board:index")
    if which == "answered":
        text = "回答や確認をしたものは、まだありません。"
        return Nothing(text, f"{ours}?list=asked", "依頼されているものを見る")
    if which == "asked":
        return Nothing(
            "回答や確認を待っているものはありません。", board, "掲示板の新しい動きを見る"
        )
    return _nothing_posted(may_post)
