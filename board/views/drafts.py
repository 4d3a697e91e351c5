"""下書き: the section's list, saved by a script while somebody types, printed, thrown away."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from board import files
from board.draft_kinds import ACT, ANSWER, REPLY, TOPIC
from board.forms import AnswerForm, ReplyEditForm, ReplyForm, TopicEditForm, TopicForm
from board.forms.said import said
from board.models import Attachment, Category, Topic
from board.views.desk import NOT_FIELDS
from board.views.lists import trail
from board.views.writing import typed_category
from lib.numbers import whole_number
from lib.wareki import format_date, format_time
from members import drafts as kept
from members import typed_text
from members.access import MemberRequest, contributor_only
from members.models import Draft
from members.models.draft import MAX_ADDRESS, typed_of

KINDS = {
    TOPIC: "投稿",
    REPLY: "返信",
    ANSWER: "回答",
    ACT: "投稿の操作",
    "profile": "団体の紹介",
    "seat": "担当部署",
    "invitation": "利用者の招待",
    "handover": "引継ぎ",
    "yearly-check": "年次確認",
    "event": "イベントの提案",
}
OF_BOARD = (TOPIC, REPLY, ANSWER)
# Where a form that saves itself may stand.
_ADDRESS = re.compile(r"/board/topics/[0-9a-z/?=&_-]+")


@require_safe
@contributor_only
def drafts(request: MemberRequest) -> HttpResponse:
    found = Draft.objects.of_seat(request.user).select_related("user")
    rows = [
        {
            "draft": draft,
            "kind": KINDS.get(draft.kind, ""),
            "excerpt": _excerpt(draft),
            "has_sheet": draft.kind in OF_BOARD,
        }
        for draft in found
    ]
    context = {"rows": rows, "trail": trail(("下書き", ""))}
    return render(request, "board/drafts.html", context)


def _excerpt(draft: Draft) -> str:
    """The beginning of the text, for drafts that have no title."""
    names = ("body", "introduction", "note", "reason", "section", "name")
    typed = next((draft.data[name] for name in names if draft.data.get(name)), [""])
    return str(typed[0])[:60]


@require_POST
@contributor_only
def draft_save(request: MemberRequest) -> HttpResponse:
    """For the script that saves text and files; what it answers belongs into the form.

    409: the text was posted, do not ask again.
    """
    kind, address = request.POST.get("kind", ""), request.POST.get("address", "")
    is_known = kind in OF_BOARD and _ADDRESS.fullmatch(address) and len(address) <= MAX_ADDRESS
    key = typed_text.form_key_of(request)
    if not is_known or key != request.POST.get("form_key"):
        return JsonResponse({}, status=400)
    told = ""
    try:
        draft = kept.save(
            key,
            kind=kind,
            address=address,
            data=typed_of(request.POST, without=(*NOT_FIELDS, "kind", "address")),
            title=request.POST.get("title", ""),
            seen=request.POST.get("seen", ""),
            by=request.user,
        )
    except kept.KeptApartError as apart:
        draft, told = apart.draft, str(apart)
    except kept.AlreadyClosedError:
        return JsonResponse({}, status=409)
    errors = files.attach(draft, request.FILES.getlist("files"))
    attached = [
        {"id": str(file.pk), "name": file.name, "size": filesizeformat(file.size)}
        for file in draft.attachments.all()
    ]
    marks = {"form_key": draft.form_key, "seen": draft.seen}
    saved_at = format_time(timezone.localtime().time())
    return JsonResponse(
        {**marks, "saved_at": saved_at, "told": told, "files": attached, "errors": errors}
    )


@require_POST
@contributor_only
def draft_delete(request: MemberRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(Draft.objects.of_seat(request.user), pk=pk)
    files.remove(draft.attachments.all())
    kept.close(draft)
    messages.success(request, "下書きを削除しました。")
    return redirect("board:drafts")


@require_safe
@contributor_only
def draft_print(request: MemberRequest, pk: int) -> HttpResponse:
    """起案用: every field that will be posted, for the approval before posting."""
    drafts_of_board = Draft.objects.of_seat(request.user).filter(kind__in=OF_BOARD)
    draft = get_object_or_404(drafts_of_board.select_related("user"), pk=pk)
    topic = _about(draft, request)
    context = {
        "draft": draft,
        "kind": KINDS[draft.kind],
        "is_edit": _is_edit(draft),
        "topic": topic,
        "rows": said(form_of(draft, request), without=_not_chosen(draft)),
        "files": _files_of(draft, topic),
        "printed_on": format_date(timezone.localdate()),
    }
    return render(request, "board/draft_print.html", context)


def _about(draft: Draft, request: MemberRequest) -> Topic | None:
    """The topic that a reply, an answer or an edit is for, as long as the person may see it."""
    number = whole_number(draft.address.removeprefix("/board/topics/").partition("/")[0])
    if number is None:
        return None
    return Topic.objects.visible_to(request.user).with_row().filter(pk=number).first()


def _topic_of(draft: Draft, request: MemberRequest) -> Topic:
    topic = _about(draft, request)
    if topic is None:
        raise Http404
    return topic


def _is_edit(draft: Draft) -> bool:
    return draft.address.endswith("/edit/")


def _not_chosen(draft: Draft) -> set[str]:
    """Fields of an audience that was typed into and then not chosen: nothing of them is posted."""
    fields = {Topic.Audience.PREFECTURES: "prefectures", Topic.Audience.CHOSEN: "organizations"}
    chosen = (draft.data.get("audience") or [""])[-1]
    return {name for audience, name in fields.items() if audience != chosen}


def _files_of(draft: Draft, topic: Topic | None) -> list[Attachment]:
    """Those that come with it, after those that were posted before and stay."""
    posted = Attachment.objects.none()
    if topic and draft.kind == TOPIC:
        posted = topic.attachments.all()
    elif topic and draft.kind == ANSWER:
        own = draft.seat.organization_id
        posted = Attachment.objects.filter(answer__topic=topic, answer__organization=own)
    unwanted = draft.data.get("remove_posted_files") or []
    stay = [file for file in posted if str(file.pk) not in unwanted]
    return [*stay, *draft.attachments.all()]


def form_of(draft: Draft, request: MemberRequest) -> forms.Form:
    typed = draft.typed()
    is_edit = _is_edit(draft)
    if draft.kind == REPLY:
        return ReplyEditForm(typed) if is_edit else ReplyForm(typed)
    if draft.kind == ANSWER:
        return AnswerForm(typed, topic=_topic_of(draft, request), answer=None)
    form_class, topic = TopicForm, Topic()
    if is_edit:
        form_class, topic = TopicEditForm, _topic_of(draft, request)
    else:
        topic.category = typed_category(typed) or Category.objects.earliest("position")
    form: Any = form_class(typed, instance=topic, category=topic.category, by=request.user)
    # For reading alone: one that is out of use has a name, too.
    form.fields["category"].queryset = Category.objects.all()
    return form
