"""利用の手引き: chapters for members and for the secretariat, and the numbers that they name.

A chapter is a template of templates/guide/. What stands in <b> there is a word of the screen:
tests/renkei/test_guide.py looks for it in templates, models and forms.
"""

from dataclasses import dataclass

from django.conf import settings

from board import answering, notifications
from board.models import topic
from lib import bulk, plain_text, uploads
from members import audit_retention, contacts, exporting, inbox, registration, sessions, typed_text
from members.models import application, invitation, yearly_check
from news.models import entry
from renkei import dashboard

_MEGABYTE = 1024 * 1024
_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Chapter:
    """Its template is guide/<book>/<slug>.html, its anchor the slug."""

    slug: str
    title: str


@dataclass(frozen=True)
class Book:
    name: str
    title: str
    chapters: tuple[Chapter, ...]

    def template_of(self, chapter: Chapter) -> str:
        return f"guide/{self.name}/{chapter.slug}.html"

    def contents(self) -> list[tuple[Chapter, str]]:
        return [(chapter, self.template_of(chapter)) for chapter in self.chapters]


MEMBERS = Book(
    "members",
    "利用の手引き（会員向け）",
    (
        Chapter("join", "登録と初めてのログイン"),
        Chapter("second-factor", "二段階認証"),
        Chapter("colleagues", "担当部署と利用者"),
        Chapter("reading", "投稿を読む"),
        Chapter("search", "探す"),
        Chapter("posting", "投稿する"),
        Chapter("answering", "返信と回答"),
        Chapter("following-up", "投稿した後にすること"),
        Chapter("drafts", "下書きと公開の予約"),
        Chapter("files", "添付ファイル"),
        Chapter("notices", "更新通知とメール"),
        Chapter("events", "イベントと公式X"),
        Chapter("profile", "団体の紹介と会員名簿"),
        Chapter("handover", "異動と年次確認"),
        Chapter("paper", "印刷と決裁"),
        Chapter("trouble", "困ったとき"),
    ),
)
SECRETARIAT = Book(
    "secretariat",
    "事務局の手引き",
    (
        Chapter("monday", "週の初めにすること"),
        Chapter("applications", "会員登録の申請"),
        Chapter("care", "会員団体の応対"),
        Chapter("imports", "名簿の取り込みと招待"),
        Chapter("agreements", "協定と地方公共団体"),
        Chapter("mergers", "市町村の合併"),
        Chapter("board", "掲示板の管理"),
        Chapter("publishing", "お知らせ・刊行物・イベント"),
        Chapter("texts", "サイトのお知らせと文章"),
        Chapter("mails", "届かないメール"),
        Chapter("yearly-check", "年次確認"),
        Chapter("personal-data", "個人情報"),
        Chapter("figures", "統計と書き出し"),
        Chapter("staff", "事務局の役割と監査記録"),
    ),
)


def limits() -> dict[str, int]:
    """Every number that a chapter names, from where it is decided."""
    return {
        "file_megabytes": uploads.MAX_FILE_BYTES // _MEGABYTE,
        "files": uploads.MAX_FILES,
        "request_megabytes": settings.MAX_REQUEST_BYTES // _MEGABYTE,
        "text": plain_text.MAX_CHARACTERS,
        "summary": plain_text.SUMMARY_CHARACTERS,
        "replies_a_page": plain_text.REPLIES_PER_PAGE,
        "soon_days": topic.SOON.days,
        "asked_days": answering.ASKED_WITHIN.days,
        "remind_days": notifications.REMIND_DAYS,
        "proof_days": application.UNVERIFIED_FOR.days,
        "corrected_days": registration.PROOF_FOR.days,
        "invitation_days": invitation.INVITATION_FOR.days,
        "password_days": settings.PASSWORD_RESET_TIMEOUT // _DAY,
        "code_minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
        "code_digits": settings.ACCOUNT_LOGIN_BY_CODE_FORMAT["length"],
        "idle_minutes": sessions.IDLE_LIMIT.seconds // 60,
        "secretary_minutes": sessions.SECRETARIAT_IDLE_LIMIT.seconds // 60,
        "session_hours": sessions.ABSOLUTE_LIMIT.seconds // 3600,
        "typed_days": typed_text.LIFETIME // _DAY,
        "inbox_days": inbox.KEPT.days,
        "printed_bodies": contacts.MAX_PRINTED,
        "warning_days": yearly_check.WARNING_DAYS,
        "notice_days": dashboard.NOTICE_DAYS,
        "application_days": settings.APPLICATION_RETENTION_DAYS,
        "entry_days": entry.KEPT_FOR.days,
        "entry_people": entry.MAX_PEOPLE,
        "audit_years": audit_retention.KEPT.years,
        "export_rows": exporting.MOST,
        "bulk_rows": bulk.MOST,
    }
