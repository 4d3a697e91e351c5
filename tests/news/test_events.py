"""イベント: list, calendar, page, files for calendar programs, structured data, open data."""

import csv
import io
import json
import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import feedparser
import icalendar
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse

from news.models import Event
from tests import factories
from tests.html import text_of

TOKYO = ZoneInfo("Asia/Tokyo")
LIST, CALENDAR, FEED, ICS = "/events/", "/events/calendar/", "/events/feed/", "/events.ics"
NOON = datetime(2026, 12, 1, 12, tzinfo=TOKYO)


@pytest.fixture(autouse=True)
def december():
    with time_machine.travel(NOON, tick=False):
        yield


def listed(client, **query):
    return list(client.get(LIST, query).context["page"])


def entries(content):
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def test_list_shows_what_is_to_come_the_next_one_first(client, db):
    later = factories.make_event(starts_on=date(2026, 12, 20))
    today = factories.make_event(starts_on=date(2026, 12, 1), starts_at=time(9))
    running = factories.make_event(starts_on=date(2026, 11, 20), ends_on=date(2026, 12, 2))
    past = factories.make_event(starts_on=date(2026, 11, 30))

    response = client.get(LIST)

    assert list(response.context["page"]) == [running, today, later]
    assert list(response.context["past"]) == [past]
    assert listed(client, when="past") == [past]
    assert len(listed(client, when="all")) == 4


def test_list_is_narrowed_by_month_prefecture_and_kind(client, db):
    gunma = factories.make_event(prefecture="10", kind="fair")
    january = factories.make_event(starts_on=date(2027, 1, 5))
    over_new_year = factories.make_event(starts_on=date(2026, 12, 30), ends_on=date(2027, 1, 3))

    assert listed(client, prefecture="10") == [gunma]
    assert listed(client, kind="fair") == [gunma]
    assert listed(client, month="2027-01") == [over_new_year, january]
    assert len(listed(client, month="2027-99", kind="zzz")) == 3


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_a_constant_number_of_queries(client, django_assert_num_queries, db, rows):
    for _ in range(rows):
        factories.make_event()

    # Months, count, page, past events.
    with django_assert_num_queries(4):
        client.get(LIST)


@pytest.mark.parametrize("rows", [1, 3])
def test_calendar_asks_one_query(client, django_assert_num_queries, db, rows):
    for _ in range(rows):
        factories.make_event()

    with django_assert_num_queries(1):
        client.get(CALENDAR)


def test_calendar_is_a_table_of_weeks_with_events_on_each_of_their_days(client, db):
    factories.make_event(name="三日間", starts_on=date(2026, 12, 31), ends_on=date(2027, 1, 2))

    response = client.get(CALENDAR, {"month": "2027-01"})
    weeks = response.context["month"].weeks

    days = [day.day for week in weeks for day in week if day.events]
    assert days == [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)]
    assert {len(week) for week in weeks} == {7}
    assert weeks[0][0].day == date(2026, 12, 27)
    assert "令和9年1月" in text_of(response)
    assert "?month=2026-12" in response.content.decode()


def test_month_without_events_says_so(client, db):
    factories.make_event(starts_on=date(2026, 12, 31), ends_on=date(2027, 1, 2))

    said = {
        month: "この月のイベントはありません" in text_of(client.get(CALENDAR, {"month": month}))
        for month in ("2027-01", "2027-02")
    }

    assert said == {"2027-01": False, "2027-02": True}


@pytest.mark.parametrize("month", ["", "x", "2026-13", "0001-01", "9999-12", "2026-12-01"])
def test_calendar_of_nonsense_is_this_month(client, db, month):
    assert client.get(CALENDAR, {"month": month}).context["month"].first == date(2026, 12, 1)


def test_page_shows_the_fields_and_says_where_nothing_is_published(client, db):
    event = factories.make_event(
        starts_at=time(13), ends_at=time(16, 30), fee="無料", contact="見本市 観光課"
    )

    text = text_of(client.get(event.get_absolute_url()))

    assert "日時 令和8年12月5日（土） 午後1時から午後4時30分まで" in text
    assert "会場 公表していません。 主催 特別区長会 料金 無料" in text


def test_cancelled_event_says_so_everywhere(client, db):
    event = factories.make_event(status="cancelled")

    assert "このイベントは中止になりました。" in text_of(client.get(event.get_absolute_url()))
    assert "中止" in text_of(client.get(LIST))
    entry = entries(client.get(ICS).content)[0]
    assert (entry["STATUS"], entry["SUMMARY"]) == ("CANCELLED", "【中止】見本の催し")
    assert feedparser.parse(client.get(FEED).content).entries[0].title == "【中止】見本の催し"


