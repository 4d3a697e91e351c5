"""Whatever is typed or put in an address: no page breaks, and a browser finds only words in it."""

from html.parser import HTMLParser
from itertools import product
from urllib.parse import quote_from_bytes

import pytest
from django.urls import reverse

from board import kinds
from board.lists import TopicFilter
from board.models import Reply, Topic
from tests import factories

PAGES = ("topic", "topic_print", "topic_text", "topic_edit", "topic_history", "reply")
TEXTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '<svg><style><a id="</style><img src=1 onerror=alert(1)>">',
    "' autofocus onfocus=alert(1) x='",
    "</textarea></title><script>alert(1)</script>",
    "[x](JaVaScRiPt&colon;alert(1)) javascript:alert(1)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://evil.example/t.png)",
)
BYTES = (
    *(b"\x00", b"a\x00b", b"\xed\xa0\x80", b"\xff\xfe", "請求書\u202efdp.exe".encode()),
    *(b"' OR 1=1--", b"%", b"\\", b"1e9", b"-1", b"0x1", "９".encode(), b"a" * 8000),
)


class Browser(HTMLParser):
    """Keeps what could run or fetch."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in {"script", "img", "svg", "style", "iframe", "object"}:
            self.found.append((tag, dict(attrs).get("src", "")))
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or name == "autofocus":
                self.found.append((name, value))
            if name in {"href", "src", "action"} and address.startswith(("javascript:", "data:")):
                self.found.append((name, value))


def found_in(answer):
    assert answer.status_code == 200
    return Browser(answer.content.decode()).found


def send(client, text, **fields):
    category = factories.make_category("proposal")
    names = ("title", "summary", "body", "venue")
    typed = {**dict.fromkeys(names, text), "audience": "all", "form_key": "a" * 32, **fields}
    return client.post(
        "/board/topics/new/?category=proposal", {"category": category.pk, "publish": "1", **typed}
    )


def plant(author, text):
    """Past every form: pages must not rely on what the forms let through."""
    topic = factories.make_topic(
        author=author,
        category=factories.make_category("proposal"),
        details={line.name: text for line in kinds.lines_of("proposal")},
        **{"title": text, "summary": text[:70], "body": text, "venue": text},
    )
    factories.make_reply(topic, author=author, body=text)
    return topic


def test_parser_finds_what_it_is_there_to_find():
    assert len(Browser("".join(TEXTS[:2])).found) == 3
    assert Browser('<a href="JavaScript:x">x</a>').found == [("href", "JavaScript:x")]


@pytest.mark.parametrize("text", TEXTS)
def test_stored_text_adds_nothing_that_runs_to_any_page(client, writer, text):
    harmless, hostile = plant(writer, "無害"), plant(writer, text)

    for name in PAGES:
        plain = found_in(client.get(reverse(f"board:{name}", args=[harmless.pk])))
        assert found_in(client.get(reverse(f"board:{name}", args=[hostile.pk]))) == plain
    for address in ("/board/", "/board/ours/", "/board/c/proposal/"):
        shown = client.get(address)
        assert hostile.title not in shown.content.decode() or "<" not in text
        assert not [one for one in found_in(shown) if one[0] in {"onerror", "onfocus", "href"}]


@pytest.mark.parametrize("text", TEXTS)
def test_search_and_filters_show_the_text_as_words(client, writer, text):
    for address in ("/board/", "/board/search/", "/board/c/exchange/"):
        factories.make_category()
        plain = found_in(client.get(address, {"q": "無害"}))

        assert found_in(client.get(address, {"q": text, "organization": text})) == plain


@pytest.mark.parametrize("name", [*TopicFilter.base_fields, "year", "page"])
def test_no_value_of_a_filter_breaks_a_list(client, writer, name):
    factories.make_topic()

    for value, address in product(BYTES, ("/board/", "/board/search/")):
        answer = client.get(f"{address}?{name}={quote_from_bytes(value)}")
        assert (value, answer.status_code) in {(value, 200), (value, 400)}


@pytest.mark.parametrize("name", ["title", "summary", "body"])
@pytest.mark.parametrize("text", ["あ" * 20_001, "[" * 1_000_000], ids=["long", "huge"])
def test_text_that_is_too_long_posts_nothing(client, writer, name, text):
    answer = send(client, "本文", **{name: text})

    assert answer.status_code == 200
    assert not Topic.objects.exists()


@pytest.mark.parametrize("text", ["あ" * 20_001, "[" * 1_000_000], ids=["long", "huge"])
def test_reply_that_is_too_long_is_not_stored(client, writer, text):
    topic = factories.make_topic()

    answer = client.post(
        reverse("board:reply", args=[topic.pk]),
        {"body": text, "publish": "1", "form_key": "b" * 32},
    )

    assert answer.status_code == 200
    assert not Reply.objects.exists()


@pytest.mark.parametrize("value", BYTES[:5])
def test_bytes_that_are_no_text_never_reach_the_table(client, writer, value):
    category = factories.make_category()
    text = quote_from_bytes(value)
    body = f"category={category.pk}&audience=all&publish=1&form_key={'c' * 32}"

    answer = client.post(
        "/board/topics/new/?category=exchange",
        f"{body}&title={text}&body={text}&summary={text}",
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code in {200, 302}
    assert not {"\x00", "\u202e"} & set("".join(Topic.objects.values_list("body", flat=True)))


def test_more_fields_than_any_form_has_are_refused(client, writer):
    answer = send(client, "本文", **{f"field{number}": "1" for number in range(1001)})

    assert answer.status_code == 400
    assert not Topic.objects.exists()
