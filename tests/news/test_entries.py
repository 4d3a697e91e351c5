"""参加申込: the form, places and the waiting list, the private page, the roster, erasure."""

import io
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from lib.conflicts import StaleError
from members.models import AuditEntry, Delivery
from news import entering
from news.models import Entry, Event
from tests import acting, factories
from tests.html import text_of
from tests.racing import at_once, errors_in

KEY = "0123456789abcdef" * 2
State = Entry.State


@pytest.fixture
def event(db):
    return factories.make_open_event(name="交流会", capacity=2)


def address(event):
    return reverse("news:enter", args=[event.pk])


def typed(**fields):
    return {
        "form_key": KEY,
        "name": "見本 花子",
        "body_name": "見本市 企画課",
        "email": "ＨＡＮＡＫＯ@city.example.jp",
        "telephone": "０３ー１２３４ー５６７８",
        "people": "１",
        "note": "",
        "consent": "on",
        **fields,
    }


def states(event):
    return list(event.entries.order_by("id").values_list("state", flat=True))


def test_visitor_enters_and_is_mailed_the_private_page(client, event):
    page = client.get(event.get_absolute_url()).content.decode()
    response = client.post(address(event), typed())

    entry = Entry.objects.get()
    mail = Delivery.objects.get()
    assert f'href="{address(event)}"' in page
    assert response.url == entry.get_absolute_url()
    assert (entry.state, entry.people, entry.telephone) == ("confirmed", 1, "03-1234-5678")
    assert mail.subject == "参加の申込みを受け付けました：交流会"
    assert mail.address == entry.email == "HANAKO@city.example.jp"
    assert f"https://portal.example.jp{entry.get_absolute_url()}" in mail.body


def test_public_page_carries_no_form_and_sets_no_cookie(client, event):
    response = client.get(event.get_absolute_url())

    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert not response.cookies


def test_button_pressed_twice_enters_once(client, event):
    answers = [client.post(address(event), typed()).url for _ in range(2)]

    assert answers == [Entry.objects.get().get_absolute_url()] * 2
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"email": "x"},
        {"telephone": "abc"},
        {"people": "0"},
        {"people": "21"},
        {"consent": ""},
    ],
)
def test_wrong_form_names_its_field_and_saves_nothing(client, event, wrong):
    response = client.post(address(event), typed(**wrong))

    assert set(response.context["form"].errors) == set(wrong)
    assert not Entry.objects.exists()


def test_member_finds_the_own_name_in_the_form(client, manager, event):
    client.force_login(manager)

    form = client.get(address(event)).context["form"]

    assert form["name"].value() == manager.name
    assert form["email"].value() == manager.email


def test_who_comes_too_late_waits_and_the_page_says_so(client, event):
    factories.make_entry(event, people=2)

    assert "キャンセル待ちを受け付けています" in text_of(client.get(event.get_absolute_url()))
    client.post(address(event), typed())

    assert states(event) == ["confirmed", "waiting"]
    assert Delivery.objects.latest("id").subject == "キャンセル待ちの申込みを受け付けました：交流会"


def test_group_that_does_not_fit_waits_and_is_not_overtaken(event):
    first = factories.make_entry(event, people=1)
    group = factories.make_entry(event, people=2)
    single = factories.make_entry(event, people=1)

    assert states(event) == ["confirmed", "waiting", "waiting"]

    entering.cancel(first, by=None)

    assert states(event) == ["cancelled", "confirmed", "waiting"]
    mails = Delivery.objects.filter(address=group.email).order_by("id")
    assert mails.last().subject == "参加できるようになりました：交流会"
    assert Delivery.objects.filter(address=single.email).count() == 1


def test_private_page_cancels_by_a_button_and_not_by_a_get(client, event):
    entry = factories.make_entry(event)
    act = reverse("news:entry_cancel", args=[entry.token])

    page = text_of(client.get(entry.get_absolute_url()))
    assert client.get(act).status_code == 405
    entry.refresh_from_db()
    assert entry.state == State.CONFIRMED
    assert "申込みを取り消す" in page

    client.post(act)
    again = client.post(act, follow=True)

    entry.refresh_from_db()
    assert entry.state == State.CANCELLED
    assert "すでに取り消されています" in text_of(again)
    assert Delivery.objects.filter(subject__startswith="申込みを取り消しました").count() == 1


def test_unknown_token_is_not_found(client, event):
    factories.make_entry(event, name="LEAK-name")

    assert client.get(reverse("news:entry", args=["x" * 43])).status_code == 404
    assert client.post(reverse("news:entry_cancel", args=["x"])).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"takes_entries": False},
        {"is_draft": True},
        {"publish_at": timezone.now() + timedelta(days=3650)},
    ],
    ids=["takes none", "draft", "scheduled"],
)
def test_event_without_entries_has_no_form(client, db, fields):
    event = factories.make_open_event(**fields)

    assert client.get(address(event)).status_code == 404
    assert client.post(address(event), typed()).status_code == 404
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"apply_until": timezone.now()}, {"status": "cancelled"}, {"starts_on": "2020-01-01"}],
    ids=["too late", "cancelled", "over"],
)
def test_closed_event_takes_nobody(client, db, fields):
    event = factories.make_open_event(**fields)

    response = client.post(address(event), typed())

    assert "受付は、終わりました" in text_of(response)
    assert not Entry.objects.exists()
    with pytest.raises(entering.ClosedError):
        entering.enter(factories.build_entry(Event.objects.get()))


