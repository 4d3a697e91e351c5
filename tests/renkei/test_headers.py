"""What every answer carries: pages, refusals, downloads."""

import gzip

import pytest
from django.urls import reverse

ANSWERS = {
    "/": 200,
    "/agreements/regional.csv": 200,
    "/accounts/login/": 200,
    "/admin/": 302,
    "/nowhere/": 404,
    "/healthz": 200,
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
}


@pytest.mark.parametrize(("address", "status"), ANSWERS.items())
def test_every_answer_is_locked_down(client, db, address, status):
    response = client.get(address)
    headers = response.headers

    assert response.status_code == status
    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] in {"same-origin", "cross-origin"}
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(
    "address",
    ["/", "/agreements/regional/", "/agreements/regional.csv", "/members/", "/members/102016/"],
)
def test_public_page_is_equal_for_all_who_are_not_logged_in(client, registers, address):
    first, second = client.get(address), client.get(address)

    assert first.content == second.content
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert first.headers["ETag"]
    assert not first.cookies
    assert b"csrfmiddlewaretoken" not in first.content


def test_public_page_is_answered_304_and_compressed(client, registers):
    first = client.get("/agreements/regional/", headers={"accept-encoding": "gzip"})
    again = client.get(
        "/agreements/regional/",
        headers={"accept-encoding": "gzip", "if-none-match": first.headers["ETag"]},
    )

    assert "広域連携協定" in gzip.decompress(first.content).decode()
    assert again.status_code == 304
    assert not again.content


def test_page_of_somebody_logged_in_is_never_stored(client, manager):
    client.force_login(manager)

    headers = client.get("/").headers

    assert headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in headers["Vary"]


@pytest.mark.parametrize("address", ["/nowhere/", "/accounts/login/", "/admin/"])
def test_private_and_missing_pages_are_never_stored(client, db, address):
    assert "no-store" in client.get(address).headers["Cache-Control"]


def test_plain_http_is_sent_to_https(db):
    from django.test import Client  # noqa: PLC0415 - the cast's client always speaks https

    response = Client().get("/about/")

    assert (response.status_code, response.headers["Location"]) == (
        301,
        "https://testserver/about/",
    )


@pytest.mark.parametrize("host", ["evil.example", "portal.example.jp.evil.example", "a b"])
def test_foreign_host_is_refused(client, db, host):
    assert client.get("/", headers={"host": host}).status_code == 400


def test_forwarded_host_is_ignored(client, db):
    response = client.get("/sitemap.xml", headers={"x-forwarded-host": "evil.example"})

    assert b"evil.example" not in response.content


def test_head_answers_like_get_without_a_body(client, db):
    response = client.head(reverse("home"))

    assert (response.status_code, response.content) == (200, b"")
