"""What a topic says, in words: to compare two states of it, to keep an old one, and to show it."""

from board import kinds
from board.models import Revision, Topic
from lib.wareki import format_datetime
from members.models import User


def labelled(topic: Topic) -> dict[str, str]:
    """Label and shown value of everything that an edit may change."""
    said = {
        "分類": topic.category.name,
        "件名": topic.title,
        "概要": topic.summary,
        "本文": topic.body,
        **{fact.label: fact.text for fact in kinds.facts(topic)},
        "テーマ": "、".join(theme.name for theme in topic.themes.all()),
        "公開範囲": kinds.audience_text(topic),
        "公開日時": format_datetime(topic.publish_at),
        "添付ファイル": "、".join(file.name for file in topic.attachments.all()),
        "回答を求める": topic.get_asks_display(),
        "回答を会員に公開する": "はい" if topic.shows_answers else "いいえ",
        "確認を求める": "はい" if topic.requires_acknowledgement else "いいえ",
        "公式Xでの紹介を希望": "はい" if topic.wants_introduction else "いいえ",
        "状態": topic.get_status_display(),
        "結果": topic.outcome_note,
    }
    return {label: value for label, value in said.items() if value}


def changed_since(topic: Topic, edits: int) -> list[tuple[str, str]]:
    """Label and present value of all that others have changed after the edit of that number."""
    revisions = topic.revisions.filter(number__gt=edits).order_by("number")
    labels = dict.fromkeys(label for revision in revisions for label in revision.before)
    now = labelled(topic)
    return [(label, now.get(label, "")) for label in labels]


def changes(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    """The old value of whatever differs; empty where there was none."""
    labels = [*before, *(label for label in after if label not in before)]
    return {
        label: before.get(label, "") for label in labels if before.get(label) != after.get(label)
    }


def remember(topic: Topic, before: dict[str, str], *, by: User, reason: str = "") -> None:
    if before:
        Revision.objects.create(
            topic=topic, number=topic.edits, before=before, reason=reason, by=by
        )
