"""The people of the morning, in a database that `seed_demo` has filled; prints who they are as JSON.

Officials of all demo bodies with the demo password. Their sections watch the topics that the digest
tells of, and have each of them in the inbox.
"""

import json
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renkei.settings")
django.setup()

from django.conf import settings  # noqa: E402 - after setup
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from board.models import Topic, Watch  # noqa: E402
from members.models import Notice, Notification, Seat, SiteText, TermsConsent, User  # noqa: E402

PEOPLE = 5_000
WATCHED_BY_A_SECTION = 5
TOLD_OF = 2_000
BATCH = 5_000


def main() -> None:
    """A database that was used before has them."""
    people = User.objects.filter(username__startswith="monday-")
    if not people:
        _create_all()
    watched = defaultdict(list)
    for seat, topic in Watch.objects.values_list("seat", "topic"):
        watched[seat].append(topic)
    found = people.order_by("pk").values_list("email", "seat")
    json.dump([{"login": email, "topics": watched[seat]} for email, seat in found], sys.stdout)


@transaction.atomic
def _create_all() -> None:
    chance = random.Random(2026)
    seats = list(Seat.objects.filter(users__username__startswith="load-"))
    talked_of = Topic.objects.filter(status=Topic.Status.OPEN, audience="all")
    topics = list(talked_of.order_by("-active_at").values_list("pk", flat=True)[:TOLD_OF])
    _tell({seat.pk: chance.sample(topics, WATCHED_BY_A_SECTION) for seat in seats})
    _employ(seats)


def _employ(seats: list[Seat]) -> None:
    password = make_password(settings.DEMO_PASSWORD)
    people = [
        User(
            username=f"monday-{number}",
            email=f"monday-{number}@load.example.jp",
            name=f"見本 職員{number}",
            role=User.Role.CONTRIBUTOR,
            seat=seats[number % len(seats)],
            password=password,
        )
        for number in range(PEOPLE)
    ]
    User.objects.bulk_create(people, batch_size=BATCH)
    terms = SiteText.objects.current(SiteText.Slug.TERMS)
    if terms:
        _create(TermsConsent, (TermsConsent(user=person, text=terms) for person in people))


def _tell(watched: dict[int, list[int]]) -> None:
    notices = {
        topic: Notice(
            key=f"monday-{topic}", kind=Notice.Kind.REPLY, topic=topic, spread_at=timezone.now()
        )
        for topics in watched.values()
        for topic in topics
    }
    Notice.objects.bulk_create(notices.values(), batch_size=BATCH)
    pairs = [(seat, topic) for seat, topics in watched.items() for topic in topics]
    _create(Watch, (Watch(seat_id=seat, topic_id=topic) for seat, topic in pairs))
    rows = (Notification(seat_id=seat, notice=notices[topic]) for seat, topic in pairs)
    _create(Notification, rows)


def _create(model: Any, rows: Iterator[models.Model]) -> None:
    while batch := list(islice(rows, BATCH)):
        model.objects.bulk_create(batch)


if __name__ == "__main__":
    main()
