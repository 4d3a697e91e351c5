"""The reader of tests/crawl/markup.py finds what it is made for."""

import pytest

from tests.crawl.markup import faults_in

GOOD = """<!doctype html><html lang="ja"><body><h1>題</h1><h2>節</h2><p>文<br><a href="/">先</a></p>
<form><label for="a">名</label><input id="a" aria-describedby="b"><p id="b">例</p><input type="hidden"></form>
<svg><path d=""/></svg></body></html>"""


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ("<h3>項</h3>", "h3 after h1"),
        ("<p>文<ul><li>項</li></ul></p>", "ul within p"),
        ("<div><span>文</div></span>", "/div closes ['span']"),
        ("<form><form></form></form>", "form within form"),
        ("<a href='/'><button>押す</button></a>", "button within a link or button"),
        ("<i id='x'></i><i id='x'></i>", "id x twice"),
        ("<input aria-describedby='gone'>", "no id gone"),
        ("<label for='h'>名</label><input type='hidden' id='h'>", "label of hidden h"),
        ("<input type='hidden' aria-label='名'>", "aria of a hidden input"),
        ("<i class='a' class='b'></i>", "i: an attribute twice"),
    ],
)
def test_fault_is_found(bad, fault):
    assert fault in faults_in(bad)


def test_good_page_has_none():
    assert faults_in(GOOD) == []
