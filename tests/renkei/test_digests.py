"""Digests: what was collected for an address, in one mail, at the hour that was chosen."""

import itertools
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from board import moderation, reading
from board.models import Topic
from members import inbox
from members.models import (
    Delivery,
    MailAddress,
    MailSetting,
    Notification,
    Organization,
)
from renkei.sender import send_digests, send_due_mail
from renkei.spreading import spread_due
from tests import factories
from tests.racing import at_once
from tests.smtp import AWAY

State = Delivery.State
# A Wednesday at 午後3時 in Japan.
START = "2026-11-25 15:00+09:00"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def asker(clock, db):
    return factories.make_town(kind=Organization.Kind.WARD, prefecture="13", name="見本区")


@pytest.fixture
def town(asker):
    return factories.make_town(name="見本市")


def work():
    while spread_due():
        continue
    while send_due_mail():
        continue


def digests_of(person):
    return [message for message in mail.outbox if message.to == [person.seat.mailbox]]


def test_digest_goes_out_at_half_past_eight_on_the_next_working_day(clock, asker, town):
    factories.make_topic(author=asker, title="ひとつ目")
    factories.make_topic(author=asker, title="ふたつ目")
    work()
    clock.move_to("2026-11-26 08:29:59+09:00")
    work()
    assert mail.outbox == []

    clock.move_to("2026-11-26 08:30+09:00")
    work()
    work()

    (message,) = digests_of(town)
    assert message.subject == "【特別区全国連携】お知らせのまとめ 2件（令和8年11月26日（木））"
    assert message.body.index("ふたつ目") < message.body.index("ひとつ目")
    assert message.body.count("https://") == 1


def test_weekend_and_holidays_pass_without_mail(clock, asker, town):
    clock.move_to("2026-12-28 09:00+09:00")
    factories.make_topic(author=asker)
    for day in range(29, 32):
        clock.move_to(f"2026-12-{day} 12:00+09:00")
        work()
    clock.move_to("2027-01-03 12:00+09:00")
    work()
    assert mail.outbox == []

    clock.move_to("2027-01-04 08:30+09:00")
    work()

    assert len(digests_of(town)) == 1


def test_weekly_digest_goes_out_on_monday(clock, asker, town):
    name = f"category-{factories.make_category().pk}"
    MailSetting.objects.create(seat=town.seat, mail_list=name, rhythm="weekly")
    factories.make_topic(author=asker)
    clock.move_to("2026-11-27 12:00+09:00")
    work()
    assert mail.outbox == []

    clock.move_to("2026-11-30 08:30+09:00")
    work()

    assert len(digests_of(town)) == 1


def test_things_of_one_topic_stand_together(clock, asker, town):
    first = factories.make_topic(author=asker, title="ひとつ目")
    factories.make_reply(first, author=town)
    factories.make_topic(author=asker, title="ふたつ目")
    factories.make_reply(first, author=asker)
    work()
    clock.move_to("2026-11-26 08:30+09:00")

    work()

    body = digests_of(town)[0].body
    assert body.count("■") == 2
    assert body.index("ひとつ目") < body.index("ふたつ目")
    assert "・返信（見本区 企画課、2番から）\n　・新しい投稿" in body


def test_deadline_stands_with_its_topic(clock, asker, town):
    deadline = timezone.now() + timedelta(days=20)
    factories.make_topic(author=asker, title="募集", asks="apply", deadline=deadline)
    work()
    clock.move_to("2026-11-26 08:30+09:00")

    work()

    assert "　締切　令和8年12月15日（火）午後3時\n" in digests_of(town)[0].body


def test_nothing_to_tell_is_no_mail(client, clock, asker, town):
    topic = factories.make_topic(author=asker)
    hidden = factories.make_topic(author=asker)
    work()
    client.force_login(town)
    client.get(topic.get_absolute_url())
    Topic.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now(), hidden_reason="確認中")
    clock.move_to("2026-11-26 08:30+09:00")

    work()

    assert mail.outbox == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SKIPPED}


