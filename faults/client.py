"""A member's browser in few lines: logs in, reads, posts, and tries again as a person would."""

import re
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from bench.visitor import member_cookies

TIMEOUT = 40
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    at: float = field(default_factory=time.monotonic)


@dataclass
class Member:
    """One connection after the other to one portal. No answer at all is status 0."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    retries: int = 0

    @classmethod
    def logged_in(cls, port: int) -> "Member":
        return cls(port, {"Cookie": member_cookies(port, {})})

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        body = urlencode(fields | {"csrfmiddlewaretoken": self._token()})
        return self._ask("POST", path, body, "application/x-www-form-urlencoded")

    def post_until_taken(self, path: str, **fields: str) -> Answer:
        """The same form again and again, as long as it is answered by 5xx or not at all."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.post(path, **fields)
            if 0 < answer.status < 500 or time.monotonic() > deadline:
                return answer
            self.retries += 1
            time.sleep(0.05)

    def upload(self, path: str, name: str, content: bytes, **fields: str) -> Answer:
        """A form with one file."""
        boundary = "renkei-faults"
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in (fields | {"csrfmiddlewaretoken": self._token()}).items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        body = b"".join([*parts, head.encode(), content, f"\r\n--{boundary}--\r\n".encode()])
        return self._ask("POST", path, body, f"multipart/form-data; boundary={boundary}")

    def _token(self) -> str:
        """Django takes the secret of the cookie itself where the form's masked one is expected."""
        found = re.search(r"csrftoken=(\w+)", self.headers["Cookie"])
        return found[1] if found else ""

    def _ask(
        self, method: str, path: str, body: str | bytes | None = None, kind: str = ""
    ) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        headers = {**self.headers, "Referer": f"http://127.0.0.1:{self.port}/"}
        if kind:
            headers["Content-Type"] = kind
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            return Answer(response.status, dict(response.getheaders()), text)
        except (OSError, HTTPException) as error:
            return Answer(0, {}, str(error))
        finally:
            connection.close()
