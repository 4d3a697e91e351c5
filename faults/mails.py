"""The worker is killed while it mails; the mail server is away while people wait for mails."""

import random
import time
from collections import Counter
from functools import partial

from faults.client import Member
from faults.finding import Finding
from faults.stage import Stage, kill, wait_until
from tests.server import free_port
from tests.smtp import mail_server

_FILL = """
from members.models import Delivery
Delivery.objects.bulk_create(
    Delivery(address=f"a{n}@town.example.jp", key="{key}", subject="s", body="b") for n in range({mails})
)
"""


def fill_outbox(stage: Stage, mails: int, key: str) -> None:
    stage.python(
        "manage.py",
        "shell",
        "-v0",
        "-c",
        _FILL.replace("{key}", key).replace("{mails}", str(mails)),
    )


def end_leases(stage: Stage) -> None:
    """As if the time had passed: what a dead worker had taken is free, what was put off is due."""
    stage.change(
        "UPDATE members_delivery SET leased_until = NULL, due_at = now() WHERE state = 'waiting'"
    )


def unsent(stage: Stage, key: str) -> int:
    return stage.number(
        "SELECT count(*) FROM members_delivery WHERE key = %s AND state <> 'sent'", key
    )


def killed_worker(stage: Stage, *, mails: int = 5_000) -> Finding:
    """kill -9 the worker after 20 to 400 mails, again and again."""
    kills = 0
    with mail_server() as box:
        to_server = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(box.port)}
        fill_outbox(stage, mails, "killed")
        while left := unsent(stage, "killed"):
            goal = max(left - random.randrange(20, 400), 0)
            with stage.worker(**to_server) as worker:
                wait_until(partial(_is_down_to, stage, goal), seconds=120)
                kills += goal > 0 and kill(worker.pid)
            end_leases(stage)
        arrived = Counter(
            message["Message-ID"] for message in box.messages if "@town" in message["To"]
        )
    twice = sum(number - 1 for number in arrived.values())
    return Finding(
        f"worker killed (SIGKILL) {kills} times while it sends {mails:,} mails",
        "none lost; at most one twice for each kill, with an equal Message-ID",
        f"{len(arrived):,} different mails arrived, {twice} came twice",
        len(arrived) == mails and twice <= kills and kills > 0,
    )


def _is_down_to(stage: Stage, goal: int) -> bool:
    return unsent(stage, "killed") <= goal


def server_away(stage: Stage) -> Finding:
    """The port is closed when a password is to be reset."""
    port = free_port()
    with stage.web() as site, stage.worker(EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(port)):
        member = Member.logged_in(site.port)
        began = time.monotonic()
        page = member.post("/accounts/password/reset/", login="village@demo.example.jp")
        took = time.monotonic() - began
        tried = wait_until(lambda: _village(stage, "attempts > 0") == 1, seconds=20)
        with mail_server(port) as box:
            stage.change("UPDATE members_delivery SET due_at = now() WHERE state = 'waiting'")
            arrived = wait_until(lambda: bool(box.envelopes), seconds=20)
    return Finding(
        "mail server away",
        "the page answers within 1 s, the mail waits and goes out when the server is back",
        f"page {page.status} in {took:.2f} s, tried {tried}, arrived afterwards {arrived}",
        page.status == 302 and took < 1 and tried and arrived,
    )


def _village(stage: Stage, condition: str) -> int:
    query = "SELECT count(*) FROM members_delivery WHERE address = 'village@demo.example.jp' AND "
    return stage.number(query + condition)