def test_sixty_things_are_all_in_it(clock, asker, town):
    for number in range(60):
        factories.make_topic(author=asker, title=f"件名その{number:02}")
    work()
    clock.move_to("2026-11-26 08:30+09:00")

    work()

    (message,) = digests_of(town)
    assert all(f"件名その{number:02}\n" in message.body for number in range(60))


def test_day_that_failed_joins_the_next(clock, asker, town):
    factories.make_topic(author=asker, title="きのうの分")
    work()
    clock.move_to("2026-11-26 08:30+09:00")
    with override_settings(**AWAY):
        work()
        for _ in range(12):
            clock.shift(timedelta(hours=2))
            send_due_mail()
        factories.make_topic(author=asker, title="きょうの分")
        work()

    clock.move_to("2026-11-30 08:30+09:00")
    work()

    (message,) = digests_of(town)
    assert "きのうの分" in message.body
    assert "きょうの分" in message.body


def test_mail_whose_process_died_goes_out_again_as_the_same_mail(clock, asker, town, monkeypatch):
    """What came since is in a mail of its own: the first may have arrived."""

    def die(*args, **kwargs):
        raise KeyboardInterrupt

    factories.make_topic(author=asker, title="途中だったもの")
    work()
    clock.move_to("2026-11-26 08:30+09:00")
    with monkeypatch.context() as patch:
        patch.setattr(Delivery.objects, "settle_sent", die)
        patch.setattr(type(Delivery.objects), "settle_sent", die)
        with pytest.raises(KeyboardInterrupt):
            send_digests()
    clock.move_to("2026-11-26 09:00+09:00")
    work()

    first, second = digests_of(town)
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert first.body == second.body


def test_two_senders_never_share_an_address(clock, asker, town):
    factories.make_topic(author=asker)
    work()
    clock.move_to("2026-11-26 08:30+09:00")

    first = MailAddress.objects.all().claim_with_digest(limit=10)
    second = MailAddress.objects.all().claim_with_digest(limit=10)

    assert (first, second) == ([town.seat.mailbox], [])


# Random histories of scenes. What is told is mailed later: in between it may be read or hidden.
SCENES = st.sampled_from(
    [
        *(("post",), ("post", "work"), ("reply",), ("reply", "work"), ("hours", "work")),
        *(("hide", "day", "work"), ("narrow", "day", "work"), ("read", "day", "work")),
        *(("restore",), ("widen",), ("daily",), ("weekly",), ("at_once",), ("never",)),
        *(("work_badly",), ("day", "work"), ("day", "work_badly")),
    ]
)
HISTORIES = st.lists(SCENES, min_size=2, max_size=12).map(
    lambda scenes: [name for scene in scenes for name in scene]
)


