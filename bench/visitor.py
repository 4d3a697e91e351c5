"""Logs a demo member in over plain http.client and keeps the cookies."""

import re
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

LOGIN_PAGE = "/accounts/login/"
FIELDS = {"login": "city@demo.example.jp", "password": "renkei-demo-2026"}


def member_cookies(port: int, headers: dict[str, str]) -> str:
    """The Cookie header of a member who has just logged in."""
    page, text = _exchange(port, "GET", headers)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)
    if token is None:
        raise RuntimeError(f"{LOGIN_PAGE} has no form.")
    sent = headers | {
        "Cookie": _cookies(page),
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": f"https://127.0.0.1:{port}{LOGIN_PAGE}",
    }
    body = urlencode(FIELDS | {"csrfmiddlewaretoken": token.group(1)})
    answer, _ = _exchange(port, "POST", sent, body)
    if answer.status != 302:
        raise RuntimeError(f"The log-in answers {answer.status}.")
    return _cookies(answer)


def _exchange(
    port: int, method: str, headers: dict[str, str], body: str | None = None
) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, LOGIN_PAGE, body=body, headers=headers)
        response = connection.getresponse()
        return response, response.read().decode()
    finally:
        connection.close()


def _cookies(response: HTTPResponse) -> str:
    set_cookies = response.headers.get_all("Set-Cookie") or []
    return "; ".join(cookie.partition(";")[0] for cookie in set_cookies)
