"""Whatever the parsers are given: they read it or refuse it in words, escape it, and take time in proportion.

Dates, times, plain text, names of files and folding have more of the kind in tests/lib/.
"""

import csv
import datetime
import io
import time

import icalendar
import pytest
import tablib
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from board.search.tokens import pairs
from lib import markdown, plain_text, uploads
from lib.local_government_codes import check_digit, is_code, readings
from lib.marking import excerpt
from lib.moments import format_moment, parse_moment
from lib.spreadsheets import XLSX, JapaneseCSV, decode, restored, write_csv, write_xlsx
from lib.text import clean_line, clean_text, fold, half_width, words
from lib.wareki import parse_date
from members.member_cells import _telephone
from news import calendars
from news.models import Event
from renkei.api import ENDPOINTS
from tests import factories
from tests.board.test_hostile import Browser

FAST = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Any text, and texts of the pieces from which trouble is made.
PIECES = st.sampled_from(
    [
        *(
            "<script>",
            "<img src=x onerror=alert(1)>",
            '"',
            "'",
            "&",
            "`",
            "](",
            "[",
            "![",
            "javascript:",
        ),
        *(
            "http://",
            "https://a.b",
            "@",
            ">>1",
            "> ",
            "・",
            "1. ",
            "*",
            "_",
            "**",
            "#",
            "|",
            "\n",
            "\r",
        ),
        *(
            "=1+1",
            "+",
            "-",
            "\t",
            "０",
            "髙﨑",
            "𠮷",
            "\u202e",
            "\u200d",
            "葛\U000e0100",
            "か\u3099",
            "\x00",
        ),
        *(
            "令和",
            "元年",
            "月",
            "日",
            "午前",
            "24時",
            "(木)",
            "2026-02-30",
            "R8.3.12",
            ",",
            ";",
            ":",
            "\\",
        ),
    ]
)
TEXT = st.text(max_size=60) | st.lists(PIECES, max_size=25).map("".join)
SCRIPTS = ("javascript:", "vbscript:", "data:")


def runs(html):
    return [found for found in Browser(html).found if found[0] != "img" or found[1]]


@FAST
@given(TEXT)
def test_markdown_of_any_text_runs_and_fetches_nothing(text):
    assert runs(markdown.render(text)) == []
    assert "<script" not in markdown.render(text)
    assert "\n" not in markdown.plain(text)


@FAST
@given(TEXT)
def test_plain_text_and_its_hits_run_nothing(text):
    assert runs(plain_text.render(text)) == []
    assert runs(str(excerpt([text], words(text)))) == []


@FAST
@given(TEXT)
def test_any_moment_is_read_or_refused_in_japanese(text):
    try:
        moment = parse_moment(text, default=datetime.time(17))
    except ValueError as error:
        said = str(error)
    else:
        said = format_moment(moment, is_end=False)
    assert any(ord(letter) > 0x3000 for letter in said)


@FAST
@given(TEXT | st.text("0123456789０１２", min_size=4, max_size=6))
def test_any_code_is_read_as_codes_that_check_or_refused(text):
    try:
        found = readings(text)
    except ValidationError:
        return
    assert found
    assert all(is_code(code) for code in found)


@FAST
@given(st.text("0123456789", min_size=5, max_size=5))
def test_code_and_its_first_five_digits_are_read_alike(first_five):
    assert first_five + check_digit(first_five) in readings(first_five)


@FAST
@given(TEXT | st.text("0123456789-－ー‐（）()+ 　", max_size=20))
def test_any_telephone_number_becomes_half_width_or_is_refused(text):
    try:
        number = _telephone(text)
    except ValidationError:
        return
    assert number.isascii()
    assert _telephone(number) == number


@FAST
@given(
    st.binary(max_size=200) | TEXT.map(str.encode) | TEXT.map(lambda t: t.encode("cp932", "ignore"))
)
def test_any_bytes_are_a_sheet_or_refused(content):
    for sheet in (JapaneseCSV(), XLSX()):
        try:
            read = sheet.create_dataset(content)
        except REFUSALS:
            continue
        assert isinstance(read, tablib.Dataset)


