"""Sheets that the secretariat imports: events, and what is known of publications besides their PDF.

What is new is a draft: nothing is published by a sheet.
"""

from datetime import time
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from import_export.fields import Field
from import_export.widgets import CharWidget

from lib import prefectures
from lib.imports import (
    ChoiceWidget,
    ClockWidget,
    DateWidget,
    MomentWidget,
    NumberWidget,
    SheetResource,
    TextWidget,
)
from lib.markdown import images_in
from lib.text import clean_line, clean_text
from news.models import Event, Publication, Series

DAYS = "和暦でも西暦でも書けます。"
CLOCK = "「午後1時30分」「13:30」のように書きます。"
EMPTY = "なければ空にします。"
NO_PICTURES = "画像は、取り込んだあとに画面で入れてください。"
PROPOSED = "会員が提案したイベントです。画面で直してください。"
HAS_ENTRIES = "申込みを受け付けているイベントです。画面で直してください。"


def _article(text: str) -> str:
    if list(images_in(text)):
        raise ValueError(NO_PICTURES)
    return clean_text(text)


def _line(name: str, head: str) -> Field:
    return Field(name, head, widget=TextWidget(clean_line))


class PublishField(Field):
    """An empty cell leaves the hour as it is, of a new row the hour of the import.

    So does one that says it to the minute, as exports do.
    """

    def save(self, instance: Any, row: dict[str, str], *args: Any, **kwargs: Any) -> None:
        typed = row.get(self.column_name, "")
        if typed and typed != self.widget.render(instance.publish_at):
            super().save(instance, row, *args, **kwargs)


