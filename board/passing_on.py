"""庁内周知・転載用の文例: a topic as plain text for internal mail, a magazine and X."""

from dataclasses import dataclass

from django.conf import settings

from board import kinds
from board.models import Topic
from lib.wareki import format_deadline
from lib.x_posts import MAX_WEIGHT, weight


@dataclass(frozen=True)
class Text:
    title: str
    note: str
    text: str


def texts(topic: Topic) -> list[Text]:
    return [
        Text("庁内のメール・掲示用", "件名から照会先まで、すべてを載せています。", for_mail(topic)),
        Text("広報誌・回覧用", "概要と主な項目だけの短い文です。", for_magazine(topic)),
        Text(
            "X（旧Twitter）用",
            "公開してよい内容か、投稿した団体に確かめてから使ってください。",
            for_x(topic),
        ),
    ]


def for_mail(topic: Topic) -> str:
    facts = "\n".join(f"・{fact.label}：{fact.text}" for fact in kinds.facts(topic))
    parts = [
        f"件名：{topic.title}",
        f"投稿した団体：{topic.organization.full_name} {topic.seat.section}",
        facts,
        topic.body,
        f"特別区全国連携プロジェクト 掲示板（会員専用）\n{settings.SITE_URL}{topic.get_absolute_url()}",
    ]
    return "\n\n".join(part for part in parts if part)


def for_magazine(topic: Topic) -> str:
    facts = "\n".join(f"{fact.label}　{fact.text}" for fact in kinds.facts(topic))
    parts = [_headline(topic), topic.summary, facts, f"（{topic.organization.full_name}）"]
    return "\n".join(part for part in parts if part)


def for_x(topic: Topic) -> str:
    """Within the length of a post: the summary is cut, never the body's name or the deadline."""
    deadline = f"締切：{format_deadline(topic.deadline)}" if topic.deadline else ""
    fixed = [topic.organization.full_name, deadline, "#特別区全国連携プロジェクト"]
    tail = "\n".join(part for part in fixed if part)
    head = f"{_headline(topic)}{topic.summary}"
    while head and weight(f"{head}\n{tail}") > MAX_WEIGHT:
        head = head.removesuffix("…")[:-1] + "…" if len(head) > 1 else ""
    return f"{head}\n{tail}".strip()


def _headline(topic: Topic) -> str:
    """A title that begins with brackets of its own gets no others."""
    return topic.title if topic.title.startswith("【") else f"【{topic.title}】"
