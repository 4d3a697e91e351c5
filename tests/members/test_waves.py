"""Invitations go out in waves: what the preview named, once, and no more."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members import registration, waves
from members.models import AuditEntry, Delivery, Invitation, InvitationWave, Organization, Seat
from renkei.sender import send_due_mail
from tests import factories
from tests.racing import at_once, errors_in

GUNMA, NAGANO = "10", "20"


def make_planned(*, prefecture=GUNMA, mailbox="kikaku@town.example.jp", name="見本 花子", **fields):
    body = factories.make_organization(prefecture=prefecture, **fields)
    seat = factories.make_seat(organization=body, mailbox=mailbox)
    return factories.make_planned_invitation(seat=seat, name=name)


def send(*codes, by):
    return waves.send(codes, fingerprint=waves.plan(codes).fingerprint, by=by)


def send_again(wave, *, by, days=0):
    plan = waves.plan_again(wave, days=days)
    return waves.send_again(wave, days=days, fingerprint=plan.fingerprint, by=by)


def test_wave_mails_each_planned_person_of_its_prefectures_once(secretary):
    first, other = make_planned(), make_planned(prefecture=NAGANO)

    wave = send(GUNMA, by=secretary)

    first.refresh_from_db()
    assert (first.wave, first.address, first.invited_by) == (
        wave,
        "kikaku@town.example.jp",
        secretary,
    )
    assert first.expires_at - first.sent_at == timedelta(days=14)
    delivery = Delivery.objects.get()
    assert (delivery.address, delivery.seat) == ("kikaku@town.example.jp", first.seat)
    assert first.token in delivery.body
    assert list(Invitation.objects.planned()) == [other]
    assert (wave.name, wave.started_by) == ("群馬県", secretary)


def test_invitation_works_once_it_is_sent(client, secretary):
    planned = make_planned()
    assert client.get(planned.get_absolute_url()).status_code == 410

    send(GUNMA, by=secretary)

    assert client.get(planned.get_absolute_url()).status_code == 200


def test_seat_without_a_mailbox_waits_until_it_has_one(secretary):
    make_planned()
    waiting = make_planned(mailbox="")

    send(GUNMA, by=secretary)
    Seat.objects.filter(pk=waiting.seat_id).update(mailbox="new@town.example.jp")
    send(GUNMA, by=secretary)

    assert [delivery.address for delivery in Delivery.objects.order_by("id")] == [
        "kikaku@town.example.jp",
        "new@town.example.jp",
    ]


@pytest.mark.parametrize("status", ["suspended", "withdrawn"])
def test_body_that_is_outside_gets_none(secretary, status):
    make_planned(status=status)

    assert waves.unsent_by_prefecture() == {}
    assert waves.plan([GUNMA]) == waves.Plan([], [])
    with pytest.raises(waves.ChangedError):
        send(GUNMA, by=secretary)


def test_counts_of_a_prefecture_name_those_without_a_mailbox(db):
    make_planned()
    make_planned(mailbox="")
    make_planned(prefecture=NAGANO)

    assert waves.unsent_by_prefecture() == {
        GUNMA: waves.Unsent(planned=2, without_mailbox=1),
        NAGANO: waves.Unsent(planned=1, without_mailbox=0),
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda row: make_planned(),
        lambda row: Seat.objects.filter(pk=row.seat_id).update(mailbox="new@town.example.jp"),
        lambda row: Seat.objects.filter(pk=row.seat_id).update(section="総務課"),
        lambda row: Invitation.objects.filter(pk=row.pk).update(name="見本 次郎"),
        lambda row: Invitation.objects.filter(pk=row.pk).update(role="viewer"),
        lambda row: Invitation.objects.filter(pk=row.pk).update(withdrawn_at=timezone.now()),
        lambda row: Organization.objects.filter(seats=row.seat_id).update(status="suspended"),
    ],
)
def test_whatever_differs_from_the_preview_is_not_sent(secretary, change):
    row = make_planned()
    make_planned()
    fingerprint = waves.plan([GUNMA]).fingerprint

    change(row)

    with pytest.raises(waves.ChangedError):
        waves.send([GUNMA], fingerprint=fingerprint, by=secretary)
    assert not Delivery.objects.exists()
    assert not InvitationWave.objects.exists()


def test_second_click_sends_nothing(secretary):
    make_planned()
    fingerprint = waves.plan([GUNMA]).fingerprint
    waves.send([GUNMA], fingerprint=fingerprint, by=secretary)

    with pytest.raises(waves.ChangedError):
        waves.send([GUNMA], fingerprint=fingerprint, by=secretary)

    assert Delivery.objects.count() == InvitationWave.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_secretaries_at_once_one_sends_and_the_other_is_told():
    seat = factories.make_seat(organization=factories.make_secretariat())
    secretaries = [factories.make_user(seat=seat, is_staff=True) for _ in range(2)]
    for _ in range(5):
        make_planned()
    fingerprint = waves.plan([GUNMA]).fingerprint

    answers = at_once(
        *(lambda by=by: waves.send([GUNMA], fingerprint=fingerprint, by=by) for by in secretaries),
        told=waves.ChangedError,
    )

    assert len(errors_in(answers)) == 1
    assert InvitationWave.objects.count() == 1
    assert Delivery.objects.count() == 5
    assert Invitation.objects.waiting().count() == 5


def test_sample_mail_is_full_but_for_the_key(secretary):
    planned = make_planned()

    sample = waves.plan([GUNMA]).sample

    assert "見本 花子 様" in sample.body
    assert "/members/invitations/SAMPLE/" in sample.body
    assert planned.token not in sample.body
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("codes", "name"),
    [
        (["20", "10"], "群馬県、長野県"),
        (["01", "02", "03", "04"], "北海道など4都道府県"),
    ],
)
def test_wave_is_named_by_its_prefectures(secretary, codes, name):
    make_planned(prefecture=codes[0])

    assert send(*codes, by=secretary).name == name


def test_audit_trail_names_the_wave_and_counts(secretary):
    make_planned()

    wave = send(NAGANO, GUNMA, by=secretary)

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.target_id) == (
        "send_invitations",
        secretary,
        str(wave.pk),
    )
    assert entry.detail == {"prefectures": [GUNMA, NAGANO], "mails": 1}


def test_queries_of_a_wave_do_not_grow_with_its_rows(secretary):
    counts = []
    for rows in (1, 30):
        for _ in range(rows):
            make_planned()
        with CaptureQueriesContext(connection) as queries:
            send(GUNMA, by=secretary)
        counts.append(len(queries))

    assert counts[0] == counts[1]


class TestAgain:
    def test_new_link_goes_to_the_mailbox_of_today_and_ends_the_old_one(self, client, secretary):
        old = make_planned()
        wave = send(GUNMA, by=secretary)
        Seat.objects.update(mailbox="new@town.example.jp")

        assert send_again(wave, by=secretary) == 1

        new = Invitation.objects.waiting().get()
        assert (new.seat, new.name, new.role, new.wave) == (old.seat, old.name, old.role, wave)
        assert new.address == Delivery.objects.latest("id").address == "new@town.example.jp"
        assert client.get(old.get_absolute_url()).status_code == 410
        assert client.get(new.get_absolute_url()).status_code == 200

    def test_who_has_come_and_who_was_withdrawn_gets_no_other_mail(self, secretary):
        come, withdrawn, waiting = make_planned(), make_planned(), make_planned()
        wave = send(GUNMA, by=secretary)
        for row in (come, withdrawn):
            row.refresh_from_db()
        registration.accept(come, name="a", username="one-01", email=None, password="x")
        registration.withdraw_invitation(withdrawn, by=secretary)

        assert send_again(wave, by=secretary) == 1

        assert Invitation.objects.waiting().get().seat == waiting.seat

    def test_only_what_was_sent_so_many_days_ago(self, secretary):
        make_planned()
        wave = send(GUNMA, by=secretary)

        assert waves.plan_again(wave, days=1).invitations == []
        with time_machine.travel(timezone.now() + timedelta(days=1)):
            assert len(waves.plan_again(wave, days=1).invitations) == 1

    def test_expired_ones_are_among_them(self, secretary):
        make_planned()
        wave = send(GUNMA, by=secretary)

        with time_machine.travel(timezone.now() + timedelta(days=30)):
            assert send_again(wave, by=secretary, days=7) == 1

    def test_second_click_sends_nothing(self, secretary):
        make_planned()
        wave = send(GUNMA, by=secretary)
        fingerprint = waves.plan_again(wave, days=0).fingerprint
        waves.send_again(wave, days=0, fingerprint=fingerprint, by=secretary)

        with pytest.raises(waves.ChangedError):
            waves.send_again(wave, days=0, fingerprint=fingerprint, by=secretary)

        assert Delivery.objects.count() == 2

    def test_who_accepts_in_the_meantime_stops_it(self, secretary):
        row = make_planned()
        make_planned()
        wave = send(GUNMA, by=secretary)
        fingerprint = waves.plan_again(wave, days=0).fingerprint
        row.refresh_from_db()
        registration.accept(row, name="a", username="one-01", email=None, password="x")

        with pytest.raises(waves.ChangedError):
            waves.send_again(wave, days=0, fingerprint=fingerprint, by=secretary)

        assert Delivery.objects.count() == 2

    def test_single_renewal_stays_in_its_wave(self, secretary):
        row = make_planned()
        wave = send(GUNMA, by=secretary)
        row.refresh_from_db()

        assert registration.renew(row, by=secretary).wave == wave


class TestProgress:
    def states(self, wave):
        return [state for _, state in waves.progress(wave)]

    def test_follows_the_mail_and_the_person(self, secretary):
        row = make_planned()
        wave = send(GUNMA, by=secretary)
        row.refresh_from_db()

        before = self.states(wave)
        send_due_mail()
        mailed = self.states(wave)
        with time_machine.travel(timezone.now() + timedelta(days=15)):
            late = self.states(wave)
        registration.accept(row, name="a", username="one-01", email=None, password="x")

        assert before == [waves.Progress.QUEUED]
        assert mailed == [waves.Progress.SENT]
        assert late == [waves.Progress.EXPIRED]
        assert self.states(wave) == [waves.Progress.ACCEPTED]

    @pytest.mark.parametrize("state", ["failed", "bounced", "skipped"])
    def test_mail_that_did_not_arrive_is_told_with_its_reason(self, secretary, state):
        make_planned()
        wave = send(GUNMA, by=secretary)
        Delivery.objects.update(state=state, reason="550 no such user")

        ((row, progress),) = waves.progress(wave)

        assert progress == waves.Progress.UNDELIVERED
        assert row.delivery_reason == "550 no such user"

    def test_what_was_replaced_is_counted_once(self, secretary):
        make_planned()
        wave = send(GUNMA, by=secretary)
        send_again(wave, by=secretary)

        assert self.states(wave) == [waves.Progress.QUEUED]
