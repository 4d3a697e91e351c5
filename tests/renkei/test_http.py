"""Requests that no browser sends, to a real gunicorn; and what headers, addresses and odd bytes do to pages."""

import socket
import uuid

import pytest
from django.contrib import admin
from django.urls import reverse

from tests import factories
from tests.server import demo_environment, serving
from tests.test_access import PATTERNS

HOST = b"Host: 127.0.0.1\r\n"
GET = b"GET /healthz HTTP/1.1\r\n" + HOST
POST = b"POST /healthz HTTP/1.1\r\n" + HOST
FRAMES = {
    "length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "length that is no number": POST + b"Content-Length: +4\r\n\r\nabcd",
    "unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "folded header": GET + b"X-A: a\r\n b\r\n\r\n",
    "bare line feeds": b"GET /healthz HTTP/1.1\nHost: 127.0.0.1\n\n",
    "blank before the colon": GET + b"X-A : a\r\n\r\n",
    "NUL in a header": GET + b"X-A: a\x00b\r\n\r\n",
    "line of 9 kB": b"GET /healthz?" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "200 headers": GET + b"".join(b"X-%d: a\r\n" % number for number in range(200)) + b"\r\n",
    "header of 100 kB": GET + b"Accept-Language: " + b"ja," * 34_000 + b"\r\n\r\n",
    "no HTTP": b"hello\r\n\r\n",
    "method in small letters": b"get /healthz HTTP/1.1\r\n" + HOST + b"\r\n",
}
REFUSED = {b"400", b"405", b"413", b"414", b"431", b"501"}


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    with serving(demo_environment(tmp_path_factory.mktemp("portal"))) as server:
        yield server.port


