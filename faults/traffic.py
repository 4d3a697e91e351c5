"""Members who read and post all the time, and remember what they were answered."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle

from faults.client import Answer, Member
from faults.stage import Stage


class Traffic:
    """Two readers and two writers until stop(); every answer is kept with its moment."""

    def __init__(self, members: list[Member], topic: int) -> None:
        self.members = members
        self.answers: list[Answer] = []
        self.taken: list[str] = []
        self.slowest = 0.0
        self._stopped = threading.Event()
        self._threads = [
            *(threading.Thread(target=self._read, args=(member, topic)) for member in members[:2]),
            *(threading.Thread(target=self._write, args=(member, topic)) for member in members[2:]),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _read(self, member: Member, topic: int) -> None:
        for page in cycle(("/board/", f"/board/topics/{topic}/")):
            if self._stopped.is_set():
                return
            self._kept(partial(member.get, page))

    def _write(self, member: Member, topic: int) -> None:
        while not self._stopped.is_set():
            key = secrets.token_hex(16)
            if self._kept(partial(_reply, member, topic, key)).status == 302:
                self.taken.append(key)

    def _kept(self, ask: Callable[[], Answer]) -> Answer:
        began = time.monotonic()
        answer = ask()
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.answers.append(answer)
        return answer

    @property
    def troubles(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.status not in {200, 302}]

    def rows(self, stage: Stage) -> int:
        """How many of the posts that were answered are there."""
        bodies = [_body(key) for key in self.taken]
        return stage.number("SELECT count(*) FROM board_reply WHERE body = ANY(%s)", bodies)


@contextmanager
def traffic(port: int, topic: int, members: list[Member] | None = None) -> Iterator[Traffic]:
    """Of four members who have just logged in, or of `members`, who still are."""
    found = Traffic(members or [Member.logged_in(port) for _ in range(4)], topic)
    found.start()
    try:
        yield found
    finally:
        found.stop()


def _reply(member: Member, topic: int, key: str) -> Answer:
    fields = {"body": _body(key), "publish": "1", "form_key": key}
    return member.post(f"/board/topics/{topic}/reply/", **fields)


def _body(key: str) -> str:
    return f"during {key}"