# What import-export turns into a sentence at the field.
REFUSALS = (
    ValidationError,
    csv.Error,
    KeyError,
    ValueError,
    tablib.InvalidDimensions,
)


@FAST
@given(st.lists(TEXT.filter(lambda text: "\x00" not in text), min_size=1, max_size=4))
def test_no_cell_of_a_sheet_is_a_formula_and_all_come_back(cells):
    cells = [clean_line(cell) for cell in cells]
    content = write_csv(["見出し"] * len(cells), [cells]).decode("utf-8-sig")
    book = tablib.Dataset().load(io.BytesIO(write_xlsx("表", ["列"] * len(cells), [cells])), "xlsx")

    assert [restored(cell) for cell in tablib.Dataset().load(content, "csv")[0]] == cells
    assert not [cell for cell in book[0] if str(cell or "").startswith(("=", "+", "-", "@"))]


@FAST
@given(TEXT, TEXT)
def test_any_event_is_a_calendar_that_says_the_same(name, body):
    event = Event(pk=1, name=clean_line(name) or "催し", body=clean_text(body), organizer="見本町")
    event.updated_at = timezone.now()
    event.starts_on = event.ends_on = datetime.date(2026, 12, 5)

    found = icalendar.Calendar.from_ical(calendars.write([event]))

    (entry,) = found.walk("VEVENT")
    assert entry["summary"] == event.name
    assert len(found.walk()) == 2


@FAST
@given(TEXT)
def test_any_name_of_a_file_is_one_harmless_name(text):
    name = uploads.clean_name(text)

    assert not {"/", "\\", "\x00", "\r", "\n", "\u202e", '"'} & set(name)
    assert 0 < len(name) <= uploads.MAX_NAME_CHARACTERS


@settings(FAST, max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from(["page", "per_page", "prefecture_code", "since", "kind"]) | TEXT,
        TEXT,
        max_size=4,
    )
)
def test_api_answers_any_question_as_it_promises(client, db, question):
    for name in ENDPOINTS:
        answer = client.get(f"/api/v1/{name}/", question)

        assert answer.status_code in {200, 400, 404}
        assert set(answer.json()) in ({"error"}, PAGE)


PAGE = {
    *("count", "page", "pages", "per_page", "next", "previous", "license", "results"),
}


@settings(FAST, max_examples=30)
@given(TEXT)
def test_any_search_is_answered(client, db, text):
    factories.make_news_item(title="見本")

    for address in ("/search/", "/members/", "/agreements/constituents/", "/events/"):
        answer = client.get(address, {"q": text, "month": text, "prefecture": text, "page": text})
        assert answer.status_code == 200
        assert not [
            one for one in Browser(answer.content.decode()).found if one[0].startswith("on")
        ]


SLOW = {
    "brackets": "[a](",
    "emphasis": "_a*",
    "quotes": "> ",
    "tags": "<div>",
    "addresses": "http://a.b@",
    "dots": "a.",
    "marks": "か\u3099\u0301",
    "digits": "１．",
}
WORK = {
    "plain text": plain_text.render,
    "markdown": markdown.render,
    "fold": fold,
    "half width": half_width,
    "clean": clean_text,
    "pairs": pairs,
    "name of a file": uploads.clean_name,
    "date": lambda text: pytest.raises(ValueError, parse_date, text),
    "csv": lambda text: JapaneseCSV().create_dataset(f"a,b\n{text}".encode()),
    "bytes": lambda text: decode(text.encode()),
}


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("piece", SLOW)
def test_time_grows_with_the_length_alone(work, piece):
    """16 times the text: quadratic work would take 256 times as long."""
    small, large = (SLOW[piece] * (size // len(SLOW[piece])) for size in (1_000, 16_000))

    assert best_of(WORK[work], large) < 64 * best_of(WORK[work], small) + 0.05


def best_of(work, text):
    taken = []
    for _ in range(3):
        begin = time.perf_counter()
        work(text)
        taken.append(time.perf_counter() - begin)
    return min(taken)
