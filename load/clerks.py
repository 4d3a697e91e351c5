"""The locustfile: officials who follow the link of the digest to a topic, log in, look around, and leave.

Each comes from an address of his or her body's own (127.x.y.z), as town halls do, so that the limits of
proxy and portal hold as they are. What they were answered is written to LOAD_RESULT at the end.
"""

import itertools
import json
import os
import random
import secrets
import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from locust import HttpUser, between, events, task
from requests.adapters import HTTPAdapter

from bench.pages import SEARCHES
from renkei.demo_words import THEMES

PASSWORD = "renkei-demo-2026"
SIGNED_IN = "ログアウト"
PEOPLE = json.loads(Path(os.environ["LOAD_PEOPLE"]).read_text())
# What a person looks at after the topic of the mail, and how often of 100 times.
STEPS = {"topic": 40, "list": 25, "search": 15, "inbox": 10, "registers": 10}
LOOKS_AT = 5
# Two of five people write: 5 of 100 requests.
WRITES = 0.44
LISTS = ["/board/", *(f"/board/c/{slug}/" for slug in ("proposal", "call", "policy"))]
SEARCHED = [
    f"/board/search/?q={quote(query)}{sort}"
    for query in SEARCHES.values()
    for sort in ("", "&sort=best")
]
REGISTERS = ["/", "/agreements/regional/", "/members/?prefecture=20", "/events/"]

# Made once: it takes as long as a page.
_UNSIGNED = ssl.create_default_context()
_UNSIGNED.check_hostname, _UNSIGNED.verify_mode = False, ssl.CERT_NONE
_numbers = itertools.count()
_answers: list[dict[str, Any]] = []


class FromOwnAddress(HTTPAdapter):
    """Connections of one town hall."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        options |= {"source_address": (self._address, 0), "ssl_context": _UNSIGNED}
        super().init_poolmanager(*arguments, **options)


class Clerk(HttpUser):
    wait_time = between(5, 20)

    def on_start(self) -> None:
        number = next(_numbers)
        person = PEOPLE[number % len(PEOPLE)]
        self.login, self.topics = person["login"], person["topics"]
        body = number % 1_788
        self.client.mount("https://", FromOwnAddress(f"127.1.{body // 250}.{body % 250 + 1}"))
        self.client.verify = False
        self.chance = random.Random(number)

    @task
    def morning(self) -> None:
        steps = self.chance.choices(list(STEPS), weights=list(STEPS.values()), k=LOOKS_AT)
        self._log_in(f"/board/topics/{self.topics[0]}/")
        for step in steps:
            self.wait()
            self._look(self._address_of(step), step)
        if self.chance.random() < WRITES:
            self.wait()
            self._reply(self.chance.choice(self.topics))
        self.client.close()
        # Whoever stopped would be replaced by one more person.
        while True:
            time.sleep(60)

    def _log_in(self, topic: str) -> None:
        page = f"/accounts/login/?next={topic}"
        self._look(page, "log-in form", sign="password")
        self.wait()
        fields = {"login": self.login, "password": PASSWORD, "next": topic}
        self._send("/accounts/login/", "log in", fields, leads_to=topic)
        self._look(topic, "topic")

    def _address_of(self, step: str) -> str:
        if step == "topic":
            return f"/board/topics/{self.chance.choice(self.topics)}/"
        addresses = {"list": LISTS, "search": SEARCHED, "registers": REGISTERS}
        return self.chance.choice(addresses.get(step, ["/members/inbox/"]))

    def _reply(self, number: int) -> None:
        topic = f"/board/topics/{number}/"
        words = self.chance.choice(THEMES)
        fields = {
            "body": f"{words}について、{self.login}からのお返事です。" * 8,
            "publish": "1",
            "form_key": secrets.token_hex(16),
        }
        self._send(f"{topic}reply/", "reply", fields, leads_to=topic)
        self._look(topic, "topic")

    def _look(self, path: str, name: str, sign: str = SIGNED_IN) -> None:
        with self.client.get(path, name=name, catch_response=True) as answer:
            if answer.status_code != 200 or sign not in answer.text:
                answer.failure(f"{path}: {answer.status_code}, {sign} expected")

    def _send(self, path: str, name: str, fields: dict[str, str], leads_to: str) -> None:
        token = next(one.value for one in self.client.cookies if one.name.endswith("csrftoken"))
        with self.client.post(
            path,
            fields | {"csrfmiddlewaretoken": token},
            name=name,
            headers={"Referer": f"{self.host}/"},
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            target = answer.headers.get("Location", "")
            if answer.status_code != 302 or not target.startswith(leads_to):
                answer.failure(f"{path}: {answer.status_code} {target}, {leads_to} expected")


@events.request.add_listener
def keep(name: str, response_time: float, exception: Exception | None, **_: Any) -> None:
    _answers.append({"name": name, "ms": response_time, "trouble": str(exception or "")})


@events.quitting.add_listener
def write_down(**_: Any) -> None:
    Path(os.environ["LOAD_RESULT"]).write_text(json.dumps(_answers))
