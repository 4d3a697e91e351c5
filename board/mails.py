"""What a mail says of the board, read at the moment of sending: nothing of what is invisible by then.

Of a topic with a restricted audience neither text nor title goes by mail.
"""

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from board import kinds
from board.models import Acknowledgement, Answer, Reply, Topic
from board.models.reply import page_of
from members.models import Delivery, Notice

Kind = Notice.Kind

INVISIBLE = "閲覧できなくなりました。"
WITHDRAWN = "投稿が取り下げられました。"
DONE = "すでに回答または確認をしています。"
OVER = "受付が終わったか、締切が変更されました。"
# The rest is read on the page.
MAX_CHARACTERS = 3000
RESTRICTED = "公開範囲の限られた投稿"


@dataclass(frozen=True)
class Posts:
    """All that a batch of mails needs to know; as many queries for one mail as for a hundred."""

    topics: dict[int, Topic]
    replies: dict[tuple[int, int], Reply]
    done: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, rows: list[Delivery]) -> "Posts":
        notices = [row.notice for row in rows if row.notice and row.notice.topic]
        keys = {notice.topic for notice in notices}
        topics = Topic.objects.with_row().prefetch_related("audience_rows").in_bulk(keys)
        replies = Reply.objects.filter(topic__in=keys, seq__in={item.seq for item in notices})
        return cls(
            topics=topics,
            replies={(one.topic_id, one.seq): one for one in replies.with_row()},
            done=_done(topics, {row.seat.organization_id for row in rows if row.seat}),
        )

    def topic_of(self, notice: Notice) -> Topic | None:
        return self.topics.get(notice.topic or 0)

    def reason_to_skip(self, row: Delivery) -> str:
        """Empty where the mail is to go out, and for mails that are not of the board."""
        notice, seat = row.notice, row.seat
        if notice is None or seat is None or notice.topic is None or notice.kind == Kind.DECISION:
            return ""
        topic = self.topic_of(notice)
        if topic is None or not topic.is_for(seat.organization) or topic.hidden_at:
            return INVISIBLE
        if topic.is_withdrawn and notice.kind != Kind.OUTCOME:
            return WITHDRAWN
        if notice.kind == Kind.REPLY:
            reply = self.replies.get((topic.pk, notice.seq))
            return "" if reply and reply.hidden_at is None else INVISIBLE
        return self._reason_of_request(row, notice, topic)

    def _reason_of_request(self, row: Delivery, notice: Notice, topic: Topic) -> str:
        if notice.kind not in (Kind.REMINDER, Kind.REQUEST, Kind.CHANGE):
            return ""
        if row.seat and (topic.pk, row.seat.organization_id) in self.done:
            return DONE
        return OVER if notice.kind == Kind.REMINDER and not topic.is_accepting else ""

    def subject(self, row: Delivery) -> str:
        """One line; the prefix of the project stands before it."""
        notice, topic = _noticed(row, self)
        return f"{heading(notice, topic)}：{title_of(topic)}"

    def text(self, row: Delivery) -> str:
        """Of one mail that tells of one thing; without greeting and footer."""
        notice, topic = _noticed(row, self)
        return _written(notice, topic, self._text_of(notice, topic))

    def _text_of(self, notice: Notice, topic: Topic) -> str:
        if notice.kind == Kind.REPLY:
            return self.replies[topic.pk, notice.seq].body
        if notice.kind == Kind.OUTCOME:
            return topic.outcome_note
        return topic.body if notice.kind in (Kind.TOPIC, Kind.CHANGE, Kind.REQUEST) else ""


def _noticed(row: Delivery, posts: Posts) -> tuple[Notice, Topic]:
    notice: Any = row.notice
    topic: Any = posts.topic_of(notice)
    return notice, topic


def _done(topics: dict[int, Topic], bodies: set[int]) -> frozenset[tuple[int, int]]:
    """(topic, body) where nothing is asked any more, as notifications.done_by_bodies()."""
    answers = Answer.objects.filter(topic__in=topics, organization__in=bodies)
    final = answers.exclude(status=Answer.Status.CONSIDERING).order_by()
    answered = set(final.values_list("topic", "organization"))
    seen = Acknowledgement.objects.filter(topic__in=topics, organization__in=bodies).order_by()
    confirmed = {
        (topic, body)
        for topic, body, version in seen.values_list("topic", "organization", "version")
        if version == topics[topic].version
    }

    def is_done(topic: Topic, post: tuple[int, int]) -> bool:
        has_answered = topic.asks == Topic.Asks.NOTHING or post in answered
        return has_answered and (not topic.requires_acknowledgement or post in confirmed)

    return frozenset(post for post in answered | confirmed if is_done(topics[post[0]], post))


