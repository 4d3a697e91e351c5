"""The secretariat's lists at their largest: what each page of the admin takes, and how many queries.

Adds to a database of bench/__main__.py what a board of a million replies goes with: 5,000 people,
their mails and answers and the audit trail. `python -m bench.desk` prints a table.
"""

import logging
import os
import time
from datetime import timedelta
from statistics import median
from typing import Any, NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renkei.settings")
django.setup()

from django.contrib import admin  # noqa: E402 - after setup
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from board.models import Answer, Topic  # noqa: E402
from members.models import AuditEntry, Delivery, Seat, User  # noqa: E402

PEOPLE, MAILS, ENTRIES, ANSWERS = 5_000, 500_000, 200_000, 100_000
BATCH = 5_000
YEARS = timedelta(days=3 * 365)
HEAD = "| page of the secretariat | ms | queries | HTML bytes |"
LONG = (
    *("board.reply", "board.topic", "board.answer", "members.user", "members.organization"),
    *("members.delivery", "members.auditentry"),
)
# Beside the first page of every list: what the secretariat asks of the long ones.
ASKED = {
    "replies of a word": "board/reply/?q=防災",
    "replies of a body": "board/reply/?q=見本第7市",
    "replies of a word that nobody wrote": "board/reply/?q=存在しない語",
    "replies, hidden": "board/reply/?hidden_at__isempty=0",
    "replies of last month": "board/reply/?created_at-since={since}&created_at-until={until}",
    "replies, page 40": "board/reply/?p=40",
    "topics of a word": "board/topic/?q=防災",
    "topics of a word that nobody wrote": "board/topic/?q=存在しない語",
    "people of a name": "members/user/?q=見本",
    "mails to an address": "members/delivery/?q=kikaku-7",
    "mails that failed": "members/delivery/?state=failed",
    "audit trail of an act": "members/auditentry/?act=hide",
    "audit trail of last month": "members/auditentry/?since={since}&until={until}",
    "audit trail of a person": "members/auditentry/?person=見本",
    "start page": "",
    "figures": "figures/?demo=on",
    "figures of two years": "figures/?demo=on&since={long_ago}&until={until}",
}


class Page(NamedTuple):
    name: str
    ms: float
    queries: int
    size: int

    def __str__(self) -> str:
        return f"| {self.name} | {self.ms:.0f} | {self.queries} | {self.size:,} |"


def main() -> None:
    logging.disable(logging.CRITICAL)
    people()
    mails()
    trail()
    answers()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(headers={"host": "127.0.0.1", "x-forwarded-proto": "https"})
    client.force_login(User.objects.get(username="jimukyoku"))
    print(f"{HEAD}\n|{'---|' * 4}")
    models = {model._meta.label_lower: model._meta for model in admin.site._registry}
    lists = {name: f"{opts.app_label}/{opts.model_name}/" for name, opts in models.items()}
    for name in LONG:
        print(measured(client, f"list of {name}", lists.pop(name)), flush=True)
    others = [measured(client, name, path) for name, path in lists.items()]
    print(Page(f"the other {len(others)} lists, at most", *map(max, *(one[1:] for one in others))))
    for name, path in asked().items():
        print(measured(client, name, path), flush=True)


def people() -> None:
    """Beside those who wrote the posts."""
    seats = list(Seat.objects.filter(organization__is_demo=True))
    password = make_password(None)
    User.objects.bulk_create(
        User(
            username=f"desk-{number}",
            email=f"desk-{number}@load.example.jp",
            name=f"見本 利用者{number}",
            seat=seats[number % len(seats)],
            password=password,
            last_seen_at=timezone.now() - YEARS * number / PEOPLE,
        )
        for number in range(max(0, PEOPLE - User.objects.count()))
    )


def mails() -> None:
    seats = list(Seat.objects.filter(organization__is_demo=True))
    states = [Delivery.State.SENT] * 97 + [Delivery.State.FAILED, Delivery.State.BOUNCED]
    for start in range(Delivery.objects.count(), MAILS, BATCH):
        Delivery.objects.bulk_create(
            Delivery(
                address=f"kikaku-{number % len(seats)}@load.example.jp",
                key=f"desk-{number}",
                subject=f"新しい投稿のお知らせ（{number}）",
                seat=seats[number % len(seats)],
                state=states[number % len(states)],
                created_at=_moment(number / MAILS),
                sent_at=_moment(number / MAILS),
            )
            for number in range(start, start + BATCH)
        )


def trail() -> None:
    actors = list(User.objects.filter(username__startswith="desk-").values_list("pk", flat=True))
    acts = ["change_role", "edit_seat", "accept_invitation", "choose_name", "show_names"]
    for start in range(AuditEntry.objects.count(), ENTRIES, BATCH):
        AuditEntry.objects.bulk_create(
            AuditEntry(
                at=_moment(number / ENTRIES),
                actor_id=actors[number % len(actors)],
                ip="192.0.2.1",
                act=acts[number % len(acts)] if number % 1000 else "hide",
                target_type="members.user",
                target_id=str(actors[number % len(actors)]),
            )
            for number in range(start, start + BATCH)
        )


def answers() -> None:
    """Of many bodies to each of the newest topics."""
    seats = list(Seat.objects.filter(organization__is_demo=True).select_related("organization"))
    author = User.objects.filter(username__startswith="desk-")[0]
    each = 50
    topics = Topic.objects.filter(answers=None).order_by("-pk")
    wanted = max(0, ANSWERS - Answer.objects.count()) // each
    for at in range(0, wanted, BATCH // each):
        found = topics[: min(BATCH // each, wanted - at)]
        Answer.objects.bulk_create(
            Answer(
                topic=topic,
                organization=seat.organization,
                seat=seat,
                answered_by=author,
                status=Answer.Status.YES,
                answered_at=topic.publish_at,
            )
            for topic in list(found)
            for seat in seats[:each]
        )


def _moment(share: float) -> Any:
    return timezone.now() - YEARS + YEARS * share


def asked() -> dict[str, str]:
    today = timezone.localdate()
    days = {
        "since": today - timedelta(days=30),
        "until": today,
        "long_ago": today - timedelta(days=2 * 365),
    }
    return {name: path.format(**days) for name, path in ASKED.items()}


def measured(client: Client, name: str, path: str) -> Page:
    """The middle one of three, after a first one that warms up."""
    durations = []
    for _ in range(4):
        started = time.perf_counter()
        page = client.get(f"/admin/{path}")
        durations.append((time.perf_counter() - started) * 1000)
    if page.status_code != 200:
        raise RuntimeError(f"{path} answers {page.status_code}.")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/admin/{path}")
    return Page(name, median(durations[1:]), len(queries), len(page.content))


if __name__ == "__main__":
    main()
