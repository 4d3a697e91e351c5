"""イベント in the secretariat's admin."""

import pytest

from news.models import Event
from tests import factories
from tests.html import text_of

CHANGELIST = "/admin/news/event/"


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


def typed(**fields):
    return {
        "name": "冬の交流会",
        "kind": "exchange",
        "status": "scheduled",
        "body": "**本文**です。",
        "starts_on": "令和8年12月5日",
        "starts_at": "午後1時",
        "ends_at": "１６：３０",
        "attendance": "place",
        "organizer": "特別区長会",
        "apply_until": "R8.12.1",
        "publish_at": "令和8年11月1日",
        "files-TOTAL_FORMS": 0,
        "files-INITIAL_FORMS": 0,
        **fields,
    }


def test_secretary_types_days_and_hours_as_people_write_them(admin):
    response = admin.post(f"{CHANGELIST}add/", typed())

    event = Event.objects.get()
    assert response.status_code == 302
    assert event.period == "令和8年12月5日（土）　午後1時から午後4時30分まで"
    assert event.apply_until.isoformat() == "2026-12-01T08:00:00+00:00"


def test_history_tells_days_moments_and_hours_in_words(admin):
    admin.post(f"{CHANGELIST}add/", typed())
    event = Event.objects.get()
    changed = typed(starts_on="R8.12.6", starts_at="14:00", apply_until="R8.12.2", venue="見本会館")
    admin.post(f"{CHANGELIST}{event.pk}/change/", changed)

    shown = text_of(admin.get(f"{CHANGELIST}{event.pk}/history/"))

    for before, after in (
        ("令和8年12月5日", "令和8年12月6日"),
        ("午後1時", "午後2時"),
        ("令和8年12月1日（火）午後5時", "令和8年12月2日（水）午後5時"),
        ("（なし）", "見本会館"),
    ):
        assert f"{before} → {after}" in shown


def test_form_shows_what_was_saved_in_words_that_it_takes_again(admin):
    admin.post(f"{CHANGELIST}add/", typed(apply_until="令和8年12月1日 24時"))
    event = Event.objects.get()

    form = admin.get(f"{CHANGELIST}{event.pk}/change/").context["adminform"].form

    shown = {name: form[name].value() for name in ("starts_on", "starts_at", "publish_at")}
    assert shown == {
        "starts_on": "令和8年12月5日",
        "starts_at": "午後1時",
        "publish_at": "令和8年11月1日 午前0時",
    }
    assert form["apply_until"].value() == "令和8年12月1日 24時"


@pytest.mark.parametrize("clock", ["25時", "午後13時", "24時", "x"])
def test_hour_that_does_not_exist_is_an_error_at_its_field(admin, clock):
    response = admin.post(f"{CHANGELIST}add/", typed(starts_at=clock))

    assert list(response.context["adminform"].form.errors) == ["starts_at"]


def test_preview_shows_the_page_and_saves_nothing(admin):
    response = admin.post(f"{CHANGELIST}add/preview/", typed())

    assert "令和8年12月5日（土） 午後1時から午後4時30分まで" in text_of(response)
    assert not Event.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_a_constant_number_of_queries(admin, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.make_event()

    # Session, person, count, page.
    with django_assert_num_queries(4):
        admin.get(CHANGELIST)
