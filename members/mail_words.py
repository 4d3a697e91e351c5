"""Mails whose words the secretariat may change, and the {語句} that each may hold.

The shipped template is the default and the text to begin with. No template code comes from the admin:
a text is filled in by replacing the words of this list, each by one value.

Not here: what tells a genuine mail from a forged one (codes, links for passwords and addresses, news
of a changed account, messages of strangers), and what is built for each reader of what that reader
may see (notices and digests of the board).
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.template import Context, Variable, VariableDoesNotExist
from django.template.loader import render_to_string
from django.urls import reverse

from lib.text import clean_line

WORD = re.compile(r"\{([^{}\n]{1,30})\}")
LINK = "リンク"


class Word(NamedTuple):
    """`source` is what the template calls it; of a link, the object whose page it is, or `page`."""

    name: str
    source: str
    sample: str
    is_required: bool = False
    page: str = ""

    def value(self, context: Mapping[str, Any]) -> str:
        if self.name == LINK:
            return f"{context['site_url']}{self._path(context)}"
        return _resolved(self.source, context)

    def _path(self, context: Mapping[str, Any]) -> str:
        if self.page:
            return reverse(self.page)
        return _resolved(f"{self.source}.get_absolute_url", context)


class MailKind(NamedTuple):
    label: str
    words: tuple[Word, ...]

    @property
    def names(self) -> dict[str, Word]:
        return {word.name: word for word in self.words}


def _link(source: str, path: str, *, is_required: bool = True) -> Word:
    return Word(LINK, source, f"https://portal.example.jp{path}", is_required)


def _page(name: str, path: str, *, is_required: bool = True) -> Word:
    return Word(LINK, "", f"https://portal.example.jp{path}", is_required, page=name)


def _body(source: str) -> tuple[Word, Word]:
    return (
        Word("団体名", f"{source}.organization.full_name", "群馬県見本市"),
        Word("部署名", f"{source}.section", "企画課"),
    )


_APPLICANT = (
    Word("団体名", "application.full_name", "群馬県見本市"),
    Word("部署名", "application.section", "企画課"),
    Word("担当者名", "application.contact_name", "見本 花子"),
    _link("application", "/members/register/SAMPLE/"),
)
_STATUS = (
    Word("団体名", "organization.full_name", "群馬県見本市"),
    Word("事務局から伝えること", "reason", "お電話でお話ししたとおりです。", is_required=True),
)
_REASON = Word("理由", "reason", "担当部署の電話番号をご記入ください。", is_required=True)
_EVENT = (
    Word("イベント名", "event.name", "見本の交流会"),
    Word("日時", "event.period", "令和8年12月5日（土）　午後1時から"),
)
_PLACE = Word("会場", "event.place", "見本市民会館")
_GUEST = Word("氏名", "entry.name", "見本 太郎")
_NUMBER = Word("参加人数", "entry.people", "2")
_CHECK = (
    Word("年次確認", "check", "令和9年度の年次確認"),
    *_body("seat"),
    Word("お願いの文", "check.text", "登録の内容をご確認ください。", is_required=True),
    Word("回答期限", "due_on", "令和9年5月31日（月）"),
    _page("members:yearly_check", "/members/check/"),
)
_INTRODUCED = (
    *_body("introduction.seat"),
    Word("件名", "introduction.title", "見本まつりのご案内"),
    _page("members:introductions", "/members/introductions/", is_required=False),
)

KINDS: dict[str, MailKind] = {
    "application_verify": MailKind("申請：メールアドレスの確認", _APPLICANT),
    "application_address": MailKind(
        "申請：直したメールアドレスの確認",
        (*_APPLICANT[:-1], _link("proof", "/members/register/SAMPLE/?proof=SAMPLE")),
    ),
    "application_received": MailKind("申請：受け付けた知らせ", _APPLICANT),
    "application_entered": MailKind(
        "申請：代理入力で受け付けた知らせ",
        (*_APPLICANT, Word("申出", "application.told_by", "電話でお申出のあった")),
    ),
    "application_returned": MailKind("申請：修正のお願い", (*_APPLICANT, _REASON)),
    "application_refused": MailKind("申請：承認しない知らせ", (*_APPLICANT, _REASON)),
    "invitation": MailKind(
        "招待：利用者登録のお願い（承認したとき、招待を送るとき）",
        (
            *_body("invitation.seat"),
            Word("氏名", "invitation.name", "見本 花子"),
            Word("承認の知らせ", "opening", "会員登録の申請を承認しました。"),
            _link("invitation", "/members/invitations/SAMPLE/"),
        ),
    ),
    "body_suspended": MailKind("利用停止の知らせ", (*_STATUS, _page("contact", "/contact/"))),
    "body_resumed": MailKind(
        "利用再開の知らせ", (*_STATUS, _page("account_login", "/accounts/login/"))
    ),
    "body_withdrawn": MailKind(
        "退会の知らせ", (*_STATUS, _page("members:register", "/members/register/"))
    ),
    "handover_reminder": MailKind(
        "異動予定の確認・引継ぎ",
        (
            *_body("seat"),
            Word("お願いの文", "text", "異動の予定をご確認ください。", is_required=True),
            _page("members:handover_list", "/members/handover/"),
        ),
    ),
    "yearly_check": MailKind("年次確認：開始のお願い", _CHECK),
    "yearly_check_reminder": MailKind(
        "年次確認：催促",
        (
            *_CHECK,
            Word("状況", "situation", "まだ確認をいただいていません"),
            Word("催促の文", "plea", "令和9年5月31日（月）までにお願いします。"),
        ),
    ),
    "unused_warning": MailKind(
        "利用停止の予告",
        (
            *_body("person.seat"),
            Word("氏名", "person.name", "見本 太郎"),
            Word("利用者ID", "person.username", "mihon-01"),
            Word("停止する日", "day", "令和9年6月30日（水）", is_required=True),
            _page("account_login", "/accounts/login/"),
        ),
    ),
    "event_entered": MailKind(
        "イベント：申込みの確認",
        (
            _GUEST,
            *_EVENT,
            _PLACE,
            _NUMBER,
            Word("受付の結果", "result.title", "参加の申込みを受け付けました"),
            Word(
                "受付の説明",
                "result.text",
                "次のイベントへの参加の申込みを受け付けました。",
                is_required=True,
            ),
            _link("entry", "/events/entries/SAMPLE/"),
        ),
    ),
    "event_entry_moved_up": MailKind(
        "イベント：キャンセル待ちから受付済",
        (_GUEST, *_EVENT, _PLACE, _NUMBER, _link("entry", "/events/entries/SAMPLE/")),
    ),
    "event_entry_cancelled": MailKind(
        "イベント：申込みの取消しの知らせ",
        (
            _GUEST,
            *_EVENT,
            Word(
                "取消しの説明",
                "explanation",
                "次のイベントへの申込みを取り消しました。",
                is_required=True,
            ),
            _link("event", "/events/1/", is_required=False),
        ),
    ),
    "event_changed": MailKind(
        "イベント：日時・会場の変更の知らせ",
        (
            _GUEST,
            *_EVENT,
            Word("日時の補足", "event.schedule_note", "荒天のため"),
            _PLACE,
            Word("住所", "event.address", "群馬県見本市1-1"),
            _link("entry", "/events/entries/SAMPLE/"),
        ),
    ),
    "event_off": MailKind(
        "イベント：延期・中止の知らせ",
        (
            _GUEST,
            *_EVENT,
            Word("開催の状況", "event.get_status_display", "中止", is_required=True),
            Word("日時の補足", "event.schedule_note", "荒天のため"),
            _link("event", "/events/1/", is_required=False),
        ),
    ),
    "event_published": MailKind(
        "イベント：提案を掲載した知らせ",
        (
            *_body("seat"),
            *_EVENT,
            Word("公開日時", "publish_at", "令和8年11月1日（日）午前9時"),
            _link("event", "/events/1/", is_required=False),
        ),
    ),
    "event_refused": MailKind(
        "イベント：提案を掲載しない知らせ",
        (
            *_body("seat"),
            *_EVENT,
            Word("理由", "event.refusal", "営利目的のため", is_required=True),
            _page("news:proposal_list", "/events/proposals/", is_required=False),
        ),
    ),
    "introduction_posted": MailKind("公式X：紹介した知らせ", _INTRODUCED),
    "introduction_skipped": MailKind(
        "公式X：見送りの知らせ",
        (
            *_INTRODUCED,
            Word("理由", "introduction.reason", "募集の期限が過ぎているため", is_required=True),
        ),
    ),
}
CHOICES = [(slug, kind.label) for slug, kind in KINDS.items()]


def from_template(template: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body of the shipped text, whose first line is the subject."""
    text = render_to_string(f"members/mail/{template}.txt", dict(context)).strip()
    subject, _, body = text.partition("\n")
    return subject.strip(), body.strip() + "\n"


