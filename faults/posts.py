"""Web workers are killed while members post: what was answered is there, once, in order."""

import random
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

from bench.machine import workers_of
from faults.client import Member
from faults.finding import Finding
from faults.stage import Stage, kill

CLIENTS = 8
# A worker needs a second to start: killing faster would measure nothing but the start.
KILL_EVERY_SECONDS = 2.0
TAKEN = 302


def killed_web_workers(stage: Stage, *, posts: int = 10_000) -> Finding:
    """kill -9 a random web worker every two seconds while eight members reply."""
    topic = stage.open_topic()
    before = stage.number("SELECT count(*) FROM board_reply")
    with stage.web(WEB_THREADS="4") as site:
        members = [Member.logged_in(site.port) for _ in range(CLIENTS)]
        stop = threading.Event()
        killer = _Killer(site.pid, stop)
        killer.start()
        with ThreadPoolExecutor(CLIENTS) as pool:
            shares = pool.map(
                lambda one: _replies(one[1], topic, one[0], posts // CLIENTS), enumerate(members)
            )
            done = list(shares)
        stop.set()
        killer.join()
    taken = sum(len(keys) for keys, _ in done)
    retries = sum(tries for _, tries in done)
    rows = stage.number("SELECT count(*) FROM board_reply") - before
    texts = stage.number(
        "SELECT count(DISTINCT body) FROM board_reply WHERE topic_id = %s AND body LIKE %s",
        topic,
        "post %",
    )
    last, numbers = stage.ask(
        "SELECT max(seq), count(DISTINCT seq) FROM board_reply WHERE topic_id = %s", topic
    )[0]
    notices = stage.number(
        "SELECT count(*) FROM members_notice WHERE topic = %s AND kind = 'reply'", topic
    )
    indexed = stage.number(
        "SELECT count(*) FROM board_searchentry WHERE seq > 0 AND topic_id = %s", topic
    )
    return Finding(
        f"{stage.title}: web worker killed (SIGKILL) {killer.kills} times during {posts:,} posts of {CLIENTS} members",
        "every answered post once, numbers without a gap",
        f"{taken:,} answered, {rows:,} rows, {texts:,} different, {retries} sent again, last number {last:,} of {numbers:,}, "
        f"{notices:,} notices, {indexed:,} in the index",
        taken == posts == rows == texts and last == numbers == indexed and killer.kills > 0,
    )


def _replies(member: Member, topic: int, who: int, number: int) -> tuple[list[str], int]:
    """Form keys that were answered, and how often a form was sent again."""
    taken = []
    for count in range(number):
        key = secrets.token_hex(16)
        answer = member.post_until_taken(
            f"/board/topics/{topic}/reply/", body=f"post {who}-{count}", publish="1", form_key=key
        )
        if answer.status == TAKEN:
            taken.append(key)
    return taken, member.retries


class _Killer(threading.Thread):
    def __init__(self, master: int, stop: threading.Event) -> None:
        super().__init__()
        self.master, self.stop, self.kills = master, stop, 0

    def run(self) -> None:
        while not self.stop.wait(KILL_EVERY_SECONDS):
            if workers := workers_of(self.master):
                self.kills += kill(random.choice(workers))
