"""利用の手引き: read on any screen, with its pictures, and handed out on paper."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.checks import assert_good, open_and_weigh
from tests.browser.test_print import sheets

MAX_BYTES = 60_000
MAX_SHEETS_A_CHAPTER = 2
BOOKS = [("city", "/guide/"), ("jimukyoku", "/guide/secretariat/")]


@pytest.fixture(params=BOOKS, ids=["members", "secretariat"])
def book(request, look_as):
    """The page of a reader, and the address of the guide."""
    who, path = request.param
    return look_as(who), path


def contents(page):
    return page.get_by_role("navigation", name="目次").get_by_role("link")


def test_guide_is_accessible_light_and_fits_every_screen(book):
    page, path = book

    response, transferred = open_and_weigh(page, path)

    assert response.status == 200
    assert transferred <= MAX_BYTES
    assert_good(page)


def test_contents_lead_to_every_chapter(book):
    page, path = book
    page.goto(path)
    titles = contents(page).all_text_contents()

    assert len(titles) > 10
    for title in titles:
        contents(page).get_by_text(title, exact=True).click()
        expect(page.get_by_role("heading", level=2, name=title)).to_be_in_viewport()


def test_guide_prints_as_a_handout_with_its_pictures(book):
    page, path = book
    page.goto(path)
    chapters, pictures = contents(page).count(), page.locator(".guide-picture").count()

    pdf = page.pdf(format="A4", prefer_css_page_size=True)

    assert chapters + 1 <= sheets(pdf) <= chapters * MAX_SHEETS_A_CHAPTER + 1
    assert len(re.findall(rb"/Subtype\s*/Image\b", pdf)) >= pictures
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="目次へ戻る").first).to_be_hidden()
    expect(page.get_by_role("navigation", name="主な案内")).to_be_hidden()


def test_member_finds_the_guide_at_the_foot_of_every_page(open_as):
    page = open_as("viewer")
    page.goto("/board/")

    page.get_by_role("contentinfo").get_by_role("link", name="利用の手引き").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("利用の手引き（会員向け）")


def test_secretary_finds_the_guide_on_the_start_page(secretary):
    secretary.goto("/admin/")

    secretary.get_by_role("link", name="事務局の手引きを読む").click()

    expect(secretary.get_by_role("heading", level=1)).to_have_text("事務局の手引き")