class History:
    """A ward that posts and a town that follows; every mail is checked when it goes out."""

    def __init__(self, clock):
        self.clock = clock
        self.asker = factories.make_town(kind=Organization.Kind.WARD, prefecture="13")
        self.town = factories.make_town()
        self.numbers = itertools.count(1)
        self.told = []

    def topics(self):
        return Topic.objects.order_by("pk")

    def act(self, name):
        getattr(self, name)()

    def post(self):
        factories.make_topic(author=self.asker, title=f"【{next(self.numbers):03}】の件名")

    def reply(self):
        if topic := self.topics().filter(hidden_at=None).first():
            factories.make_reply(topic, author=self.asker, body=uuid.uuid4().hex)

    def read(self):
        topics = reading.with_seen(self.topics(), self.town)
        if topic := topics.filter(hidden_at=None, audience="all").last():
            reading.raise_mark(topic, self.town, topic.newest_seq)
            inbox.mark_topic_read(self.town, topic.pk)

    def hide(self):
        self.topics().filter(pk=self.last()).update(
            hidden_at=timezone.now(), hidden_reason="確認中"
        )

    def restore(self):
        self.topics().update(hidden_at=None, hidden_reason="")

    def narrow(self):
        self.topics().filter(pk=self.last()).update(audience="wards")

    def widen(self):
        self.topics().update(audience="all")

    def last(self):
        return self.topics().values_list("pk", flat=True).last() or 0

    def choose(self, rhythm):
        for name in ("watched", f"category-{factories.make_category().pk}"):
            MailSetting.objects.update_or_create(
                seat=self.town.seat, user=None, mail_list=name, defaults={"rhythm": rhythm}
            )

    def daily(self):
        self.choose("daily")

    def weekly(self):
        self.choose("weekly")

    def at_once(self):
        self.choose("at_once")

    def never(self):
        self.choose("never")

    def hours(self):
        self.clock.shift(timedelta(hours=5))

    def day(self):
        self.clock.shift(timedelta(days=1))

    def work(self):
        before = len(mail.outbox)
        invisible = [
            topic.title
            for topic in self.topics()
            if not Topic.objects.visible_to(self.town).filter(pk=topic.pk).exists()
        ]
        work()
        for message in mail.outbox[before:]:
            if message.to == [self.town.seat.mailbox]:
                self.check(message, invisible)

    def check(self, message, invisible):
        text = message.subject + message.body
        assert "【0" in text, "an empty mail"
        assert not [title for title in invisible if title in text], "an invisible topic"
        self.told.append(message)

    def work_badly(self):
        with override_settings(**AWAY):
            work()

    def end(self):
        """Two weeks later everything has been sent, or left out for a reason."""
        self.restore()
        for _ in range(14):
            self.day()
            self.work()
        rows = Delivery.objects.filter(address=self.town.seat.mailbox)
        assert not rows.filter(state=State.WAITING).exists()
        assert not rows.filter(state=State.SKIPPED, reason="").exists()
        told = Notification.objects.filter(seat=self.town.seat)
        assert rows.count() == told.count(), "a notice without a record"
        mailed = sum(self.lines(message) for message in self.told)
        assert rows.filter(state=State.SENT).count() == mailed, "lost or sent twice"

    @staticmethod
    def lines(message):
        """How many things a mail tells of."""
        return message.body.count("　・") if "まとめ" in message.subject else 1


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES)
def test_no_history_loses_doubles_or_leaks_anything(db, history):
    with transaction.atomic(), time_machine.travel(START, tick=False) as clock:
        mail.outbox.clear()
        played = History(clock)
        for name in history:
            played.act(name)
        played.end()
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_write_and_send_each_thing_once():
    with time_machine.travel(START, tick=False):
        asker = factories.make_town(kind=Organization.Kind.WARD, prefecture="13")
        towns = [factories.make_town() for _ in range(5)]
        for number in range(3):
            factories.make_topic(author=asker, title=f"件名{number}")

        at_once(*[spread_due] * 6)

    assert Delivery.objects.count() == 3 * len(towns)
    with time_machine.travel("2026-11-26 08:30+09:00", tick=False):
        at_once(*[send_digests] * 4)
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        town.seat.mailbox for town in towns
    )
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}


def test_secretariat_that_collects_its_work_reads_what_there_is(clock, asker, town):
    desk = factories.make_seat(
        organization=factories.make_secretariat(), mailbox="desk@secretariat.example.jp"
    )
    MailSetting.objects.create(seat=desk, mail_list="desk", rhythm="daily")
    topic = factories.make_topic(author=asker, title="秘密の件名", audience="wards")
    moderation.report(topic, "気になります", by=town)
    work()
    clock.move_to("2026-11-26 08:30+09:00")

    work()

    (message,) = [one for one in mail.outbox if one.to == [desk.mailbox]]
    assert "お知らせ 2件です。" in message.body
    assert "\n\n■ 通報がありました。\n\n次の「受信箱」から" in message.body
