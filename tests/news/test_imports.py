"""Sheets of events and publications in the admin: preview, drafts, errors by row and column."""

import io
from datetime import date, datetime

import openpyxl
import pytest
import tablib
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from members.models import Delivery
from news.imports import EventResource, PublicationResource
from news.models import Event, Publication
from tests import factories
from tests.html import text_of
from tests.racing import at_once

EVENTS, PUBLICATIONS = "/admin/news/event/", "/admin/news/publication/"
CSV, EXCEL = "0", "1"
EVENT = {
    "イベント名": "冬の物産展",
    "種別": "物産展・フェア",
    "開始日": "R8.12.5",
    "開始時刻": "１０：００",
    "終了時刻": "午後4時",
    "都道府県": "群馬県",
    "主催": "見本市",
    "定員": "５０",
    "申込みの期限": "令和8年12月1日",
    "本文": "**本文**です。",
}
PUBLICATION = {
    "種類": "種類 news",
    "号": "12",
    "表題": "冬の号",
    "発行日": "2026-12-01",
    "目次": "はじめに",
}


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    factories.make_series()
    return client


def sheet_of(*rows, encoding="cp932"):
    heads = list(dict.fromkeys(head for row in rows for head in row))
    lines = [heads, *([row.get(head, "") for head in heads] for row in rows)]
    text = "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    return SimpleUploadedFile("a.csv", text.encode(encoding))


def preview(client, changelist, *rows):
    return client.post(f"{changelist}import/", {"import_file": sheet_of(*rows), "format": CSV})


def bring_in(client, changelist, *rows):
    response = preview(client, changelist, *rows)
    assert "confirm_form" in response.context, text_of(response)
    data = response.context["confirm_form"].initial
    return client.post(f"{changelist}process_import/", data, follow=True)


def test_event_is_previewed_and_comes_as_a_draft(admin):
    shown = text_of(preview(admin, EVENTS, EVENT))
    assert "新規 1件、更新 0件、変更なし 0件" in shown
    assert not Event.objects.exists()

    bring_in(admin, EVENTS, EVENT)

    event = Event.objects.get()
    assert event.is_draft
    assert event.period == "令和8年12月5日（土）　午前10時から午後4時まで"
    assert (event.kind, event.attendance, event.prefecture) == ("fair", "place", "10")
    assert event.ends_on == date(2026, 12, 5)
    assert event.capacity == 50
    assert event.apply_until.isoformat() == "2026-12-01T08:00:00+00:00"


def test_row_of_a_known_event_changes_only_the_columns_of_the_sheet(admin):
    bring_in(admin, EVENTS, EVENT)
    Event.objects.update(is_draft=False, venue="会館")

    short = {head: EVENT[head] for head in ("イベント名", "開始日", "主催", "本文")}
    answer = bring_in(admin, EVENTS, {**short, "主催": "見本町"})

    event = Event.objects.get()
    assert answer.status_code == 200
    assert (event.organizer, event.venue, event.is_draft) == ("見本町", "会館", False)
    assert event.history.count() == 2


def test_former_head_of_a_column_is_read_as_the_present_one(admin):
    bring_in(admin, EVENTS, EVENT | {"問合せ先": "見本市 観光課"})

    assert Event.objects.get().contact == "見本市 観光課"


@pytest.mark.parametrize(
    ("cells", "head", "error"),
    [
        ({"開始日": "いつか"}, "開始日", "日付は「令和8年3月12日」"),
        ({"終了日": "R8.12.4"}, "", "終了日は開始日以後の日にしてください。"),
        ({"開始時刻": "25時"}, "開始時刻", "時"),
        ({"種別": "運動会"}, "種別", "「運動会」は選べません。"),
        ({"都道府県": "群馬"}, "都道府県", "「群馬」は選べません。"),
        ({"定員": "多数"}, "定員", "1以上の整数"),
        ({"主催": ""}, "主催", "入力"),
        ({"本文": "![絵](/files/1/)"}, "本文", "画像は、取り込んだあとに"),
        ({"詳しいページ": "ページ"}, "詳しいページ", "URL"),
    ],
)
def test_wrong_cell_is_named_with_row_and_column_and_nothing_is_saved(admin, cells, head, error):
    good = {**EVENT, "イベント名": "別の催し"}

    response = preview(admin, EVENTS, good, {**EVENT, **cells})

    (row,) = response.context["result"].invalid_rows
    assert row.number == 3
    errors = {**row.field_specific_errors, "": row.non_field_specific_errors}
    assert error in str(errors[head])
    assert "confirm_form" not in response.context
    assert not Event.objects.exists()


def test_proposals_and_events_with_entries_are_left_to_their_page(admin):
    day = "2026-12-05"
    for event in (factories.make_proposal(), factories.make_open_event()):
        Event.objects.filter(pk=event.pk).update(name=f"催し{event.pk}", starts_on=day, ends_on=day)
    rows = [{**EVENT, "イベント名": event.name} for event in Event.objects.order_by("pk")]
    Delivery.objects.all().delete()

    response = preview(admin, EVENTS, *rows)

    errors = [str(row.error) for row in response.context["result"].invalid_rows]
    assert "会員が提案したイベントです" in errors[0]
    assert "申込みを受け付けているイベントです" in errors[1]
    assert not Delivery.objects.exists()


