"""Fictional news, events and a publication, by the verbs and forms that the site uses."""

import io
from datetime import time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from lib.forms import new_form_key
from members.models import User
from news import proposing
from news.forms.publication import EditionForm
from news.models import Event, NewsCategory, NewsItem, Publication, Series

NEWS = (
    (
        "notice",
        "【見本】ポータルの見本のページを公開しました",
        "このお知らせは見本です。\n\n## できること\n\n- [広域連携協定](/agreements/regional/)を地図と表で見る\n"
        "- [会員](/members/)を都道府県から探す\n- [イベント](/events/)の日時と会場を確かめる\n\n"
        "|ページ|内容|\n|-|-|\n|刊行物|PDFと目次|\n|オープンデータ|CSV・JSON・Excel|",
    ),
    (
        "call",
        "【見本】交流イベントの出展団体を募集します",
        "この募集は見本です。会員専用ホームページの掲示板から応募できます。",
    ),
)
SHEETS = 4
PAPER = (595, 842)
BLUE = (0, 23, 193)


def publish_all() -> int:
    """Once, before there is any news; answers how many rows were made."""
    if NewsItem.objects.exists() or not NewsCategory.objects.exists():
        return 0
    people = {user.username: user for user in User.objects.select_related("seat__organization")}
    for slug, title, body in NEWS:
        category = NewsCategory.objects.get(slug=slug)
        NewsItem.objects.create(
            category=category, title=title, body=body, is_draft=False, is_demo=True
        )
    _own_event()
    _event_of_a_member(people["city"], by=people["jimukyoku"])
    _publication()
    return len(NEWS) + 3


def _own_event() -> None:
    _event(
        name="【見本】全国連携交流会",
        kana="みほん ぜんこくれんけいこうりゅうかい",
        body="この催しは見本です。申込みの画面を試すことができます。",
        days=40,
        starts_at=time(13, 30),
        ends_at=time(16),
        prefecture="13",
        venue="見本会館 大会議室",
        organizer="特別区長会",
        target="会員の自治体の職員",
        fee="無料",
        capacity=30,
        takes_entries=True,
        is_draft=False,
        is_demo=True,
    ).save()


def _event_of_a_member(author: User, *, by: User) -> None:
    event = _event(
        name="【見本】見本市りんご祭り",
        kana="みほんしりんごまつり",
        kind=Event.Kind.FESTIVAL,
        body="この催しは見本です。りんごの直売と、生産者の話を聞く会があります。",
        days=20,
        length=1,
        starts_at=time(10),
        ends_at=time(15),
        prefecture="10",
        venue="見本市民広場",
        organizer="見本市",
        contact="見本市 観光課　電話 00-0000-0000",
        fee="無料",
        wants_introduction=True,
    )
    proposal = proposing.propose(event, form_key=new_form_key(), by=author)
    proposing.publish(proposal, expected=proposing.mark_of(proposal), by=by)


def _event(*, days: int, length: int = 0, **fields: Any) -> Event:
    first = timezone.localdate() + timedelta(days=days)
    return Event(starts_on=first, ends_on=first + timedelta(days=length), **fields)


def _publication() -> None:
    publication = Publication.objects.create(
        series=Series.objects.get(slug="news"),
        title="【見本】見本の号",
        issued_on=timezone.localdate(),
        summary="この刊行物は見本です。紙面には絵だけがあります。",
        contents="見本の特集\n見本の連載",
        is_draft=False,
        is_demo=True,
    )
    file = SimpleUploadedFile("見本の号.pdf", _pdf())
    form = EditionForm({}, {"file": file})
    form.instance.publication = publication
    form.full_clean()
    form.save()
    publication.save()


def _pdf() -> bytes:
    """Coloured sheets: the machine may have no Japanese font."""
    sheets = [_sheet(number) for number in range(SHEETS)]
    target = io.BytesIO()
    sheets[0].save(target, "PDF", save_all=True, append_images=sheets[1:])
    return target.getvalue()


def _sheet(number: int) -> Image.Image:
    sheet = Image.new("RGB", PAPER, "white")
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((0, 0, PAPER[0], 180 if number == 0 else 60), fill=BLUE)
    for row in range(12 if number else 5):
        top = 240 + 44 * row
        draw.rectangle((60, top, 535 - 40 * (row % 3), top + 14), fill=(214, 216, 222))
    if number == 0:
        draw.ellipse((190, 500, 405, 715), fill=BLUE)
    return sheet