def first_line(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        try:
            return connection.recv(200).partition(b"\r\n")[0]
        except ConnectionResetError:
            return b""


def test_server_answers_what_is_in_order(port):
    assert b" 200 " in first_line(port, GET + b"Connection: close\r\n\r\n")


@pytest.mark.parametrize("kind", FRAMES)
def test_request_that_can_be_read_in_two_ways_is_refused(port, kind):
    line = first_line(port, FRAMES[kind])

    # Closed without a word is as good as an answer.
    assert line == b"" or line.split(b" ")[1] in REFUSED, line


@pytest.mark.parametrize(
    "headers",
    [
        {"accept-language": "ja-JP," * 16_000},
        {"accept-language": "a-" * 50_000},
        {"accept": "text/html;q=0.1," * 10_000},
        {"accept-encoding": "gzip;q=0.1," * 10_000},
        {"cookie": "; ".join(f"name{number}=value" for number in range(200))},
        {"cookie": "__Host-sessionid=" + "a" * 8000},
        {"if-none-match": '"a", ' * 10_000},
        {"if-modified-since": "Thu, 99 Foo 99999 99:99:99 GMT"},
        {"x-forwarded-for": "evil, " * 1000},
        {"user-agent": "a\x1b[2J" * 100},
        {"referer": "javascript:alert(1)"},
        {"range": "bytes=9-1,,-5-"},
    ],
    ids=lambda headers: next(iter(headers)),
)
@pytest.mark.parametrize("address", ["/", "/search/?q=a", "/accounts/login/", "/board/"])
def test_strange_headers_break_no_page(client, manager, headers, address):
    client.get(address, headers=headers)
    client.force_login(manager)

    assert client.get(address, headers=headers).status_code in {200, 302, 400, 403, 404}


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-host": "evil.example"},
        {"forwarded": "host=evil.example;proto=http"},
        {"x-original-url": "/admin/"},
        {"x-rewrite-url": "/admin/"},
        {"x-http-method-override": "DELETE"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_forwarding_headers_change_no_page(client, db, headers):
    for address in (
        "/",
        "/sitemap.xml",
        "/news/feed/",
        "/robots.txt",
        "/api/v1/",
        "/accounts/login/",
    ):
        plain, forged = client.get(address), client.get(address, headers=headers)

        assert forged.status_code == plain.status_code
        assert b"evil.example" not in forged.content
        assert "evil.example" not in str(forged.headers)


def test_log_holds_one_line_for_each_address(client, db, caplog):
    client.get("/%0aFAKE%20line%1b[2J", headers={"user-agent": "a\r\nFAKE"})
    client.post("/accounts/login/%0d%0aFAKE")

    assert caplog.records
    for record in caplog.records:
        assert not {"\n", "\r", "\x1b"} & set(record.getMessage())


ODD = ("%00", "a%00b", "%ed%a0%80", "%ff%fe", "9" * 31, "-1", "0x1", "%2e%2e%2f", "a" * 3000)


@pytest.mark.parametrize("value", ODD)
def test_address_with_odd_bytes_is_not_found(client, manager, value):
    """In the place of every key, number, word and token of every address."""
    client.force_login(manager)

    statuses = {
        address: client.get(address).status_code
        for address in (address_with(pattern, value) for pattern in PATTERNS.values())
        if address
    }

    assert len(statuses) > 30
    assert {code for code in statuses.values() if code >= 500 or code == 200} == set(), statuses


def address_with(pattern, value):
    """None where the address holds no value."""
    names = pattern.pattern.converters
    if not names:
        return None
    known = {name: uuid.uuid4() if "uuid" in str(pattern.pattern) else 7 for name in names}
    name = next(key for key, found in PATTERNS.items() if found is pattern)
    address = reverse(name, kwargs={key: str(known[key]) for key in names} | _fixed(pattern))
    return address.replace(str(next(iter(known.values()))), value, 1)


def _fixed(pattern):
    return dict(pattern.default_args)


@pytest.mark.parametrize(
    "address", ["/members/register/", "/accounts/login/", "/members/me/password/"]
)
def test_form_with_1001_fields_or_bytes_that_are_no_text_is_refused(client, manager, address):
    client.force_login(manager) if "/me/" in address else None

    many = client.post(address, {f"field{number}": "1" for number in range(1001)})
    broken = client.post(
        address, b"\xff\xfe=\x00&%=%zz", content_type="application/x-www-form-urlencoded"
    )
    unending = client.post(address, b"--x\r\n", content_type="multipart/form-data; boundary=x")
    nameless = client.post(address, b"x", content_type="multipart/form-data")

    assert many.status_code == 400
    assert broken.status_code in {200, 302, 400}
    assert unending.status_code in {200, 302, 400}
    assert nameless.status_code == 400


def test_stored_files_have_no_address_of_their_own(client, secretary):
    file = factories.attach(factories.make_topic())
    client.force_login(secretary)

    for folder in (
        "media/",
        "files/",
        "static/",
        "var/files/",
        "",
        "static/../",
        "media/%252e%252e/",
    ):
        assert client.get(f"/{folder}{file.file.name}").status_code == 404
    for path in ("/.env", "/.git/config", "/renkei/settings.py", "/static/..%2f..%2fetc/passwd"):
        assert client.get(path).status_code == 404


def test_upload_in_a_thousand_parts_is_refused(client, contributor):
    client.force_login(contributor)
    factories.make_category()
    part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="%d.txt"\r\n\r\na\r\n'

    answer = client.post(
        "/board/topics/new/?category=exchange",
        b"".join(part % number for number in range(1001)) + b"--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )

    assert answer.status_code == 400


def test_no_log_holds_what_somebody_typed(client, manager, caplog):
    caplog.set_level("DEBUG")
    typed = {name: f"planted-{name}" for name in ("password", "code", "token", "body", "cookie")}
    client.cookies["__Host-other"] = typed["cookie"]
    client.post("/accounts/login/", {"login": manager.email, "password": typed["password"]})
    client.get(f"/accounts/password/reset/{typed['token']}/")
    client.get(f"/members/invitations/{typed['token']}/")
    client.force_login(manager)
    client.post("/accounts/again/", {"password": typed["password"]})
    client.post("/accounts/login/2fa/", {"code": typed["code"]})
    client.post(
        "/board/topics/new/?category=exchange", {"title": typed["body"], "body": typed["body"]}
    )

    lines = [record.getMessage() for record in caplog.records if "db.backends" not in record.name]
    told = {name for name, value in typed.items() if value in "\n".join(lines)}

    assert caplog.records
    assert told - {"token"} == set()


NAMES = (
    *(
        "q",
        "page",
        "per_page",
        "sort",
        "o",
        "p",
        "e",
        "all",
        "next",
        "year",
        "month",
        "day",
        "kind",
    ),
    *(
        "prefecture",
        "region",
        "category",
        "theme",
        "organization",
        "status",
        "series",
        "list",
        "since",
    ),
    *("user__password__startswith", "form_key", "draft", "quote", "_popup", "_to_field", "state"),
)


@pytest.mark.parametrize(
    "value", ["%00", "%ed%a0%80", "9" * 31, "-1", "0x1", "a" * 8000, "password"]
)
@pytest.mark.parametrize("name", ["manager", "secretary"])
def test_no_question_breaks_a_page(client, db, request, name, value):
    """Each name alone would be answered by most pages; together they reach every filter."""
    client.force_login(request.getfixturevalue(name))
    asked = "&".join(f"{name}={value}" for name in NAMES)
    own = [
        reverse(view)
        for view, found in PATTERNS.items()
        if not found.pattern.converters and "(?P" not in str(found.pattern)
    ]
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]

    statuses = {
        address: client.get(f"{address}?{asked}").status_code
        for address in (own if name == "manager" else lists)
        if "logout" not in address
    }

    assert {address: code for address, code in statuses.items() if code >= 500} == {}


@pytest.mark.parametrize(
    "address",
    ["/board/topics/new/?category=%00", "/admin/members/sitetext/add/?slug=%00"],
)
def test_form_that_begins_with_a_row_of_no_name_is_empty(client, secretary, address):
    client.force_login(secretary, again=True)

    assert client.get(address).status_code == 200