def test_publication_comes_as_a_draft_without_its_file(admin):
    page = text_of(admin.get(f"{PUBLICATIONS}import/"))
    assert "PDFは取り込めません。" in page

    bring_in(admin, PUBLICATIONS, PUBLICATION)
    bring_in(admin, PUBLICATIONS, {**PUBLICATION, "表題": "冬の特別号"})

    publication = Publication.objects.get()
    assert (publication.title, publication.number, publication.is_draft) == ("冬の特別号", 12, True)
    assert publication.issued_on == date(2026, 12, 1)


def test_publication_without_a_number_is_found_by_its_title(admin):
    row = {**PUBLICATION, "号": ""}
    bring_in(admin, PUBLICATIONS, row, {**row, "表題": "別の冊子"})

    bring_in(admin, PUBLICATIONS, {**row, "目次": "新しい目次"})

    assert Publication.objects.count() == 2
    assert Publication.objects.get(title="冬の号").contents == "新しい目次"


def test_unknown_series_is_explained_with_those_that_exist(admin):
    response = preview(admin, PUBLICATIONS, {**PUBLICATION, "種類": "会報"})

    (row,) = response.context["result"].invalid_rows
    assert row.field_specific_errors["種類"] == [
        "「会報」は種類にありません。次のどれか：種類 news"
    ]


@pytest.mark.parametrize("changelist", [EVENTS, PUBLICATIONS])
def test_what_is_exported_can_be_imported_and_changes_nothing(admin, changelist):
    factories.make_event(body="=1+1 と書いた本文", starts_at="13:30", ends_at="15:00")
    factories.make_publication(number=3, contents="一\n二")

    exported = admin.get(f"{changelist}export/excel/").content
    file = SimpleUploadedFile("a.xlsx", exported)
    response = admin.post(f"{changelist}import/", {"import_file": file, "format": EXCEL})

    totals = response.context["result"].totals
    assert (totals["skip"], totals["new"], totals["update"]) == (1, 0, 0), text_of(response)


@pytest.mark.parametrize(
    ("changelist", "resource"), [(EVENTS, EventResource), (PUBLICATIONS, PublicationResource)]
)
def test_file_to_begin_with_has_an_example_and_explains_each_column(admin, changelist, resource):
    file = b"".join(admin.get(f"{changelist}import/sample.xlsx").streaming_content)

    book = openpyxl.load_workbook(io.BytesIO(file))
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert heads == resource().heads()
    assert "状態" not in heads
    explained = [row[0].value for row in book["説明"].iter_rows(min_row=2)]
    assert explained == heads
    assert all(row[2].value for row in book["説明"].iter_rows(min_row=2))
    assert book.worksheets[0]["A2"].number_format == "@"


@pytest.mark.parametrize("changelist", [EVENTS, PUBLICATIONS])
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_example_row_is_refused_when_it_comes_back(admin, changelist, extension):
    content = b"".join(admin.get(f"{changelist}import/sample.{extension}").streaming_content)
    file = SimpleUploadedFile(f"a.{extension}", content)
    chosen = {"csv": CSV, "xlsx": EXCEL}[extension]

    response = admin.post(f"{changelist}import/", {"import_file": file, "format": chosen})

    assert "見本の行です。消してから取り込んでください。" in text_of(response)
    assert not Event.objects.exists()
    assert not Publication.objects.exists()


@pytest.mark.parametrize("changelist", [EVENTS, PUBLICATIONS])
def test_staff_who_may_only_look_import_nothing(client, secretary, changelist):
    looking = factories.make_user(seat=secretary.seat, is_staff=True)
    looking.user_permissions.set(
        Permission.objects.filter(codename__in=["view_event", "view_publication"])
    )
    client.force_login(looking)

    assert client.get(f"{changelist}import/").status_code == 403
    assert client.get(f"{changelist}import/sample.csv").status_code == 403
    assert client.get(f"{changelist}export/").status_code == 200


def test_day_in_a_cell_of_excel_ends_at_five_as_a_typed_one(db):
    row = {**EVENT, "申込みの期限": datetime(2026, 12, 1)}  # noqa: DTZ001 - as openpyxl gives it

    EventResource().import_data(tablib.Dataset([*row.values()], headers=[*row]), raise_errors=True)

    assert Event.objects.get().apply_until.isoformat() == "2026-12-01T08:00:00+00:00"


@pytest.mark.django_db(transaction=True)
def test_same_sheet_twice_at_once_makes_each_event_once():
    def act():
        return EventResource().import_data(tablib.Dataset([*EVENT.values()], headers=[*EVENT]))

    results = at_once(act, act)

    assert sorted(result.totals["new"] for result in results) == [0, 1]
    assert Event.objects.count() == 1
