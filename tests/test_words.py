"""One word for one thing: docs/words.md against all that people read on screens, in mails and in texts."""

import ast
import re
from pathlib import Path

import pytest

from news.imports import EventResource

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| (?P<right>[^|]+) \| (?P<wrong>[^|]+) \| (?P<within>[^|]*)\|$", re.MULTILINE)
# Heads of sheets that people still have; a row of two columns.
FORMER = re.compile(r"^\| (?P<head>[^|]+) \| [^|]+ \|$", re.MULTILINE)
CODE = ("board", "agreements", "news", "members", "renkei", "lib")
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
# Printed word for word as the project's leaflet says it.
QUOTED = {"prospectus.md", "corporate-purpose.md", "member-benefits.md"}
# Variants that people type: what the search takes for the same word.
FOLDED = {ROOT / "lib" / "text.py"}
COMMENTS = {
    ".html": r"{#.*?#}",
    ".txt": r"{#.*?#}",
    ".jinja": r"{#.*?#}",
    ".js": r"/\*.*?\*/|^\s*//[^\n]*",
    ".po": r"^#[^\n]*",
    ".md": r"^$",
}


def table():
    """Each wrong word with the right one and the longer words in which it may stand."""
    text = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    return [
        (wrong, row["right"], [word for word in row["within"].strip().split("、") if word])
        for row in ROW.finditer(text)
        if row["right"] != "使う"
        for wrong in row["wrong"].split("、")
    ]


def former_heads():
    """What an import reads as the head of a column, and nobody is shown."""
    text = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
    return {row["head"] for row in FORMER.finditer(text)} - {"前の見出し"}


def files():
    yield from (path for path in (ROOT / "templates").rglob("*.*") if path.suffix in COMMENTS)
    yield from (path for path in (ROOT / "data" / "texts").glob("*.md") if path.name not in QUOTED)
    yield from (ROOT / "static" / "js").glob("*.js")
    yield from (ROOT / "locale").rglob("*.po")
    yield ROOT / "CHANGELOG.md"


def modules():
    for app in CODE:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts and path not in FOLDED:
                yield path


def literals(path):
    """Every text of a module that may reach people: its documentation does not."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    notes = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            yield node.lineno, node.value


def lines():
    """All that is shown, as (where, text)."""
    for path in files():
        text = path.read_text(encoding="utf-8")
        shown = re.sub(
            COMMENTS[path.suffix],
            lambda found: "\n" * found[0].count("\n"),
            text,
            flags=re.DOTALL | re.MULTILINE,
        )
        for number, line in enumerate(shown.splitlines(), start=1):
            yield f"{path.relative_to(ROOT)}:{number}", line
    former = former_heads()
    for path in modules():
        for number, text in literals(path):
            if not (path.name == "imports.py" and text in former):
                yield f"{path.relative_to(ROOT)}:{number}", text


def wrong_words(text, words):
    for wrong, right, within in words:
        rest = text
        for word in within:
            rest = rest.replace(word, " ")
        if wrong in rest:
            yield f"「{wrong}」 → 「{right}」"


def test_everything_that_people_read_uses_the_words_of_the_table():
    words = table()

    found = [
        f"{where}: {told}"
        for where, text in lines()
        if JAPANESE.search(text)
        for told in wrong_words(text, words)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ユーザーを招待する", "「ユーザー」 → 「利用者」"),
        ("キャンセル待ちをキャンセルする", "「キャンセル」 → 「やめる」"),
    ],
)
def test_a_wrong_word_is_named_with_the_right_one(text, told):
    assert told in wrong_words(text, table())


def test_what_contains_a_wrong_word_by_right_is_left_alone():
    assert list(wrong_words("変更には、ブラウザーとメールアドレスを使います。", table())) == []


def test_former_heads_are_what_imports_still_read():
    assert former_heads() == set(EventResource.aliases)


def test_no_word_is_right_and_wrong_at_once():
    words = table()
    right = {word for _, words_, _ in words for word in re.split("[、（）]", words_)}

    assert len(words) > 100
    assert right & {wrong for wrong, _, _ in words} == set()