def test_postponed_event_says_so_and_not_that_its_day_is_over(db):
    event = factories.make_event(status="postponed", starts_on=date(2020, 1, 1))

    assert event.state_badge.text == "延期"


def places_of(client, event):
    return {
        "page": client.get(event.get_absolute_url()).status_code == 200,
        "ics": client.get(reverse("news:event_ics", args=[event.pk])).status_code == 200,
        **{
            address: event.name in client.get(address).content.decode()
            for address in (LIST, CALENDAR, FEED, "/events.json")
        },
        ICS: len(entries(client.get(ICS).content)) == 1,
    }


def test_event_appears_and_vanishes_at_the_minute(client, db):
    event = factories.make_event(
        name="予約の催し",
        publish_at=NOON + timedelta(minutes=5),
        expires_at=NOON + timedelta(days=2),
    )

    shown = []
    for wait in (299, 300, 2 * 86_400 - 1, 2 * 86_400):
        with time_machine.travel(NOON + timedelta(seconds=wait), tick=False):
            shown.append(set(places_of(client, event).values()))

    assert shown == [{False}, {True}, {True}, {False}]


def test_draft_is_found_nowhere(client, secretary, db):
    draft = factories.make_event(name="LEAK-draft", is_draft=True)
    client.force_login(secretary)

    assert set(places_of(client, draft).values()) == {False}


def test_ics_of_a_timed_event_is_read_by_a_calendar_program(client, db):
    event = factories.make_event(
        name="見本, 交流会; 第1回",
        starts_at=time(13),
        ends_at=time(16),
        prefecture="10",
        venue="見本市民会館",
        latitude="36.390668",
        longitude="139.060406",
    )

    response = client.get(f"/events/{event.pk}.ics")
    entry = entries(response.content)[0]

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert entry["SUMMARY"] == "見本, 交流会; 第1回"
    assert entry["DTSTART"].dt == datetime(2026, 12, 5, 13, tzinfo=TOKYO)
    assert entry["DTEND"].dt == datetime(2026, 12, 5, 16, tzinfo=TOKYO)
    assert entry["LOCATION"] == "群馬県　見本市民会館"
    assert entry["UID"] == f"event-{event.pk}@portal.example.jp"
    assert entry["URL"] == f"https://portal.example.jp/events/{event.pk}/"
    assert max(map(len, response.content.split(b"\r\n"))) <= 75


def test_ics_of_whole_days_ends_on_the_day_after(client, db):
    event = factories.make_event(ends_on=date(2026, 12, 6), starts_at=time(10), ends_at=time(16))

    entry = entries(client.get(f"/events/{event.pk}.ics").content)[0]

    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (date(2026, 12, 5), date(2026, 12, 7))
    assert "午前10時から午後4時まで" in entry["DESCRIPTION"]


def test_calendar_to_subscribe_to_holds_the_last_twelve_months(client, db):
    factories.make_event(name="前年", starts_on=date(2025, 11, 1))
    factories.make_event(name="一年以内", starts_on=date(2025, 12, 10))
    factories.make_event(name="来年", starts_on=date(2027, 5, 1))

    names = {str(entry["SUMMARY"]) for entry in entries(client.get(ICS).content)}

    assert names == {"一年以内", "来年"}


def structured(client, event):
    html = client.get(event.get_absolute_url()).content.decode()
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])


