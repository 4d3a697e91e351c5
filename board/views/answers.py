"""回答, 確認, the roster, consultations and reports."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from board import answering, consulting, files, moderation, rosters
from board.answering import Roster
from board.draft_kinds import ACT, ANSWER, REPLY
from board.forms import AnswerForm, MatchForm, ReplyForm, ReportForm
from board.models import Answer, Match, Reply, Topic
from board.reach import Table
from board.views.acts import act_page, filled, forget
from board.views.desk import Desk, write
from board.views.topic import topic_or_404, topic_trail
from board.views.writing import closed_before, uuids
from lib import downloads, prefectures
from lib.conflicts import StaleError
from lib.numbers import whole_number
from lib.wareki import format_date
from members import audit
from members.access import (
    EXPORTS_PERSONAL_DATA,
    MemberRequest,
    contributor_only,
    is_secretariat,
    member_only,
)
from members.models import Draft
from members.typed_text import keeps_typed_text

LINES_PER_PAGE = 100
REACHED = (
    ("", "すべて"),
    ("read", "読んだ団体"),
    ("unread", "まだ読んでいない団体"),
    ("unreached", "読んでおらず、メールも届いていない団体"),
)


@keeps_typed_text(ANSWER, files.keep)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def topic_answer(request: MemberRequest, pk: int) -> HttpResponse:
    topic = topic_or_404(request, pk)
    if not answering.may_answer(topic, request.user):
        raise PermissionDenied
    before = answering.own_answer(topic, request.user)

    def post(form: AnswerForm, draft: Draft) -> Answer:
        made = answering.answer(
            topic,
            form.values,
            draft=draft,
            expected=form.cleaned_data["expected"],
            removed_files=uuids(request.POST.getlist("remove_posted_files")),
            by=request.user,
        )
        messages.success(request, f"「{made.text}」と回答しました。")
        return made

    desk = Desk(
        kind=ANSWER,
        template="board/answer_form.html",
        make_form=lambda data: AnswerForm(data, topic=topic, answer=before),
        post=post,
        context={
            "topic": topic,
            "answer": before,
            "posted_files": before.attachments.all() if before else [],
            "unwanted": request.POST.getlist("remove_posted_files"),
            "current": lambda: answering.own_answer(topic, request.user),
            "trail": topic_trail(topic, ("回答", "")),
        },
        made=lambda key: (
            answering.own_answer(topic, request.user) if closed_before(request, key) else None
        ),
        again=lambda made: AnswerForm(request.POST, topic=topic, answer=made),
    )
    return write(request, desk)


@require_POST
@contributor_only
def topic_acknowledge(request: MemberRequest, pk: int) -> HttpResponse:
    topic = topic_or_404(request, pk)
    version = whole_number(request.POST.get("version", ""))
    try:
        answering.acknowledge(topic, version, by=request.user)
    except StaleError:
        messages.warning(request, "内容が変わりました。もう一度読んでから、確認してください。")
    else:
        messages.success(request, "確認しました。")
    return redirect(topic)


@require_safe
@member_only
def topic_roster(request: MemberRequest, pk: int) -> HttpResponse:
    """Who has answered and who has not; for others, where the asker shows it, the answers alone."""
    topic = _asking_or_404(request, pk)
    roster = Roster.of(topic)
    is_whole = answering.sees_whole(topic, request.user)
    state, prefecture = request.GET.get("state", ""), request.GET.get("prefecture", "")
    lines = roster.filtered(state=state, prefecture=prefecture)
    if not is_whole:
        lines = [line for line in lines if line.answer]
    context = {
        "topic": topic,
        "roster": roster,
        "is_whole": is_whole,
        "may_take_away": _may_take_away(topic, request),
        "page": Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("page")),
        "states": _states(topic) if is_whole else [],
        "state": state,
        "prefecture": prefecture,
        "prefectures": prefectures.CHOICES,
        "may_ask_again": is_whole and answering.may_ask_again(topic, request.user),
        "has_files": is_whole and rosters.files_of(topic).exists(),
        "printed_on": format_date(timezone.localdate()),
        "trail": topic_trail(topic, ("回答の状況", "")),
    }
    return render(request, "board/roster.html", context)


def _states(topic: Topic) -> list[tuple[str, str]]:
    states = [("", "すべて")]
    if topic.asks != Topic.Asks.NOTHING:
        texts = [
            (status, Answer(topic=topic, status=status).text) for status in Answer.Status.values
        ]
        states += [("unanswered", "未回答"), *texts]
    if topic.requires_acknowledgement:
        states.append(("unconfirmed", "未確認"))
    return states


def _may_take_away(topic: Topic, request: MemberRequest) -> bool:
    """Sheets and files of other bodies: the asking body, and whoever exports at the secretariat."""
    user = request.user
    may_export = is_secretariat(user) and user.has_perm(EXPORTS_PERSONAL_DATA)
    return topic.is_of(user) or may_export


def _asking_or_404(request: MemberRequest, pk: int) -> Topic:
    """A topic that asks for something, whose answers the person may see."""
    topic = topic_or_404(request, pk)
    if topic.asks == Topic.Asks.NOTHING and not topic.requires_acknowledgement:
        raise Http404
    if not answering.sees_roster(topic, request.user):
        raise PermissionDenied
    return topic


@require_safe
@member_only
def roster_file(request: MemberRequest, pk: int, extension: str) -> HttpResponse:
    topic = _asking_or_404(request, pk)
    if not _may_take_away(topic, request):
        raise PermissionDenied
    roster = Roster.of(topic)
    audit.record("export_roster", topic, by=request.user)
    return downloads.sheet(extension, *rosters.table(roster), name=f"roster-{pk}", title="名簿")


@require_POST
@contributor_only
def topic_ask_again(request: MemberRequest, pk: int) -> HttpResponse:
    """再度のお願い to those alone who have neither answered nor acknowledged; once a day."""
    topic = topic_or_404(request, pk)
    try:
        is_new = answering.ask_again(topic, by=request.user)
    except StaleError as error:
        messages.error(request, str(error))
        return redirect("board:topic_roster", pk)
    if is_new:
        messages.success(request, "まだ回答・確認をしていない団体に、再度のお願いを送ります。")
    else:
        messages.warning(request, "再度のお願いは、今日すでに送っています。1日に1回だけ送れます。")
    return redirect("board:topic_roster", pk)


@require_safe
@member_only
def topic_reach(request: MemberRequest, pk: int) -> HttpResponse:
    """届いた状況: for the asking body and the secretariat, who has read it and what became of mails."""
    topic = topic_or_404(request, pk)
    if not answering.sees_whole(topic, request.user):
        raise PermissionDenied
    table = Table.of(topic)
    state, prefecture = request.GET.get("state", ""), request.GET.get("prefecture", "")
    lines = table.filtered(state=state, prefecture=prefecture)
    context = {
        "topic": topic,
        "table": table,
        "page": Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("page")),
        "states": REACHED,
        "state": state,
        "prefecture": prefecture,
        "prefectures": prefectures.CHOICES,
        "printed_on": format_date(timezone.localdate()),
        "trail": topic_trail(topic, ("届いた状況", "")),
    }
    return render(request, "board/reach.html", context)


@require_safe
@member_only
def answer_files(request: MemberRequest, pk: int) -> FileResponse:
    """The files of all answers, for the asking body."""
    topic = _asking_or_404(request, pk)
    if not _may_take_away(topic, request):
        raise PermissionDenied
    found = rosters.files_of(topic)
    if not found:
        raise Http404
    return FileResponse(
        rosters.archive(found),
        as_attachment=True,
        filename=f"掲示板{topic.pk}_回答の添付ファイル.zip",
        content_type="application/zip",
    )


@keeps_typed_text(REPLY, files.keep)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def topic_consult(request: MemberRequest, pk: int) -> HttpResponse:
    """関心あり: a topic that the two bodies and the secretariat see."""
    topic = topic_or_404(request, pk)
    own = topic.consultations.filter(organization=request.user.seat.organization_id).first()
    if own:
        return redirect(own)
    if not consulting.may_consult(topic, request.user):
        raise PermissionDenied
    desk = Desk(
        kind=REPLY,
        template="board/consult_form.html",
        make_form=lambda data: ReplyForm(data, initial={"body": consulting.opening_text(topic)}),
        post=lambda form, draft: consulting.begin(
            topic, form.cleaned_data["body"], draft=draft, by=request.user
        ),
        context={"topic": topic, "trail": topic_trail(topic, ("個別に相談する", ""))},
        made=lambda key: Topic.objects.filter(form_key=key, seat=request.user.seat).first(),
        again=lambda made: ReplyForm(request.POST, initial={"body": made.body}),
    )
    return write(request, desk)


@keeps_typed_text(ACT)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def topic_match(request: MemberRequest, pk: int) -> HttpResponse:
    """成立を記録する: written by one of the two bodies."""
    topic = topic_or_404(request, pk)
    if topic.source_id is None:
        raise Http404
    form = filled(request, MatchForm)
    if request.method != "POST" or not form.is_valid():
        return act_page(request, topic, form, "成立を記録する")
    try:
        consulting.propose_match(topic, form.cleaned_data["note"], by=request.user)
    except StaleError as error:
        messages.error(request, str(error))
    else:
        forget(request)
        messages.success(request, "相手の団体に、同意を求めています。")
    return redirect(topic)


@require_POST
@contributor_only
def match_agree(request: MemberRequest, pk: int) -> HttpResponse:
    return _on_match(request, pk, consulting.agree, "成立を記録しました。")


@require_POST
@contributor_only
def match_take_back(request: MemberRequest, pk: int) -> HttpResponse:
    return _on_match(request, pk, consulting.take_back, "成立の記録を取り消しました。")


def _on_match(request: MemberRequest, pk: int, act: Any, done: str) -> HttpResponse:
    topic = topic_or_404(request, pk)
    match = get_object_or_404(
        Match.objects.select_related("consultation__source"), consultation=topic
    )
    try:
        act(match, by=request.user)
    except StaleError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(topic)


@keeps_typed_text(ACT)
@require_http_methods(["GET", "HEAD", "POST"])
@contributor_only
def topic_report(request: MemberRequest, pk: int) -> HttpResponse:
    """事務局に知らせる: the topic, or with `?reply=12` one of its replies."""
    topic = topic_or_404(request, pk)
    post: Topic | Reply = topic
    if number := request.GET.get("reply", ""):
        post = get_object_or_404(topic.replies.shown(), seq=whole_number(number))
    form = filled(request, ReportForm)
    if request.method != "POST" or not form.is_valid():
        return act_page(request, topic, form, "事務局に知らせる")
    try:
        moderation.report(post, form.cleaned_data["reason"], by=request.user)
    except StaleError:
        messages.info(request, "貴団体から、すでに知らせています。事務局が確かめています。")
    else:
        forget(request)
        messages.success(request, "事務局に知らせました。")
    return redirect(post)
