import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.plain_text import MAX_CHARACTERS, SUMMARY_CHARACTERS, render, reply_href, summary_of
from lib.text import clean_text

REL = ("rel", "noopener nofollow ugc")
TAGS = {"p", "br", "ul", "ol", "li", "blockquote", "a"}
VOID = {"br"}
# What some rule of the module treats, and what HTML does.
PIECES = r"""http:// https://a.jp /b javascript: data:text/html, mailto: a@b.jp @ . , ( ) [ ] ' " < > & # ? %
; = >> ＞＞ １２ 3 0 > ＞ ・ - * 1. １． （１） (2) ① <script> <img/src=x> &lt; &#60; \ 、 。 防災 」 ）"""
UNSEEN = ["\n", "\n", " ", "\u3000", "\0", "\ud800", "\u202e", "\u200d"]
TEXTS = st.lists(st.sampled_from([*PIECES.split(), *UNSEEN]) | st.text(max_size=3)).map("".join)


class Reader(HTMLParser):
    """What a browser would make of it; fails on anything outside the fixed set."""

    def __init__(self, html):
        super().__init__()
        self.text, self.links, self.open = "", [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS
        if tag == "a":
            self.links.append(dict(attrs)["href"])
            assert attrs[1:] == ([REL] if self.links[-1].lower().startswith("http") else [])
        else:
            assert attrs == ([("role", "list")] if tag == "ol" else [])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError

    handle_decl = handle_pi = unknown_decl = handle_comment


def _links(text):
    return Reader(render(text)).links


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (" \n　\n", ""),
        ("一行目\n二行目", "<p>一行目<br>\n二行目</p>"),
        ("　一段落\r\n\r\n\r\n　二段落", "<p>　一段落</p>\n<p>　二段落</p>"),
        ("・一\n・二", "<ul><li>一</li><li>二</li></ul>"),
        ("- 一\n* 二\n\n・三", "<ul><li>一</li><li>二</li></ul>\n<ul><li>三</li></ul>"),
        ("次のとおり\n・一\n以上", "<p>次のとおり</p>\n<ul><li>一</li></ul>\n<p>以上</p>"),
        (
            "・一\n　（雨天中止）\n　・子\n・二",
            "<ul><li>一<br>\n　（雨天中止）<br>\n　・子</li><li>二</li></ul>",
        ),
        ("　・一\n　・二", "<ul><li>一</li><li>二</li></ul>"),
        ("> 引用\n> 続き\n回答", "<blockquote><p>引用<br>\n続き</p></blockquote>\n<p>回答</p>"),
        (
            "＞ 引用\n＞ ＞ 前\n>",
            "<blockquote><p>引用</p>\n<blockquote><p>前</p></blockquote></blockquote>",
        ),
        ("> > > 三段", "<blockquote><blockquote><p>&gt; 三段</p></blockquote></blockquote>"),
        ("> ・一\n> ・二", "<blockquote><ul><li>一</li><li>二</li></ul></blockquote>"),
        (">\n>", ""),
    ],
)
def test_paragraphs_lists_and_quotes(text, html):
    assert render(text) == html


@pytest.mark.parametrize(
    "marks", ["1. 2.", "１． ２．", "(1) (2)", "（１） （２）", "① ②", "9. 10."]
)
def test_numbers_of_a_list_stay_as_typed(marks):
    first, second = marks.split()

    html = render(f"{first}日時\n{second}会場")

    assert html == (f'<ol role="list"><li>{first}日時</li><li>{second}会場</li></ol>')


@pytest.mark.parametrize(
    "line",
    [
        "・・・続く",
        "-5度",
        "*注",
        "3.11の記憶",
        "１．５倍",
        "１．目的",
        "（仮称）",
        ">だけ",
        "2026. 3",
    ],
)
def test_a_line_that_only_resembles_a_mark_is_a_paragraph(line):
    assert render(line) == f"<p>{line.replace('>', '&gt;')}</p>"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("資料はhttps://a.jp/bをご覧", "https://a.jp/b"),
        ("（https://a.jp/）", "https://a.jp/"),
        ("「http://a.jp」", "http://a.jp"),
        ("見て(https://a.jp/b_(c))。", "https://a.jp/b_(c)"),
        ("https://a.jp/x?y[]=1&z='2'.", "https://a.jp/x?y[]=1&z='2"),
        ("https://a.jp/b).", "https://a.jp/b"),
        ("https://a.jp:8080/、", "https://a.jp:8080/"),
        ("HTTPS://A.JP/!?", "HTTPS://A.JP/"),
        ("https://xn--eckwd4c7c.jp/%E3%81%82#一", "https://xn--eckwd4c7c.jp/%E3%81%82#"),
        ("<https://a.jp/>", "https://a.jp/"),
        ("javascript:https://a.jp/", "https://a.jp/"),
        ('https://a.jp/"onclick=', "https://a.jp/"),
    ],
)
def test_an_address_is_linked_exactly(text, address):
    reader = Reader(render(text))

    assert reader.links == [address]
    assert reader.text == text


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "[x](java\nscript:alert(1))",
        "ftp://a.jp/",
        "//a.jp",
        "http://",
        "http://localhost/",
        "http://.../",
        "xhttp://a.jp",
        "https://日本.jp/",
        "a@b",
        "@a.jp",
        f"{'a' * 65}@b.jp",
        "ａ@ｂ.jp",
    ],
)
def test_what_is_no_address_stays_text(text):
    assert _links(text) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("担当：kikaku-1@city.mihon.lg.jpまで", "kikaku-1@city.mihon.lg.jp"),
        ("(a.b+c@example.jp).", "a.b+c@example.jp"),
        ("a@b.jp?bcc=x@y.jp", "a@b.jp"),
    ],
)
def test_a_mail_address_is_linked(text, address):
    assert _links(text)[0] == f"mailto:{address}"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (">>12", ["?page=1#reply-12"]),
        ("＞＞２１ ありがとうございます", ["?page=2#reply-21"]),
        ("一\n>>1\n> >>99999", ["?page=1#reply-1", "?page=5000#reply-99999"]),
        ("・>>3の件", ["?page=1#reply-3"]),
        ("先の>>12では", []),
        (">>0", []),
        (">>012", []),
        (">>100000", []),
        (">> 12", []),
        (">>>12", []),
        (">>１²", ["?page=1#reply-1"]),
    ],
)
def test_a_reply_is_linked_where_a_line_begins(text, links):
    assert _links(text) == links


