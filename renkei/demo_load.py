"""A demonstration of any size: fictional bodies, topics and replies in bulk, the search index included.

Rows are written without the verbs, because a million of them would take a day; what the verbs
compute (numbers, counts, HTML, index) is computed here in the same way, and check_search agrees.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from board import kinds
from board.models import Category, Reply, SearchEntry, Topic, TopicAudience
from board.models.search_entry import key_of
from board.search import index
from lib import plain_text
from lib.prefectures import PREFECTURES
from lib.text import fold
from members.models import Organization, Seat, User
from renkei import demo_words
from renkei.demo_words import Text

Progress = Callable[[int, int], None]

YEARS = timedelta(days=8 * 365)
TALKED_ABOUT_FOR = timedelta(days=60)
LONGEST = 1000
TEXTS = 4000
BATCH = 5000
NUMBERED = 0.02


@dataclass
class Load:
    """Adds what is missing to the numbers that are asked for; the same numbers give the same words."""

    progress: Callable[[str], Progress]
    chance: random.Random = field(default_factory=lambda: random.Random(2026))  # noqa: S311 - words

    def organizations(self, number: int) -> None:
        """Each with a section and a contributor, who cannot log in."""
        there = Organization.objects.filter(is_demo=True).count()
        show = self.progress("organizations")
        bodies = [_body(at) for at in range(there, number)]
        for body in bodies:
            body.folded = body.searchable_text()
        Organization.objects.bulk_create(bodies)
        seats = [Seat(organization=body, section="企画課") for body in bodies]
        for seat in seats:
            seat.folded = fold(seat.section)
        Seat.objects.bulk_create(seats)
        User.objects.bulk_create(
            User(
                username=f"load-{seat.organization_id}",
                name=f"見本 {seat.organization_id}",
                seat=seat,
                password=make_password(None),
            )
            for seat in seats
        )
        show(number, number)

    def board(self, topics: int, replies: int) -> None:
        """Replies are spread so that most topics have few and one has a thousand."""
        topics -= Topic.objects.count()
        replies -= Reply.objects.count()
        if topics <= 0:
            return
        authors = list(User.objects.filter(username__startswith="load-").select_related("seat"))
        writer = _Writer(self.chance, authors, min(TEXTS, topics))
        numbers = _spread(self.chance, topics, max(replies, 0))
        show = self.progress("topics")
        with index.loading():
            done = 0
            for batch in _batches(numbers, BATCH):
                writer.write(batch, done / topics, topics)
                done += len(batch)
                show(done, topics)


def _body(number: int) -> Organization:
    prefecture = PREFECTURES[number % len(PREFECTURES)]
    ending, reading = (("市", "し"), ("町", "まち"), ("村", "むら"))[number % 3]
    return Organization(
        kind=Organization.Kind.MUNICIPALITY,
        prefecture=prefecture.code,
        name=f"見本第{number}{ending}",
        kana=f"みほんだい{number}{reading}",
        is_demo=True,
        joined_on=timezone.localdate(),
    )


def _spread(chance: random.Random, topics: int, replies: int) -> list[int]:
    """How many replies each topic has; the fortieth from the end is the longest."""
    longest = min(LONGEST, replies // 2)
    weights = [chance.expovariate(1) for _ in range(topics)]
    share = (replies - longest) / sum(weights)
    numbers = [min(round(weight * share), LONGEST - 1) for weight in weights]
    numbers[max(0, topics - 40)] = longest
    return numbers


def _batches(numbers: list[int], posts: int) -> Iterator[list[int]]:
    batch: list[int] = []
    for number in numbers:
        batch.append(number)
        if sum(batch) + len(batch) >= posts:
            yield batch
            batch = []
    if batch:
        yield batch


class _Writer:
    def __init__(self, chance: random.Random, authors: list[User], texts: int) -> None:
        self.chance, self.authors, self.mark = chance, authors, uuid.uuid4().hex[:16]
        self.categories = list(Category.objects.all())
        self.long = [demo_words.text(chance, chance.randint(8, 18)) for _ in range(texts)]
        self.short = [demo_words.text(chance, chance.randint(2, 12)) for _ in range(texts)]
        self.now = timezone.now()
        self.numbers = 0

    def write(self, batch: list[int], so_far: float, topics: int) -> None:
        """Topics with so many replies each, at their place in the years."""
        step = YEARS / topics
        start = self.now - YEARS + YEARS * so_far
        rows = [self._topic(start + step * at, replies) for at, replies in enumerate(batch)]
        Topic.objects.bulk_create([topic for topic, _ in rows])
        TopicAudience.objects.bulk_create(
            TopicAudience(topic=topic, prefecture=topic.organization.prefecture)
            for topic, _ in rows
            if topic.audience == Topic.Audience.PREFECTURES
        )
        entries = [self._entry(topic, 0, topic.publish_at, text) for topic, text in rows]
        for entry, (topic, _) in zip(entries, rows, strict=True):
            entry.title = fold(topic.title)
            entry.folded = fold(topic.searchable_text())
        replies = [pair for topic, _ in rows for pair in self._replies(topic)]
        Reply.objects.bulk_create((reply for reply, _ in replies), batch_size=BATCH)
        entries += [
            self._entry(reply.topic, reply.seq, reply.created_at, text, reply.organization_id)
            for reply, text in replies
        ]
        index.add(entries)

    def _topic(self, at: datetime, replies: int) -> tuple[Topic, Text]:
        author, text = self.chance.choice(self.authors), self.chance.choice(self.long)
        category = self.chance.choice(self.categories)
        audience = self.chance.choices(
            [Topic.Audience.ALL, Topic.Audience.WARDS, Topic.Audience.PREFECTURES], [90, 5, 5]
        )[0]
        deadline = at + timedelta(days=30) if category.kind in kinds.NEEDS_DEADLINE else None
        topic = Topic(
            category=category,
            title=demo_words.sentence(self.chance, self.chance.choice(demo_words.TITLES)),
            summary=plain_text.summary_of(text.body),
            body=text.body,
            body_html=text.html,
            audience=audience,
            asks=kinds.ASKS.get(category.kind, Topic.Asks.NOTHING),
            deadline=deadline,
            publish_at=at,
            created_at=at,
            active_at=self._moment(at, replies, replies),
            last_seq=replies,
            newest_seq=replies,
            reply_count=replies,
            **self._written_by(author),
        )
        return topic, text

    def _replies(self, topic: Topic) -> Iterator[tuple[Reply, Text]]:
        for seq in range(1, topic.last_seq + 1):
            text = self.chance.choice(self.short)
            if self.chance.random() < NUMBERED:
                text = self._numbered(text)
            reply = Reply(
                topic=topic,
                seq=seq,
                body=text.body,
                body_html=text.html,
                created_at=self._moment(topic.publish_at, seq, topic.last_seq),
                **self._written_by(self.chance.choice(self.authors)),
            )
            yield reply, text

    def _written_by(self, author: User) -> dict[str, Any]:
        self.numbers += 1
        seat = author.seat
        return {
            "author": author,
            "seat": seat,
            "organization_id": seat.organization_id,
            "form_key": f"{self.mark}{self.numbers:016x}",
        }

    def _numbered(self, text: Text) -> Text:
        """To be found by a number that hardly any other has."""
        line = f"整理番号 {self.numbers:07}"
        return Text(f"{text.body}\n\n{line}", f"{text.html}<p>{line}</p>", f"{text.folded} {line}")

    def _moment(self, start: datetime, seq: int, replies: int) -> datetime:
        """The replies of a topic within some weeks, none in the future."""
        until = min(start + TALKED_ABOUT_FOR, self.now)
        return start + (until - start) * seq / max(replies, 1)

    def _entry(
        self, topic: Topic, seq: int, at: datetime, text: Text, organization: int = 0
    ) -> SearchEntry:
        return SearchEntry(
            id=key_of(at, topic.pk, seq),
            topic=topic,
            seq=seq,
            category_id=topic.category_id,
            organization_id=organization or topic.organization_id,
            folded=text.folded,
        )