def sample(topic: Topic) -> tuple[str, str]:
    """Subject and text of the mail that will tell of a topic which is not saved yet."""
    notice = Notice(kind=Kind.TOPIC)
    text = _written(notice, topic, topic.body)
    return f"{heading(notice, topic)}：{title_of(topic)}", text.strip()


def _written(notice: Notice, topic: Topic, text: str) -> str:
    is_open = topic.audience == Topic.Audience.ALL
    context = {
        "notice": notice,
        "topic": topic,
        "is_open": is_open,
        "facts": kinds.facts(topic) if is_open and not topic.is_withdrawn else [],
        "text": _shortened(text) if is_open else "",
    }
    return render_to_string("board/mail/notice.txt", context)


def title_of(topic: Topic) -> str:
    return topic.title if topic.audience == Topic.Audience.ALL else RESTRICTED


def heading(notice: Notice, topic: Topic) -> str:
    """What happened, in the fewest words: subject of a mail and line of the inbox."""
    if notice.kind == Kind.TOPIC:
        return _heading_of_topic(topic)
    if notice.kind == Kind.OUTCOME:
        return str(topic.get_status_display())
    return _HEADINGS[Kind(notice.kind)]


def _heading_of_topic(topic: Topic) -> str:
    if topic.requires_acknowledgement:
        return "確認のお願い"
    if topic.source_id:
        return "個別の相談"
    if topic.audience == Topic.Audience.CHOSEN and topic.asks != Topic.Asks.NOTHING:
        return "回答のお願い"
    return "新しい投稿"


_HEADINGS = {
    Kind.REPLY: "返信",
    Kind.ANSWER: "回答がありました",
    Kind.CHANGE: "内容が変わりました（確認のお願い）",
    Kind.DEADLINE: "締切の変更",
    Kind.REMINDER: "締切が近づいています",
    Kind.REQUEST: "再度のお願い",
    Kind.MATCH: "個別の相談の成立",
    Kind.DECISION: "投稿についての事務局からのお知らせ",
}


def opening(notice: Notice, topic: Topic) -> str:
    """The first sentence of a mail."""
    if notice.kind == Kind.TOPIC:
        return {
            "確認のお願い": "次の投稿は、内容の確認をお願いするものです。",
            "個別の相談": "貴団体の提案に、個別の相談がありました。",
            "回答のお願い": "貴団体あてに、回答をお願いする投稿がありました。",
        }.get(heading(notice, topic), "新しい投稿がありました。")
    return _OPENINGS[Kind(notice.kind)]


_OPENINGS = {
    Kind.REPLY: "次の投稿に、新しい返信がありました。",
    Kind.ANSWER: "貴部署の投稿に、回答がありました。",
    Kind.CHANGE: "次の投稿の内容が変わりました。もう一度、確認をお願いします。",
    Kind.DEADLINE: "次の投稿の締切が変わりました。",
    Kind.OUTCOME: "次の投稿の受付が終わったか、結果が記録されました。",
    Kind.REMINDER: "次の投稿の締切が近づいています。貴団体は、まだ回答または確認をしていません。",
    Kind.REQUEST: "次の投稿に、まだ回答または確認をいただいていません。再度お願いします。",
    Kind.MATCH: "個別の相談に、成立についての動きがありました。",
    Kind.DECISION: "貴部署の投稿について、事務局からのお知らせです。",
}


def path_of(notice: Notice, topic: Topic) -> str:
    """Where the thing is read: the topic, or the reply on its page."""
    address = topic.get_absolute_url()
    if notice.kind == Kind.REPLY and notice.seq:
        return f"{address}?page={page_of(notice.seq)}#reply-{notice.seq}"
    return address


def _shortened(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[:MAX_CHARACTERS]}…\n\n（長いため、続きは掲示板でお読みください。）"