def shipped(slug: str) -> tuple[str, str]:
    """The default as the secretariat would have typed it: the template, with {語句} for values."""
    marks = _Mark(site_url="")
    paths: dict[str, str] = {}
    for word in KINDS[slug].words:
        mark = f"{{{word.name}}}"
        if word.page:
            paths[reverse(word.page)] = mark
        else:
            path = f"{word.source}.get_absolute_url" if word.name == LINK else word.source
            _set(marks, path.split("."), mark)
    subject, body = from_template(slug, marks)
    for path, mark in paths.items():
        body = body.replace(path, mark)
    return subject, body


def fill(subject: str, body: str, values: Mapping[str, str]) -> tuple[str, str]:
    """A line whose words are all empty is left out. What is filled in is not filled in again."""
    lines = [line for line in body.split("\n") if not _says_nothing(line, values)]
    one_line = clean_line(_filled(subject, values))
    return one_line, _filled("\n".join(lines), values).strip() + "\n"


def _says_nothing(line: str, values: Mapping[str, str]) -> bool:
    found = [values.get(name, name) for name in WORD.findall(line)]
    return bool(found) and not any(found)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return WORD.sub(lambda word: values.get(word[1], word[0]), text)


class _Mark(dict[str, Any]):
    """Stands for an object in the template: says its own word, and has attributes."""

    said = ""

    def __str__(self) -> str:
        return self.said

    def __bool__(self) -> bool:
        return True


def _set(marks: _Mark, parts: list[str], said: str) -> None:
    for part in parts:
        marks = marks.setdefault(part, _Mark())
    marks.said = said


def _resolved(source: str, context: Mapping[str, Any]) -> str:
    try:
        value = Variable(source).resolve(Context(dict(context)))
    except VariableDoesNotExist:
        return ""
    return "" if value is None else str(value).strip()
