"""プレビュー: as a post will be read, from what was typed, and whom it will reach."""

from typing import Any

from board import kinds, mails
from board.forms import AnswerForm, ReplyForm
from board.forms.said import said
from board.models import Topic
from board.models.audience import addressed_to
from board.reach import reach
from lib import plain_text
from members.models import Organization, User


def preview_of(form: Any, user: User) -> dict[str, Any]:
    """As it will be read, from what was typed."""
    if isinstance(form, AnswerForm):
        return {"said": said(form)}
    body_html = plain_text.render(form.cleaned_data["body"])
    if isinstance(form, ReplyForm):
        return {"body_html": body_html}
    topic = form.instance
    topic.category = form.cleaned_data["category"]
    if topic.pk is None:
        topic.organization, topic.seat = user.seat.organization, user.seat
    return {
        **_telling(form, topic),
        "body_html": body_html,
        "topic": topic,
        "summary": topic.summary or plain_text.summary_of(topic.body),
        "facts": kinds.facts(topic),
        "audience": _audience_of(form),
        "warnings": form.warnings,
    }


def _telling(form: Any, topic: Topic) -> dict[str, Any]:
    """Whom the topic will reach, and the mail that tells of it."""
    data = form.cleaned_data
    chosen = [body.pk for body in data["organizations"]]
    addressed = addressed_to(data["audience"], data["prefectures"], chosen)
    bodies = Organization.objects.active().filter(addressed)
    subject, text = mails.sample(topic)
    return {"reach": reach(topic, bodies), "mail_subject": subject, "mail_text": text}


def _audience_of(form: Any) -> str:
    """The audience in words, before it has rows."""
    data = form.cleaned_data
    if data["audience"] == Topic.Audience.PREFECTURES:
        labels = dict(form.fields["prefectures"].choices)
        return "、".join(labels[code] for code in data["prefectures"]) + "の会員"
    if data["audience"] == Topic.Audience.CHOSEN:
        return "、".join(body.full_name for body in data["organizations"])
    return Topic.Audience(data["audience"]).label
