"""Logs: one line for each event, with the number of the request and without what lets somebody in."""

import json
import logging
import sys

import pytest

from members import audit
from renkei import logs
from tests import factories

SECRET = "SECRET-token-7f3a91"


def written(message, *args, exc_info=None):
    record = logging.LogRecord("renkei.x", logging.INFO, __file__, 1, message, args, exc_info)
    return logs.JsonLines().format(record)


def test_event_is_one_line_of_json():
    line = written("first\nsecond \x1b[2J %s", "値")

    assert "\n" not in line
    assert "\x1b" not in line
    assert json.loads(line)["message"] == "first\nsecond \x1b[2J 値"


@pytest.mark.parametrize(
    "path",
    [
        "/members/register/{}/",
        "/members/invitations/{}/",
        "/accounts/password/reset/{}/",
        "/members/me/address/{}/",
        "/members/mail/stop/{}/",
        "/events/entries/{}/cancel/",
    ],
)
def test_keys_in_addresses_are_masked(path):
    """On both ways of writing, also inside an exception."""
    try:
        raise ValueError(path.format(SECRET))
    except ValueError:
        line = written("Not Found: %s", path.format(SECRET), exc_info=sys.exc_info())
    record = logging.LogRecord("x", 30, __file__, 1, path.format(SECRET), (), None)

    assert SECRET not in line
    assert "ValueError" in line
    assert SECRET not in logs.Masking("{message}", style="{").format(record)


def test_every_answer_names_its_request(client, db):
    assert len(client.get("/").headers["X-Request-ID"]) == 32
    assert client.get("/nowhere/").headers["X-Request-ID"]


def test_number_of_the_proxy_is_kept_and_a_strange_one_is_not(client, db):
    kept = client.get("/healthz", headers={"X-Request-ID": "a1b2c3d4e5f6"})
    strange = client.get("/healthz", headers={"X-Request-ID": "x" * 200})

    assert kept.headers["X-Request-ID"] == "a1b2c3d4e5f6"
    assert strange.headers["X-Request-ID"] != "x" * 200


def test_page_of_an_error_shows_the_number_of_the_answer(client, monkeypatch):
    def fail(request):
        raise RuntimeError("broken")

    client.raise_request_exception = False
    monkeypatch.setattr("renkei.middleware.errors.too_large", fail)

    response = client.generic("POST", "/", CONTENT_LENGTH=str(10**9))

    assert response.status_code == 500
    assert response.headers["X-Request-ID"] in response.content.decode()


def test_acts_are_logged_by_number_and_without_a_name(db, caplog):
    person = factories.make_user(name="見本 秘密")

    with caplog.at_level(logging.INFO, logger="members.audit"):
        audit.record("suspend", person, by=person)

    assert caplog.messages == [f"suspend: members.user {person.pk} by {person.pk}"]
    assert "秘密" not in caplog.text