def test_structured_data_says_what_the_page_says(client, db):
    event = factories.make_event(
        name="</script><b>催し",
        starts_at=time(13),
        prefecture="10",
        venue="見本市民会館",
        address="見本市1-1",
        latitude="36.390668",
        longitude="139.060406",
        attendance="both",
        online_url="https://online.example.jp/",
    )

    found = structured(client, event)

    assert (found["@type"], found["name"]) == ("Event", "</script><b>催し")
    assert (found["startDate"], found["endDate"]) == ("2026-12-05T13:00+09:00", "2026-12-05")
    assert found["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert found["location"][0]["address"]["addressRegion"] == "群馬県"
    assert found["location"][0]["geo"]["latitude"] == 36.390668
    assert found["location"][1] == {"@type": "VirtualLocation", "url": "https://online.example.jp/"}


def test_structured_data_invents_no_place(client, db):
    assert "location" not in structured(client, factories.make_event())


def test_feed_tells_when_and_where(client, db):
    event = factories.make_event(prefecture="10", venue="<会館>")

    feed = feedparser.parse(client.get(FEED).content)

    assert (feed.version, feed.bozo) == ("atom10", False)
    assert feed.entries[0].link == f"https://portal.example.jp{event.get_absolute_url()}"
    assert "群馬県　&lt;会館&gt;" in feed.entries[0].summary


def test_open_data_has_the_heads_of_the_government_model(client, db):
    factories.make_event(
        kana="みほんのもよおし", apply_until=datetime(2026, 12, 3, 17, tzinfo=TOKYO)
    )
    factories.make_event(name="見本データ", is_demo=True)

    rows = list(csv.DictReader(io.StringIO(client.get("/events.csv").content.decode("utf-8-sig"))))

    assert len(rows) == 1
    assert list(rows[0])[:11] == [
        *(
            "全国地方公共団体コード",
            "ID",
            "イベント名",
            "イベント名_カナ",
            "開始日",
            "終了日",
            "開始時間",
        ),
        *("終了時間", "開始日時特記事項", "説明", "料金(基本)"),
    ]
    assert rows[0]["イベント名_カナ"] == "ミホンノモヨオシ"
    assert (rows[0]["参加申込終了日"], rows[0]["参加申込終了時間"]) == ("2026-12-03", "17:00")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"ends_on": date(2026, 12, 4)}, "終了日は開始日以後の日に"),
        ({"starts_at": time(15), "ends_at": time(15)}, "終了時刻は、開始時刻より後に"),
        ({"ends_at": time(15)}, "終了時刻は、開始時刻より後に"),
        ({"latitude": "36.39"}, "緯度と経度は、両方を"),
    ],
)
def test_impossible_event_is_refused_in_japanese(db, fields, error):
    values = {"starts_on": date(2026, 12, 5), "name": "催し", "body": "本文", "organizer": "市"}

    with pytest.raises(ValidationError, match=error):
        Event(**{**values, **fields}).full_clean()


def test_end_may_be_left_empty_and_hours_of_several_days_stand_alone(db):
    values = {"starts_on": date(2026, 12, 5), "name": "催し", "body": "本文", "organizer": "市"}
    one_day = Event(**values)
    several = Event(**values, ends_on=date(2026, 12, 6), starts_at=time(15), ends_at=time(10))

    one_day.full_clean()
    several.full_clean()

    assert one_day.ends_on == one_day.starts_on


@pytest.mark.parametrize(
    ("ends_on", "days"),
    [
        (date(2026, 12, 5), "令和8年12月5日（土）"),
        (date(2026, 12, 6), "令和8年12月5日（土）から12月6日（日）まで"),
        (date(2027, 1, 6), "令和8年12月5日（土）から令和9年1月6日（水）まで"),
    ],
)
def test_period_is_written_as_one_reads_it(ends_on, days):
    assert Event(starts_on=date(2026, 12, 5), ends_on=ends_on).period == days


def test_event_of_the_leaflet_is_loaded_once_and_without_a_place(client, db):
    for _ in range(2):
        call_command("load_news", stdout=io.StringIO())

    event = Event.objects.get()
    assert (event.name, event.starts_on, event.venue) == (
        "令和7年度特別区全国連携プロジェクト交流イベント",
        date(2026, 3, 12),
        "",
    )
    assert event in client.get(LIST).context["past"]


@pytest.mark.parametrize("path", [LIST, CALENDAR, FEED, ICS, "page", "ics"])
def test_pages_are_equal_for_all_visitors_and_cacheable(client, client_factory, db, path):
    event = factories.make_event()
    own = {"page": event.get_absolute_url(), "ics": f"/events/{event.pk}.ics"}
    address = own.get(path, path)

    first = client.get(address)
    with time_machine.travel(NOON + timedelta(seconds=50), tick=False):
        again = client_factory().get(address)
    kept = client.get(address, headers={"if-none-match": first.headers["ETag"]})

    assert first.content == again.content
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert not first.cookies
    assert kept.status_code == 304


def test_addresses_stay(db):
    assert reverse("news:event_list") == LIST
    assert reverse("news:events_ics") == ICS
    assert reverse("news:event_ics", args=[7]) == "/events/7.ics"
    assert reverse("news:download", kwargs={"name": "events", "extension": "csv"}) == "/events.csv"
