"""利用の手引き: who reads which, and that it speaks of what is on the screen."""

import ast
import re
from html import unescape

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.translation import trans_real

from pictures.scenes import GUIDE, SCENES
from renkei.guide import MEMBERS, SECRETARIAT, limits
from tests.html import text_of
from tests.test_architecture import MAY_IMPORT

TEMPLATES = settings.BASE_DIR / "templates"
CHAPTERS = sorted((TEMPLATES / "guide").glob("*/*.html"))
LABEL = re.compile(r"<b>(.*?)</b>")
# Apart from these, a template's text between two of its tags is one label.
BETWEEN = re.compile(r"<[^>]*>|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|[>：\n]", re.DOTALL)
ATTRIBUTES = re.compile(r'(?:value|title|aria-label|with [a-z]+|send|text|what)="([^"{]*)"')


def _texts_of_templates():
    for path in [*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.jinja")]:
        if not path.is_relative_to(TEMPLATES / "guide"):
            source = path.read_text(encoding="utf-8")
            yield from BETWEEN.split(source)
            yield from ATTRIBUTES.findall(source)


def _texts_of_code():
    """Verbose names, labels, choices, titles of actions: every string that is no docstring."""
    for app in MAY_IMPORT:
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if "migrations" not in path.parts and path.name != "guide.py":
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield node.value


def _texts_of_django():
    """Of the admin's own buttons, in Japanese."""
    for _, text in trans_real.translation("ja")._catalog.items():
        yield from text.values() if isinstance(text, dict) else [text]


@pytest.fixture(scope="module")
def words_of_the_screen():
    texts = [*_texts_of_templates(), *_texts_of_code(), *_texts_of_django()]
    # What a page fills in stands in brackets behind the label.
    return {unescape(part).strip() for text in texts for part in (text, text.partition("（")[0])}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_label_that_a_chapter_names_is_on_the_screen(words_of_the_screen, path):
    named = [unescape(label) for label in LABEL.findall(path.read_text(encoding="utf-8"))]

    assert [label for label in named if label not in words_of_the_screen] == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_a_chapter_quotes_is_marked_as_a_label(path):
    text = LABEL.sub("*", path.read_text(encoding="utf-8"))
    prose = re.sub(r"\{%.*?%\}", "", text)

    assert re.findall(r"「(?!(?:<a [^>]*>)?\*(?:</a>)?」)[^」]*", prose) == []


@pytest.mark.parametrize("book", [MEMBERS, SECRETARIAT], ids=lambda book: book.name)
def test_every_chapter_has_its_template_and_every_template_its_place(book):
    stems = {path.stem for path in CHAPTERS if path.parent.name == book.name}

    assert stems == {chapter.slug for chapter in book.chapters}


def test_every_picture_is_taken_used_and_small():
    used = {
        name
        for path in CHAPTERS
        for name in re.findall(r'\{% picture "([^"]+)"', path.read_text(encoding="utf-8"))
    }
    files = sorted((settings.BASE_DIR / "static" / "guide").iterdir())
    shown = sorted((settings.BASE_DIR / "docs" / "pictures").iterdir())

    assert {file.stem for file in files} == used
    assert {scene.name for scene in SCENES if scene.folder == GUIDE} == used
    assert max(file.stat().st_size for file in files) < 100_000
    assert sum(file.stat().st_size for file in [*files, *shown]) < 1_500_000


def test_every_number_of_the_guides_is_used():
    sources = "".join(path.read_text(encoding="utf-8") for path in CHAPTERS)

    assert set(re.findall(r"limits\.(\w+)", sources)) == set(limits())


def test_member_reads_the_chapters_with_the_numbers_in_force(client, contributor, settings):
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 7 * 60
    client.force_login(contributor)

    text = text_of(client.get(reverse("guide")))

    assert "1 登録と初めてのログイン" in text
    assert "数字を7分以内に入力します" in text
    assert "1ファイル20MBまで、10個まで" in text


@pytest.mark.parametrize(
    ("who", "links"),
    [
        ("viewer", ["guide"]),
        ("ward", ["guide"]),
        ("secretary", ["guide", "guide_secretariat"]),
    ],
)
def test_footer_leads_each_to_the_own_guides(client, request, who, links):
    client.force_login(request.getfixturevalue(who))

    page = client.get(reverse("about")).content.decode()

    guides = ["guide", "guide_secretariat"]
    assert [name for name in guides if f'href="{reverse(name)}"' in page] == links


def test_visitor_is_led_to_the_members_guide_alone(client, db, django_assert_num_queries):
    page = client.get(reverse("about")).content.decode()

    assert f'href="{reverse("guide")}"' in page
    assert reverse("guide_secretariat") not in page
    with django_assert_num_queries(0):
        assert client.get(reverse("guide")).status_code == 200


def test_start_page_of_the_admin_leads_to_the_secretariats_guide(client, secretary):
    client.force_login(secretary)

    page = client.get(reverse("admin:index")).content.decode()

    assert f'href="{reverse("guide_secretariat")}"' in page


@pytest.mark.parametrize("who", ["manager", "ward", "viewer"])
def test_secretariats_guide_does_not_exist_for_members(client, request, who):
    client.force_login(request.getfixturevalue(who))

    assert client.get(reverse("guide_secretariat")).status_code == 404


@pytest.mark.parametrize(("name", "who"), [("guide", "viewer"), ("guide_secretariat", "secretary")])
def test_guide_asks_the_database_for_the_visitor_alone(
    client, request, django_assert_num_queries, name, who
):
    client.force_login(request.getfixturevalue(who))
    client.get(reverse(name))

    # Session, person, unread notices.
    with django_assert_num_queries(3):
        assert client.get(reverse(name)).status_code == 200
