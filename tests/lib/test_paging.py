"""Long lists: the right rows, counts that stop, links that fit."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lib import paging
from lib.paging import LongPage, page_of
from members.models import Theme


@pytest.fixture
def rows(db):
    Theme.objects.bulk_create(Theme(name=str(number), position=number) for number in range(1, 46))
    return Theme.objects.order_by("position")


def names_of(page):
    found = Theme.objects.in_bulk(page.keys)
    return [found[key].name for key in page.keys]


@pytest.mark.parametrize(
    ("asked", "number", "names"),
    [
        (None, 1, range(1, 21)),
        ("2", 2, range(21, 41)),
        ("3", 3, range(41, 46)),
        ("4", 3, range(41, 46)),
        ("9" * 30, 3, range(41, 46)),
        ("0", 1, range(1, 21)),
        ("-1", 1, range(1, 21)),
        ("²", 1, range(1, 21)),
        ("1e9", 1, range(1, 21)),
    ],
)
def test_page_has_its_rows_whatever_is_asked(rows, asked, number, names):
    page = page_of(rows, asked, 20)

    assert (page.number, names_of(page)) == (number, [str(name) for name in names])
    assert (page.total, page.has_next) == ("45", number < 3)
    assert (page.start_index, page.end_index) == (names[0], names[-1])


def test_count_stops_and_pages_go_on(rows, monkeypatch):
    monkeypatch.setattr(paging, "MOST", 10)

    page = page_of(rows, "9", 5)

    assert (page.total, page.links, page.next) == ("10以上", [1, 2, 0, 7, 8, 9], 0)
    assert names_of(page) == ["41", "42", "43", "44", "45"]


@pytest.mark.parametrize(
    ("number", "count", "has_next", "links"),
    [
        (1, 5, False, [1]),
        (1, 45, True, [1, 2, 3]),
        (5, 200, True, [1, 0, 3, 4, 5, 6, 7, 0, 10]),
        (500, 1001, True, [1, 0, 50, 0, 498, 499, 500, 501]),
    ],
)
def test_links_are_few(number, count, has_next, links):
    assert LongPage([], number, 20, count, has_next).links == links


def test_empty_list_is_one_page(db):
    page = page_of(Theme.objects.order_by("pk"), "7", 20)

    assert (page.keys, page.number, page.total, page.next) == ([], 1, "0", 0)


@pytest.mark.parametrize(("number", "rows_read"), [("2", 11), ("9", 6)])
def test_page_costs_one_query_that_stops(rows, monkeypatch, number, rows_read):
    monkeypatch.setattr(paging, "MOST", 10)

    with CaptureQueriesContext(connection) as queries:
        page_of(rows, number, 5)

    assert [f"LIMIT {rows_read}" in query["sql"] for query in queries] == [True]


def test_page_beyond_all_is_the_last_that_was_counted(rows, monkeypatch):
    monkeypatch.setattr(paging, "MOST", 10)

    page = page_of(rows, "50", 5)

    assert (page.number, names_of(page)) == (3, ["11", "12", "13", "14", "15"])
