"""Error pages: Japanese, calm, and independent of the database."""

import errno
from io import StringIO

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.test import RequestFactory

from renkei import errors, views
from tests.conftest import HttpsClient

NEXT_STEP = {
    400: "もう一度お試しください",
    403: "貴団体の管理担当者",
    404: "アドレスに誤りがないか",
    413: "60MB",
    429: "5分ほど待って",
    500: "受付番号を添えて",
}


@pytest.fixture
def request_():
    return RequestFactory().get("/")


def pages(request):
    return {
        400: errors.bad_request(request, SuspiciousOperation()),
        403: errors.forbidden(request, Exception()),
        404: errors.not_found(request, Exception()),
        413: errors.bad_request(request, RequestDataTooBig()),
        429: errors.too_many_requests(request),
        500: errors.server_error(request),
    }


@pytest.mark.parametrize("status", NEXT_STEP)
def test_error_page_says_what_to_do(request_, status):
    """No database mark on this test: a query would fail it."""
    response = pages(request_)[status]
    html = response.content.decode()

    assert response.status_code == status
    assert NEXT_STEP[status] in html
    assert '<html lang="ja">' in html
    assert 'href="/contact/"' in html


def test_page_that_is_not_found_leads_to_the_search_and_the_log_in(request_):
    html = pages(request_)[404].content.decode()

    assert 'href="/search/"' in html
    assert 'href="/accounts/login/"' in html


def test_too_many_requests_says_when_to_come_back(request_):
    assert errors.too_many_requests(request_).headers["Retry-After"] == "300"


def test_request_over_60_megabytes_is_refused_by_its_announced_length(client):
    response = client.generic("POST", "/accounts/login/", CONTENT_LENGTH=str(60 * 1024 * 1024 + 1))

    assert response.status_code == 413
    assert "前の画面に残っています" in response.content.decode()


def test_form_of_three_megabytes_is_too_large(client, db):
    response = client.post("/accounts/login/", {"login": "あ" * 1_000_000})

    assert response.status_code == 413


def test_crash_shows_no_detail(client, db, monkeypatch):
    def crash(*slugs):
        raise RuntimeError("secret detail of /srv/path")

    monkeypatch.setattr(views.SiteText.objects, "by_slug", crash)
    client.raise_request_exception = False

    response = client.get("/about/")

    assert response.status_code == 500
    assert "ご迷惑をおかけしています" in response.content.decode()
    assert "secret" not in response.content.decode()


def test_expired_form_is_explained(db):
    client = HttpsClient(enforce_csrf_checks=True)

    response = client.post("/accounts/login/", {"login": "a", "password": "b"})

    assert response.status_code == 403
    assert "入力画面の有効期限が切れました" in response.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/%00",
        "/agreements/%ed%a0%80/",
        "/files/not-a-uuid/",
        "/static/..%2f..%2fetc/passwd",
        "/.env",
    ],
)
def test_odd_addresses_are_not_found(client, db, address):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("value", ["\x00", "a" * 8000, "'; DROP TABLE x;--", "{{7*7}}"])
def test_odd_searches_find_nothing_and_break_nothing(client, db, value):
    for address in ("/agreements/constituents/", "/agreements/regional/"):
        response = client.get(address, {"q": value, "prefecture": value, "page": value})
        assert response.status_code == 200


@pytest.mark.parametrize("error", [OperationalError("down"), InterfaceError("closed")])
def test_database_that_is_away_means_come_back_in_a_minute(client, db, monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    client.raise_request_exception = False
    with monkeypatch.context() as away:
        away.setattr("django.db.backends.utils.CursorWrapper.execute", fail)
        response = client.get("/members/")

    html = response.content.decode()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert "1分ほど待って" in html
    assert "前の画面に残っています" in html
    assert "no-store" in response.headers["Cache-Control"]


def test_disk_that_is_full_is_named(client, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    client.raise_request_exception = False
    monkeypatch.setattr("renkei.middleware.MultiPartParser.parse", fail)

    response = client.post("/members/register/", {"name": "x"})

    assert response.status_code == 503
    assert "空き容量が足りない" in response.content.decode()


def test_proxy_has_pages_in_japanese_for_when_nobody_answers(tmp_path):
    call_command("write_error_pages", folder=tmp_path, verbosity=0, stdout=StringIO())

    pages = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert sorted(pages) == ["413.html", "429.html", "503.html"]
    assert "60MB" in pages["413.html"]
    assert "1分ほど待って" in pages["503.html"]
