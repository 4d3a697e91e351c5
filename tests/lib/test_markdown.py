import pytest

from lib.markdown import MAX_CHARACTERS, render


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("これは**「重要」**です", "<p>これは<strong>「重要」</strong>です</p>"),
        ("重要な**語（注）**を", "<p>重要な<strong>語（注）</strong>を</p>"),
        ("**太字**", "<p><strong>太字</strong></p>"),
        ("a*b*c", "<p>a<em>b</em>c</p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("一行目\n二行目", "<p>一行目<br>\n二行目</p>"),
    ],
)
def test_emphasis_beside_japanese(text, html):
    assert render(text).strip() == html


def test_headings_lists_tables_and_links():
    html = render("## 題\n\n- 一\n\n|甲|乙|\n|-|-|\n|1|2|\n\n[案内](https://example.jp/)")

    assert "<h2>題</h2>" in html
    assert "<li>一</li>" in html
    assert "<td>1</td>" in html
    assert '<a href="https://example.jp/" rel="noopener">案内</a>' in html


def test_number_of_a_list_stays_as_typed_after_a_paragraph():
    html = render("1. 目的\n\nただし、次を除く。\n\n2. 範囲\n3. 期間\n")

    assert '<ol start="2">\n<li>範囲</li>\n<li>期間</li>' in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        '<svg><style><a id="</style><img src=1 onerror=alert(1)>">',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&colon;alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](java\nscript:alert(1))",
        "![x](https://evil.example/t.png)",
        "# 見出し1",
    ],
)
def test_hostile_text_is_inert(hostile):
    html = render(hostile)

    for tag in ("<script", "<img", "<svg", "<h1", 'href="java', 'href="data'):
        assert tag not in html.lower()


@pytest.mark.parametrize("piece", ["[", "[a](", "_a", "**あ", "> ", "<div>", "`"])
def test_longest_text_is_rendered(piece):
    assert render((piece * MAX_CHARACTERS)[:MAX_CHARACTERS])


def test_longer_text_is_refused():
    with pytest.raises(ValueError, match=str(MAX_CHARACTERS)):
        render("あ" * (MAX_CHARACTERS + 1))
