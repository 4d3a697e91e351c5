"""Which screens are photographed, as whom, and how much of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

Act = Callable[[Page], object]
README, GUIDE = Path("docs/pictures"), Path("static/guide")
# A common screen of an office for the README; in the guides letters stay legible beside the text.
OFFICE, PAPER, PHONE = 1366, 1024, 390
SCROLL = "element => { element.style.scrollMarginTop = '8px'; element.scrollIntoView(); }"


def _from_the_top(page: Page) -> None:
    """The page as it opens, with its header."""


def _from_the_heading(page: Page) -> None:
    """The guides speak of what stands below the header, which is the same on every page."""
    page.locator("h1:not(#site-name)").first.evaluate(SCROLL)


@dataclass(frozen=True)
class Scene:
    name: str
    path: str
    # A demo account; empty for a visitor.
    who: str = ""
    height: int = 640
    width: int = PAPER
    folder: Path = GUIDE
    # A selector, where less than the window is shown.
    part: str = ""
    act: Act = _from_the_heading

    @property
    def file(self) -> Path:
        return self.folder / f"{self.name}.webp"


def _readme(name: str, path: str, who: str = "") -> Scene:
    return Scene(name, path, who, height=768, width=OFFICE, folder=README, act=_from_the_top)


def _at(text: str) -> Act:
    """Scrolled to a heading or a label."""

    def scroll(page: Page) -> None:
        page.locator("main, #content").get_by_text(text, exact=True).first.evaluate(SCROLL)

    return scroll


SCENES = (
    _readme("home", "/"),
    _readme("board", "/board/", "city"),
    _readme("topic", "/board/topics/1/", "city"),
    _readme("desk", "/admin/", "jimukyoku"),
    Scene("log-in", "/accounts/login/", height=560),
    Scene("register", "/members/register/", act=_at("団体")),
    Scene("board", "/board/", "city", height=760, act=_from_the_top),
    Scene("board-phone", "/board/", "city", width=PHONE, height=760, act=_from_the_top),
    Scene("search", "/board/search/?q=物産", "city"),
    Scene("directory", "/members/directory/", "city"),
    Scene("topic-new", "/board/topics/new/?category=call", "city", height=760),
    Scene("topic", "/board/topics/1/", "city", height=760),
    Scene("answer", "/board/topics/1/answer/", "city"),
    Scene("roster", "/board/topics/1/roster/", "ward"),
    Scene("inbox", "/members/inbox/", "city"),
    Scene("mail-settings", "/members/me/mail/", "city", act=_at("受け取り方")),
    Scene("events", "/events/", "city"),
    Scene("me", "/members/me/", "city", height=760),
    Scene("organization", "/members/organization/", "city"),
    Scene("handover", "/members/handover/new/3/", "city"),
    Scene("print", "/board/topics/1/print/", "city", height=760, act=_from_the_top),
    Scene("desk", "/admin/", "jimukyoku", height=760, act=_from_the_top),
    Scene("application", "/admin/members/application/2/change/", "jimukyoku", height=760),
    Scene("proxy", "/admin/members/application/add/", "jimukyoku"),
    Scene("care", "/admin/members/organization/25/care/", "jimukyoku", height=760),
    Scene("import", "/admin/members/organization/import/", "jimukyoku"),
    Scene("agreement", "/admin/agreements/regionalagreement/2/change/", "jimukyoku"),
    Scene("moderation", "/admin/board/topic/1/change/", "jimukyoku", act=_at("非表示にする")),
    Scene("news", "/admin/news/newsitem/add/", "jimukyoku"),
    Scene("site-notice", "/admin/renkei/sitenotice/add/", "jimukyoku"),
    Scene("mails", "/admin/members/delivery/", "jimukyoku"),
    Scene("yearly-check", "/admin/members/yearlycheck/add/", "jimukyoku"),
    Scene("figures", "/admin/figures/", "jimukyoku"),
    Scene("audit", "/admin/members/auditentry/", "jimukyoku"),
    Scene("personal", "/admin/personal/?q=見本", "jimukyoku"),
)