def test_deadline_closes_at_its_minute(client, db):
    now = timezone.now()
    event = factories.make_open_event(apply_until=now + timedelta(minutes=10))

    with time_machine.travel(now + timedelta(minutes=9, seconds=59), tick=False):
        assert event.takes_entries_now
    with time_machine.travel(now + timedelta(minutes=10), tick=False):
        assert not event.takes_entries_now


def test_events_of_members_take_no_entries_here(db):
    event = factories.make_open_event()
    event.seat = factories.make_seat()

    with pytest.raises(ValidationError, match="このポータルでは受け付けません"):
        event.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save()


def test_same_address_may_enter_five_times_an_hour(client, db):
    event = factories.make_open_event()

    answers = [
        client.post(address(event), typed(form_key=f"{n:032x}")).status_code for n in range(6)
    ]

    assert answers == [302] * 5 + [429]


@pytest.mark.django_db(transaction=True)
def test_last_place_goes_to_one_of_those_who_want_it_at_once():
    event = factories.make_open_event(capacity=3)
    entries = [factories.build_entry(event) for _ in range(6)]

    at_once(*(lambda entry=entry: entering.enter(entry) for entry in entries))

    assert sorted(states(event)) == ["confirmed"] * 3 + ["waiting"] * 3


@pytest.mark.django_db(transaction=True)
def test_cancelled_twice_at_once_frees_one_place():
    event = factories.make_open_event(capacity=1)
    first, *_ = [factories.make_entry(event) for _ in range(3)]
    seen = [Entry.objects.get(pk=first.pk) for _ in range(2)]

    answers = at_once(
        *(lambda entry=entry: entering.cancel(entry, by=None) for entry in seen),
        told=StaleError,
    )

    assert states(event) == ["cancelled", "confirmed", "waiting"]
    assert len(errors_in(answers)) == 1


@pytest.mark.django_db(transaction=True)
def test_same_form_sent_at_the_same_moment_is_saved_once():
    event = factories.make_open_event()

    at_once(*[lambda: entering.enter(factories.build_entry(event, form_key=KEY))] * 2)

    assert Entry.objects.count() == 1
    assert Delivery.objects.count() == 1


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


def test_roster_lists_who_comes_then_who_waits_then_who_cancelled(admin, event):
    gone, comes = factories.make_entry(event, name="甲"), factories.make_entry(event, name="=乙")
    waits = factories.make_entry(event, name="丙")
    other = factories.make_entry(name="LEAK-other")
    Entry.objects.filter(pk=gone.pk).update(state="cancelled", cancelled_at=timezone.now())

    response = admin.get(f"/admin/news/event/{event.pk}/roster.xlsx")

    rows = list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values)
    assert [row[:3] for row in rows[1:]] == [
        (1, "受付済", "'=乙"),
        (2, "キャンセル待ち", "丙"),
        (3, "取消し", "甲"),
    ]
    assert rows[1][6] == comes.email
    assert rows[2][6] == waits.email
    assert other.name not in str(rows)
    assert AuditEntry.objects.get(act="export_entries").target_id == str(event.pk)


def test_roster_needs_the_right_to_see_entries(client, secretary, event):
    secretary.is_superuser = False
    secretary.save()
    client.force_login(secretary)

    assert client.get(f"/admin/news/event/{event.pk}/roster.xlsx").status_code == 403


def test_secretariat_cancels_and_the_first_who_waits_moves_up(admin, event):
    entries = [factories.make_entry(event) for _ in range(3)]

    acting.confirm(admin, "cancel", entries[0])

    assert states(event) == ["cancelled", "confirmed", "confirmed"]
    assert (
        "事務局で" in Delivery.objects.get(key=f"entry-{entries[0].pk}-event_entry_cancelled").body
    )


def test_nobody_moves_up_in_an_event_that_was_called_off(event):
    entries = [factories.make_entry(event, people=2), factories.make_entry(event)]
    Event.objects.filter(pk=event.pk).update(status="cancelled")

    entering.cancel(entries[0], by=None)

    assert states(event) == ["cancelled", "waiting"]
    assert not Delivery.objects.filter(key__contains="moved_up").exists()


def test_larger_capacity_lets_those_in_who_wait(event):
    factories.make_entry(event, people=2)
    factories.make_entry(event)
    Event.objects.filter(pk=event.pk).update(capacity=3)

    assert entering.move_up(event) == 1
    assert states(event) == ["confirmed", "confirmed"]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_entries_asks_a_constant_number_of_queries(
    admin, django_assert_num_queries, rows, event
):
    for _ in range(rows):
        factories.make_entry(event)

    # Session, person, events of the filter, count, page.
    with django_assert_num_queries(5):
        admin.get("/admin/news/entry/")


def test_names_and_mails_are_erased_in_time_and_numbers_stay(client, event):
    entry = factories.make_entry(event, name="消える人", people=2)
    kept = factories.make_entry(factories.make_open_event(starts_on=event.starts_on))
    over = event.starts_on + timedelta(days=181)
    Event.objects.filter(pk=kept.event_id).update(ends_on=event.starts_on + timedelta(days=30))

    with time_machine.travel(over.isoformat() + "T04:00+09:00", tick=False):
        assert entering.erase_due() == 1
        assert entering.erase_due() == 0

    entry.refresh_from_db()
    kept.refresh_from_db()
    assert (entry.name, entry.email, entry.people) == ("", "", 2)
    assert kept.name == "見本 太郎"
    assert not Delivery.objects.filter(body__contains="消える人").exists()
    assert client.get(entry.get_absolute_url()).status_code == 404
