"""What every page's frame shows: navigation, footer, the mark for demonstration data."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from lib.addresses import address
from members.access import is_manager, is_member, is_secretariat
from members.typed_text import writer_mark
from renkei import site_notices
from renkei.inbox import MOST, unread_count


@dataclass(frozen=True)
class Link:
    text: str
    url: str
    current: bool = False


# Text, the page, and the names of the pages below it.
_NAVIGATION = (
    ("掲示板", "board:index", ("board:category", "board:topic", "board:ours", "board:search")),
    ("広域連携協定", "agreements:regional_list", ("agreements:regional_detail",)),
    ("企業との協定", "agreements:corporate_list", ("agreements:corporate_detail",)),
    ("会員", "members:member_list", ("member_profile", "group_profile")),
    ("会員名簿", "members:directory", ("members:directory_names",)),
    ("お知らせ", "news:news_list", ("news:news_item",)),
    ("刊行物", "news:publication_list", ("news:publication", "news:publication_text")),
    (
        "イベント",
        "news:event_list",
        ("news:event_month", "news:event", "news:enter", "news:proposal_list"),
    ),
    ("プロジェクトについて", "about", ()),
)
_FOR_MEMBERS = {"board:index", "members:directory"}
_DESK_GUIDE = (("事務局の手引き", "guide_secretariat"),)
_FOOTER = (
    ("利用の手引き", "guide"),
    ("プロジェクトについて", "about"),
    ("お問い合わせ", "contact"),
    ("利用規約", "terms"),
    ("個人情報の取扱い", "privacy"),
    ("ウェブアクセシビリティ", "accessibility"),
    ("サービス利用申請用シート", "service_sheet"),
    ("オープンデータ", "open_data"),
)


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context processor; for a visitor it asks the database nothing."""
    reads_directory = is_member(request.user)
    guides = _DESK_GUIDE if is_secretariat(request.user) else ()
    shown = [item for item in _NAVIGATION if reads_directory or item[1] not in _FOR_MEMBERS]
    return {
        "is_demo": settings.DEMO,
        "site_url": settings.SITE_URL,
        # Called by the frame alone: error pages ask nothing.
        "site_notices": site_notices.current,
        "navigation": [_navigation_link(request, *item) for item in shown],
        "footer_links": [Link(text, address(name)) for text, name in (*guides, *_FOOTER)],
        "external_links": [
            Link("特別区全国連携プロジェクトホームページ", settings.PROJECT_URL),
            Link("公式X（旧Twitter）@Zenkoku_Renkei", settings.X_URL),
        ],
        "reads_directory": reads_directory,
        "manages_body": is_manager(request.user),
        "shows_admin": is_secretariat(request.user),
        # Asked for by the header of a member's page alone.
        "unread_notices": SimpleLazyObject(partial(_unread_notices, request)),
        "writer_mark": SimpleLazyObject(partial(writer_mark, request.user)),
    }


def _unread_notices(request: HttpRequest) -> str:
    """Empty where there are none."""
    number = unread_count(request.user) if is_member(request.user) else 0
    return f"{MOST - 1}+" if number >= MOST else str(number or "")


def _navigation_link(request: HttpRequest, text: str, name: str, below: tuple[str, ...]) -> Link:
    match = request.resolver_match
    is_current = match is not None and match.view_name in (name, *below)
    return Link(text, address(name), current=is_current)
