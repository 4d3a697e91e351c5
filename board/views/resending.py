"""The same form once more, after a double click or Back: what was posted the first time."""

from board.models import Reply, Topic
from lib.text import clean_line, clean_text
from members.access import MemberRequest


def topic_sent(request: MemberRequest, form_key: str) -> Topic | None:
    """By its key; or word for word, for Back loads a new form and the browser fills in the old text."""
    made = Topic.objects.filter(form_key=form_key, seat=request.user.seat).first()
    if made or "publish" not in request.POST:
        return made
    title = clean_line(request.POST.get("title", ""))
    return Topic.objects.sent_again(request.user, title=title, body=_body(request)).first()


def reply_sent(request: MemberRequest, topic: Topic, form_key: str) -> Reply | None:
    made = Reply.objects.filter(form_key=form_key, seat=request.user.seat).first()
    if made or "publish" not in request.POST:
        return made
    return topic.replies.sent_again(request.user, _body(request)).first()


def _body(request: MemberRequest) -> str:
    return clean_text(request.POST.get("body", "")).rstrip()
