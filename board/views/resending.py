"""The same form once more, after a double click or Back: what was posted the first time.

Known by its key, which board.js keeps through Back: two forms with the same words are two posts.
Without scripts Back loads a new form into which the browser fills the old text. Of that only the
words tell, so that for a while the same words count as the same form.
"""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet

from board.models import Category, Reply, Topic
from lib.text import clean_line, clean_text
from members.access import MemberRequest

KEPT = "kept_key"
# What a form asks besides what is posted.
_BESIDES = {"expected", "reason", "asks_again", "category"}
MEANT = "同じ文をもう一度投稿するときは、文を変えてください。"


def topic_sent(request: MemberRequest, category: Category, form_key: str) -> Topic | None:
    made = Topic.objects.filter(form_key=form_key, seat=request.user.seat).first()
    if made or not _is_told_by_words(request):
        return made
    title = clean_line(request.POST.get("title", ""))
    again = Topic.objects.sent_again(request.user, title=title, body=_body(request))
    return _said(request, again.filter(category=category))


def reply_sent(request: MemberRequest, topic: Topic, form_key: str) -> Reply | None:
    made = Reply.objects.filter(form_key=form_key, seat=request.user.seat).first()
    if made or not _is_told_by_words(request):
        return made
    return _said(request, topic.replies.sent_again(request.user, _body(request)))


def says_the_same(form: Any) -> bool:
    """Whether what was sent changes nothing of what stands, which is the form's initial."""
    if not form.is_valid():
        return False
    sent = {name: value for name, value in form.cleaned_data.items() if name not in _BESIDES}
    if not sent.get("summary"):
        # Left out, it is made of the text.
        sent.pop("summary", None)
    return all(_plain(form.initial.get(name)) == _plain(value) for name, value in sent.items())


def _plain(value: Any) -> Any:
    """Empty is empty, and rows are compared by their keys."""
    if isinstance(value, QuerySet | list):
        return {getattr(one, "pk", one) for one in value} or None
    return value or None


def _is_told_by_words(request: MemberRequest) -> bool:
    return "publish" in request.POST and KEPT not in request.POST


def _said(request: MemberRequest, again: Any) -> Any:
    """With what to do where it was meant."""
    made = again.first()
    if made:
        messages.info(request, MEANT)
    return made


def _body(request: MemberRequest) -> str:
    return clean_text(request.POST.get("body", "")).strip()