class SeriesWidget(CharWidget):
    """By its name, as the list says it."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Series] = {}

    def read(self) -> None:
        self.known = {series.name: series for series in Series.objects.all()}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Series:
        if value not in self.known:
            raise ValueError(f"「{value}」は種類にありません。次のどれか：{'、'.join(self.known)}")
        return self.known[value]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.name if value else ""


class PublicationResource(SheetResource):
    """Found by series and number; without a number by series and title."""

    required_heads = ("種類", "号", "表題", "発行日")
    shown_only = frozenset({"state"})
    sample = {
        "種類": "東京23区全国連携NEWS",
        "号": "999",
        "表題": "見本の号",
        "発行日": "令和8年3月1日",
        "概要": "見本の概要です。",
        "目次": "はじめに",
        "公開日時": "令和8年4月1日 午前9時",
    }
    explanations = {
        "種類": "「刊行物の種類」の一覧にある名称。",
        "号": f"第12号なら12。{EMPTY}",
        "表題": "100字まで。",
        "発行日": DAYS,
        "概要": f"1,000字まで。{EMPTY}",
        "目次": "セルの中で改行して、1行に1項目。",
        "公開日時": f"「令和8年4月1日 午前9時」のように書きます。{EMPTY}（新しい行では、取り込んだ日時）",
    }

    series = Field("series", "種類", widget=SeriesWidget())
    number = Field("number", "号", widget=NumberWidget())
    title = _line("title", "表題")
    issued_on = Field("issued_on", "発行日", widget=DateWidget())
    summary = Field("summary", "概要", widget=TextWidget(clean_text))
    contents = Field("contents", "目次", widget=TextWidget(clean_text))
    publish_at = PublishField("publish_at", "公開日時", widget=MomentWidget())
    state = Field("state", "状態", readonly=True)

    class Meta:
        model = Publication
        fields = (
            *("series", "number", "title", "issued_on", "summary", "contents", "publish_at"),
            "state",
        )
        import_id_fields = ("series", "number", "title")
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self.fields["series"].widget.read()

    def get_instance(self, instance_loader: Any, row: dict[str, str]) -> Publication | None:
        series, number = self.fields["series"].clean(row), self.fields["number"].clean(row)
        found = Publication.objects.filter(series=series, number=number)
        if number is None:
            found = found.filter(title=self.fields["title"].clean(row))
        return found.first()


class EventResource(SheetResource):
    """Found by name and first day. Whoever has entered is told by the page of the event alone."""

    # The head until November 2026; docs/words.md lists it.
    aliases = {"問合せ先": "問い合わせ先"}
    required_heads = ("イベント名", "開始日", "主催", "本文")
    shown_only = frozenset({"state"})
    sample = {
        "イベント名": "見本のイベント",
        "ふりがな": "みほんのいべんと",
        "種別": "祭り・催し",
        "開始日": "令和8年12月5日",
        "開始時刻": "午後1時",
        "終了日": "令和8年12月6日",
        "終了時刻": "16:30",
        "開催の方法": "会場",
        "都道府県": "群馬県",
        "会場": "見本市民会館",
        "主催": "見本市",
        "料金": "無料",
        "本文": "見本の本文です。",
    }
    explanations = {
        "イベント名": "100字まで。イベント名と開始日が同じ行は、今の内容を改めます。",
        "ふりがな": EMPTY,
        "種別": f"{'、'.join(Event.Kind.labels)} のどれか。空なら「交流・体験」。",
        "開始日": DAYS,
        "開始時刻": f"{CLOCK}{EMPTY}",
        "終了日": f"{DAYS}空なら開始日と同じ日です。",
        "終了時刻": f"{CLOCK}{EMPTY}",
        "日時の補足": "例：雨天のときは翌日に延期",
        "開催の方法": f"{'、'.join(Event.Attendance.labels)} のどれか。空なら「会場」。",
        "都道府県": f"「群馬県」のように書きます。{EMPTY}",
        "会場": EMPTY,
        "住所": EMPTY,
        "交通": "例：○○駅から徒歩5分",
        "駐車場": EMPTY,
        "主催": "200字まで。",
        "問い合わせ先": "例：見本市 観光課　電話 00-0000-0000",
        "対象": "例：どなたでも",
        "料金": "例：無料",
        "定員": "数字で書きます。空なら定員はありません。",
        "申込みの方法": "例：電話、申込みは要りません",
        "申込みの期限": f"時刻がなければ午後5時です。{EMPTY}",
        "詳しいページ": "https:// から書きます。",
        "概要": "空なら本文の初めを使います。",
        "本文": "見出しは「## 」、箇条書きは「- 」、太字は「**」で囲みます。画像は入れられません。",
        "公開日時": "空なら、新しい行では取り込んだ日時です。",
    }

    name = _line("name", "イベント名")
    kana = _line("kana", "ふりがな")
    kind = Field("kind", "種別", widget=ChoiceWidget(Event.Kind, empty=Event.Kind.EXCHANGE))
    starts_on = Field("starts_on", "開始日", widget=DateWidget())
    starts_at = Field("starts_at", "開始時刻", widget=ClockWidget())
    ends_on = Field("ends_on", "終了日", widget=DateWidget())
    ends_at = Field("ends_at", "終了時刻", widget=ClockWidget())
    schedule_note = _line("schedule_note", "日時の補足")
    attendance = Field(
        "attendance",
        "開催の方法",
        widget=ChoiceWidget(Event.Attendance, empty=Event.Attendance.PLACE),
    )
    prefecture = Field("prefecture", "都道府県", widget=ChoiceWidget(prefectures.CHOICES, empty=""))
    venue = _line("venue", "会場")
    address = _line("address", "住所")
    access = _line("access", "交通")
    parking = _line("parking", "駐車場")
    organizer = _line("organizer", "主催")
    contact = _line("contact", "問い合わせ先")
    target = _line("target", "対象")
    fee = _line("fee", "料金")
    capacity = Field("capacity", "定員", widget=NumberWidget())
    apply_how = _line("apply_how", "申込みの方法")
    apply_until = Field("apply_until", "申込みの期限", widget=MomentWidget(time(17)))
    url = _line("url", "詳しいページ")
    summary = _line("summary", "概要")
    body = Field("body", "本文", widget=TextWidget(_article))
    publish_at = PublishField("publish_at", "公開日時", widget=MomentWidget())
    state = Field("state", "状態", readonly=True)

    class Meta:
        model = Event
        fields = (
            *("name", "kana", "kind", "starts_on", "starts_at", "ends_on", "ends_at"),
            *("schedule_note", "attendance", "prefecture", "venue", "address", "access"),
            *("parking", "organizer", "contact", "target", "fee", "capacity", "apply_how"),
            *("apply_until", "url", "summary", "body", "publish_at", "state"),
        )
        import_id_fields = ("name", "starts_on")
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True

    def import_instance(self, instance: Event, row: dict[str, str], **kwargs: Any) -> None:
        if instance.seat_id:
            raise ValidationError({"name": PROPOSED})
        if instance.takes_entries:
            raise ValidationError({"name": HAS_ENTRIES})
        super().import_instance(instance, row, **kwargs)
        instance.ends_on = instance.ends_on or instance.starts_on
