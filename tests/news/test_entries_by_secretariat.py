"""What the secretariat does for people who come: 代理入力, and mails when an event moves or is off."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import AuditEntry, Delivery
from news import entering
from news.models import Entry, Event
from tests import factories
from tests.html import text_of

ADD = "/admin/news/entry/add/"


@pytest.fixture
def event(db):
    return factories.make_open_event(name="交流会", capacity=2)


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    return client


def typed(event, **fields):
    return {
        "event": event.pk,
        "form_key": "0123456789abcdef" * 2,
        "name": "電話の人",
        "body_name": "見本町",
        "email": "",
        "telephone": "０３－１２３４－５６７８",
        "people": "２",
        "note": "",
        **fields,
    }


def change(admin, event, **fields):
    """Sends the page of the event as it is shown, but for `fields`."""
    address = f"/admin/news/event/{event.pk}/change/"
    form = admin.get(address).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in shown.items() if value not in (None, False)}
    files = {"files-TOTAL_FORMS": 0, "files-INITIAL_FORMS": 0}
    changed = {name: value for name, value in {**data, **fields}.items() if value is not None}
    answer = admin.post(address, {**changed, **files})
    assert answer.status_code == 302
    return text_of(admin.get("/admin/"))


def entries_of_both_kinds(event):
    standing = [factories.make_entry(event, people=2), factories.make_entry(event)]
    entering.cancel(factories.make_entry(event), by=None)
    Delivery.objects.all().delete()
    return {entry.email for entry in standing}


class TestForOthers:
    def test_who_telephones_is_entered_without_an_address_and_without_a_mail(
        self, admin, secretary, event
    ):
        admin.post(ADD, typed(event))
        admin.post(ADD, typed(event))

        entry = Entry.objects.get()
        assert (entry.state, entry.people, entry.telephone) == ("confirmed", 2, "03-1234-5678")
        assert entry.entered_by == secretary
        assert not Delivery.objects.exists()
        assert AuditEntry.objects.get(act="enter_for").target_id == str(entry.pk)

    def test_where_there_is_an_address_it_gets_the_usual_mail(self, admin, event):
        admin.post(ADD, typed(event, email="caller@example.jp", people="3"))

        mail = Delivery.objects.get()
        assert (mail.address, "キャンセル待ち" in mail.subject) == ("caller@example.jp", True)

    def test_after_the_time_for_entries_it_is_possible_after_the_event_it_is_not(
        self, admin, event
    ):
        Event.objects.filter(pk=event.pk).update(apply_until=timezone.now() - timedelta(days=1))

        page = text_of(admin.get(ADD))
        admin.post(ADD, typed(event))
        Event.objects.filter(pk=event.pk).update(starts_on="2026-01-10", ends_on="2026-01-10")
        refused = admin.post(ADD, typed(event, form_key="f" * 32))

        assert "交流会" in page
        assert Entry.objects.count() == 1
        assert refused.context["adminform"].form.errors.keys() == {"event"}

    def test_events_that_take_no_entries_are_not_offered(self, admin, event):
        factories.make_event(name="町の祭り")

        assert "町の祭り" not in text_of(admin.get(ADD))

    def test_what_was_entered_is_not_changed_by_hand(self, admin, event):
        entry = factories.make_entry(event)
        address = f"/admin/news/entry/{entry.pk}/change/"

        admin.post(address, typed(event, name="別の人"))

        entry.refresh_from_db()
        assert entry.name == "見本 太郎"

    def test_visitors_form_asks_for_an_address(self, client, event):
        answer = client.post(f"/events/{event.pk}/apply/", typed(event, consent="on"))

        assert "email" in answer.context["form"].errors
        assert not Entry.objects.exists()


class TestChanges:
    def test_whoever_comes_or_waits_hears_once_that_it_is_off(self, admin, event):
        addresses = entries_of_both_kinds(event)

        for _ in range(2):
            change(admin, event, status="cancelled")

        mails = Delivery.objects.filter(subject="中止のお知らせ：交流会")
        assert set(mails.values_list("address", flat=True)) == addresses
        assert Delivery.objects.count() == 2

    def test_whoever_comes_or_waits_hears_of_the_new_day_and_place(self, admin, event):
        addresses = entries_of_both_kinds(event)

        said = change(
            admin, event, starts_on="令和9年2月1日", ends_on="令和9年2月1日", venue="見本会館"
        )
        change(admin, event, summary="短い説明")

        mails = Delivery.objects.filter(subject="日時・会場の変更のお知らせ：交流会")
        assert set(mails.values_list("address", flat=True)) == addresses
        assert "令和9年2月1日（月）" in mails[0].body
        assert "見本会館" in mails[0].body
        assert "メールでお知らせします（2件）" in said
        assert Delivery.objects.count() == 2

    def test_every_further_change_is_told_too(self, admin, event):
        entries_of_both_kinds(event)

        for venue in ("甲会館", "乙会館", "甲会館"):
            change(admin, event, venue=venue)

        assert Delivery.objects.count() == 6

    def test_corrected_letter_is_told_to_nobody(self, admin, event):
        entries_of_both_kinds(event)

        change(admin, event, venue="見本会館", tells_of_change=None)

        assert not Delivery.objects.exists()

    def test_new_day_after_a_postponement_is_told(self, admin, event):
        addresses = entries_of_both_kinds(event)
        Event.objects.filter(pk=event.pk).update(status="postponed")

        change(admin, event, status="scheduled")

        assert set(Delivery.objects.values_list("address", flat=True)) == addresses
