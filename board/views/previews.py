"""プレビュー: what was typed, as it will be read."""

from typing import Any

from board import kinds
from board.forms import AnswerForm, ReplyForm
from board.forms.said import said
from board.models import Topic
from lib import plain_text


def preview_of(form: Any) -> dict[str, Any]:
    if isinstance(form, AnswerForm):
        return {"said": said(form)}
    body_html = plain_text.render(form.cleaned_data["body"])
    if isinstance(form, ReplyForm):
        return {"body_html": body_html}
    topic = form.instance
    topic.category = form.cleaned_data["category"]
    return {
        "body_html": body_html,
        "topic": topic,
        "summary": topic.summary or plain_text.summary_of(topic.body),
        "facts": kinds.facts(topic),
        "audience": _audience_of(form),
        "warnings": form.warnings,
    }


def _audience_of(form: Any) -> str:
    """The audience in words, before it has rows."""
    data = form.cleaned_data
    if data["audience"] == Topic.Audience.PREFECTURES:
        labels = dict(form.fields["prefectures"].choices)
        return "、".join(labels[code] for code in data["prefectures"]) + "の会員"
    if data["audience"] == Topic.Audience.CHOSEN:
        return "、".join(body.full_name for body in data["organizations"])
    return Topic.Audience(data["audience"]).label
