"""What the staff of a town hall do on the board, and the files that they attach."""

import io
from urllib.parse import urlsplit

from openpyxl import Workbook
from PIL import Image
from playwright.sync_api import expect

DEADLINE = "令和18年1月15日 15時"
XLSX = "令和８年度　実施要領（案）①.xlsx"
_RED = (255, 0, 0)


def as_file(name, content):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def workbook(name=XLSX):
    content = io.BytesIO()
    book = Workbook()
    book.active.append(["見本", 1])
    book.save(content)
    return as_file(name, content.getvalue())


def picture(name, kind):
    """A red page: as PDF, or as an image."""
    content = io.BytesIO()
    Image.new("RGB", (600, 400), _RED).save(content, kind)
    return as_file(name, content.getvalue())


def red_share(screenshot):
    """How much of the window is red, from 0 to 1."""
    image = Image.open(io.BytesIO(screenshot)).convert("RGB")
    colors = image.getcolors(image.width * image.height)
    red = sum(count for count, (r, g, b) in colors if r > 240 and max(g, b) < 16)
    return red / (image.width * image.height)


def begin(page, title, *, body="本文です。", slug="exchange", **fields):
    """A new topic, written and not yet sent."""
    page.goto(f"/board/topics/new/?category={slug}")
    page.get_by_label("件名").fill(title)
    page.get_by_label("本文").fill(body)
    for label, value in fields.items():
        page.get_by_label(label).fill(value)


def press(page, name):
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def post(page, title, **fields):
    """Answers the path of the new topic."""
    begin(page, title, **fields)
    press(page, "投稿する")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return path_of(page)


def expect_said(page, text):
    """A message on top of the page."""
    expect(page.locator(".messages")).to_contain_text(text)


def path_of(page):
    return urlsplit(page.url).path


def reply(page, path, text):
    page.goto(path)
    page.get_by_label("本文").fill(text)
    press(page, "返信する")
    expect(page.get_by_role("article").filter(has_text=text).last).to_be_visible()


def count_on_own_list(page, title):
    """How many topics of the own body have this title."""
    page.goto(f"/board/ours/?q={title}")
    return page.get_by_role("main").get_by_role("heading", level=3, name=title, exact=True).count()