@pytest.mark.parametrize(
    ("seq", "href"),
    [(1, "?page=1#reply-1"), (20, "?page=1#reply-20"), (21, "?page=2#reply-21")],
)
def test_the_page_of_a_reply_follows_from_its_number(seq, href):
    assert reply_href(seq) == href


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        '<svg><style><a id="</style><img src=1 onerror=alert(1)>">',
        "![x](https://evil.example/t.png)",
        "{{7*7}}${7*7}{% debug %}<%= 7*7 %>",
        "https://a.jp/<script>alert(1)</script>",
        "a@b.jp\"onmouseover='alert(1)'",
        "&lt;script&gt;",
    ],
)
def test_hostile_text_is_shown_as_typed(hostile):
    assert Reader(render(hostile)).text == hostile


@given(TEXTS)
def test_any_text_becomes_well_formed_html_that_says_the_same(text):
    reader = Reader(render(text))

    marks = r"[\s>＞・*-]"
    assert reader.open == []
    assert re.sub(marks, "", reader.text) == re.sub(marks, "", clean_text(text))
    assert all(re.match(r"(?i)https?://|mailto:|\?page=", link) for link in reader.links)


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "_a",
        ">",
        "> ",
        "http://",
        "https://a.jp/)",
        "https://a.jp/(",
        "a@",
        "a@b.1",
        "・\n",
        ">>1\n",
    ]
    + ["<div>", "**あ", "1. \n", "\u3000", "\r", "。"],
)
def test_the_longest_text_is_rendered_and_summed_up(unit):
    text = (unit * MAX_CHARACTERS)[:MAX_CHARACTERS]

    assert Reader(render(text)).open == []
    assert len(summary_of(text)) <= SUMMARY_CHARACTERS


def test_a_longer_text_is_refused():
    with pytest.raises(ValueError, match=str(MAX_CHARACTERS)):
        render("あ" * (MAX_CHARACTERS + 1))


def test_line_breaks_of_windows_count_once():
    assert render("あ\r\n" * (MAX_CHARACTERS // 2))


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("防災訓練の参加団体を募集します。", "防災訓練の参加団体を募集します。"),
        (
            "関係各位\n\nいつもお世話になっております。見本市企画課の見本と申します。\n本市では参加団体を、\n募集します。",
            "本市では参加団体を、募集します。",
        ),
        ("> 前の話\n>>3 賛成です。\n・一つ目\n（２）二つ目", "賛成です。一つ目 二つ目"),
        (
            "参加者を募集します。\n詳しくはhttps://a.jp/をご覧ください。\n担当 a@b.jp",
            "参加者を募集します。",
        ),
        ("一文目。" + "あ" * 70 + "。", "一文目。"),
        ("あ" * 71, "あ" * 69 + "…"),
        ("あ" * 68 + "か\u3099き", "あ" * 68 + "…"),
        ("https://a.jp/", ""),
        ("　>>1 >>2", ""),
        (">>3https://a.jp/ を見ました。>>4 防災訓練。", "防災訓練。"),
        ("お世話になっております。>>1 見ました。", "見ました。"),
        ("こんにちは", ""),
        ("", ""),
    ],
)
def test_a_summary_is_proposed_from_the_text(text, summary):
    assert summary_of(text) == summary


@given(TEXTS, st.integers(2, 20))
def test_a_summary_is_one_short_line_without_addresses(text, limit):
    summary = summary_of(text, limit)

    assert len(summary) <= limit
    assert len(summary.splitlines()) <= 1
    assert _links(summary) == []
