"""`next` leads back to where somebody was going, through every step, and never to another site."""

from urllib.parse import urljoin, urlsplit

import pytest

from members.models import User
from tests.members.test_second_factor import (
    APP,
    CODE,
    LOGIN,
    PASSWORD,
    log_in,
    mailed_code,
    number_of,
    with_app,
)

OWN = "/agreements/regional/?prefecture=10&page=2"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "///evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "%2f%2fevil.example",
    "\thttps://evil.example",
    "user@evil.example",
    "evil.example",
    "https://testserver.evil.example/",
    "https://testserver@evil.example/",
    "password",
    "-1",
]


def by_password(client, person, target):
    return log_in(client, person, next=target)


def by_app(client, person, target):
    secret = with_app(person)
    log_in(client, person, next=target)
    return client.post(APP, {"code": number_of(secret), "next": target})


def by_mail(client, person, target):
    User.objects.update(wants_mailed_code=True)
    log_in(client, person, next=target)
    return client.post(CODE, {"code": mailed_code(), "next": target})


def by_logging_out(client, person, target):
    client.force_login(person)
    return client.post("/accounts/logout/", {"next": target})


def by_proof(client, person, target):
    client.force_login(person)
    return client.post("/accounts/again/", {"password": PASSWORD, "next": target})


def by_being_logged_in(client, person, target):
    client.force_login(person)
    return client.get(LOGIN, {"next": target})


WAYS = [by_password, by_app, by_mail, by_logging_out, by_proof, by_being_logged_in]
# One of each kind shows that a way asks the adapter; the log-in asks it about all.
KINDS = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\thttps://evil.example",
    "-1",
]


@pytest.mark.parametrize("way", WAYS)
def test_leads_back(client, manager, way):
    assert way(client, manager, OWN).url == OWN


@pytest.mark.parametrize(
    ("way", "target"),
    [
        *((by_password, target) for target in ELSEWHERE),
        *((way, target) for way in WAYS[1:] for target in KINDS),
    ],
)
def test_leads_nowhere_else(client, manager, way, target):
    answer = way(client, manager, target)

    # As a browser reads it: relative to the page, a backslash as a slash.
    landed = urlsplit(urljoin("https://testserver/accounts/", answer.url.replace("\\", "/")))
    assert answer.status_code == 302
    assert (landed.scheme, landed.netloc) == ("https", "testserver")
