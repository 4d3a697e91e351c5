"""What only the process itself can tell: queries and bytes of each page, and what a reply costs.

`python manage.py shell` would do; this prints one JSON object for bench/__main__.py.
"""

import json
import logging
import os
import sys
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renkei.settings")
django.setup()

from django.db import connection  # noqa: E402 - after setup
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench.pages import pages  # noqa: E402
from board import posting  # noqa: E402
from board.models import Topic, page_of  # noqa: E402
from lib.forms import new_form_key  # noqa: E402
from members import drafts  # noqa: E402
from members.models import User  # noqa: E402
from renkei.demo_words import THEMES  # noqa: E402

REPLIES = 300


def main() -> None:
    logging.disable(logging.CRITICAL)
    longest = Topic.objects.order_by("-reply_count", "pk")[0]
    topics = {
        "usual": _topic(reply_count__gte=20, audience="all"),
        "long": longest.pk,
        "last": page_of(longest.last_seq) - 1,
    }
    asked = pages(**topics)
    user = User.objects.select_related("seat__organization").get(username="city")
    answer = {
        "topics": topics,
        "pages": {name: _cost(path, user, is_member) for name, path, is_member in asked},
        "replies": _replies(user, topics["usual"]),
    }
    json.dump(answer, sys.stdout)


def _topic(**fields: Any) -> int:
    found = Topic.objects.filter(**fields).order_by("reply_count", "-pk")
    return found.values_list("pk", flat=True)[0]


def _cost(path: str, user: User, is_member: bool) -> dict[str, int]:
    client = Client(headers={"host": "127.0.0.1", "x-forwarded-proto": "https"})
    if is_member:
        client.force_login(user)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(path)
    return {"queries": len(queries), "bytes": len(page.content), "status": page.status_code}


def _replies(user: User, topic: int) -> dict[str, float]:
    """One after the other, each with its index, its draft made before and not measured."""
    durations = []
    for number in range(REPLIES):
        draft = drafts.save(new_form_key(), kind="reply", address="/", data={}, by=user)
        body = f"{THEMES[number % len(THEMES)]}について、{number}件目のお返事です。" * 8
        found = Topic.objects.get(pk=topic)
        started = time.perf_counter()
        posting.reply(found, body, draft=draft, by=user)
        durations.append(time.perf_counter() - started)
    durations.sort()
    return {
        "per_second": len(durations) / sum(durations),
        "p50": durations[len(durations) // 2] * 1000,
        "p95": durations[len(durations) * 95 // 100] * 1000,
        "p99": durations[len(durations) * 99 // 100] * 1000,
    }


if __name__ == "__main__":
    main()
