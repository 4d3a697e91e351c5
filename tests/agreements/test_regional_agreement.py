from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from agreements.models import Party, RegionalAgreement
from agreements.registers import Register
from members.models import LocalGovernment
from tests import factories

Kind, Members = LocalGovernment.Kind, Party.Members
TODAY = "2026-11-23 10:00+09:00"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(TODAY, tick=False):
        yield


def make_town(**fields):
    return factories.make_local_government(kind=Kind.TOWN, **fields)


def computed_count(agreement):
    return RegionalAgreement.objects.with_computed_count().get(pk=agreement.pk).computed_count


def test_the_real_registers_have_the_published_numbers(registers):
    register = Register.of(RegionalAgreement.objects.in_force())

    totals = (
        len(register.agreements),
        register.party_count,
        register.region_count,
        register.published_total,
    )

    assert totals == (11, 13, 9, 372)
    assert register.published_on == date(2026, 3, 12)


def test_every_real_agreement_computes_what_it_publishes(registers):
    for agreement in RegionalAgreement.objects.with_parties().with_computed_count():
        assert agreement.computed_count == agreement.published_count
        assert agreement.constituents().count() == agreement.published_count


def test_only_the_kyoto_agreement_has_a_term_and_it_awaits_confirmation(registers):
    kyoto = RegionalAgreement.objects.get(prefecture="26")

    assert (kyoto.term_months, kyoto.renews_automatically, kyoto.notice_months) == (12, True, 1)
    assert kyoto.needs_confirmation
    assert RegionalAgreement.objects.exclude(pk=kyoto.pk).exclude(term_months=None).count() == 0


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (Members.CITIES, ["市"]),
        (Members.TOWNS_AND_VILLAGES, ["町", "村"]),
        (Members.ALL, ["市", "町", "村"]),
    ],
)
def test_party_stands_for_its_kinds_of_its_prefecture(db, members, expected):
    for kind in (Kind.CITY, Kind.TOWN, Kind.VILLAGE, Kind.WARD):
        factories.make_local_government(kind=kind)
    make_town(prefecture="11")
    agreement = factories.make_regional_agreement(parties=[("団体", members)])

    found = [body.get_kind_display() for body in agreement.constituents().order_by("code")]

    assert found == expected
    assert computed_count(agreement) == len(expected)


def test_merger_lowers_the_computed_count_and_keeps_the_published_one(db):
    old, new = make_town(), make_town()
    agreement = factories.make_regional_agreement(published_count=2)

    old.abolished_on, old.successor = date(2026, 11, 23), new
    old.save()

    assert computed_count(agreement) == 1
    agreement.refresh_from_db()
    assert agreement.published_count == 2


def test_merger_of_the_future_changes_nothing_yet(db):
    make_town(abolished_on=date(2026, 11, 24))
    make_town(established_on=date(2026, 11, 24))
    agreement = factories.make_regional_agreement()

    assert computed_count(agreement) == 1


def test_ended_agreement_keeps_the_constituents_of_its_last_day(db):
    merged_later = make_town(abolished_on=date(2024, 4, 1))
    make_town(established_on=date(2024, 4, 1))
    agreement = factories.make_regional_agreement(ended_on=date(2024, 4, 1))

    assert agreement.constituents_as_of == date(2024, 3, 31)
    assert list(agreement.constituents()) == [merged_later]


def test_confirmation_publishes_the_computed_count_of_today(db):
    make_town()
    agreement = factories.make_regional_agreement(published_count=2)

    assert agreement.confirm_computed_count() is True
    agreement.refresh_from_db()
    assert (agreement.published_count, agreement.published_on) == (1, date(2026, 11, 23))
    assert agreement.confirm_computed_count() is False


def test_history_keeps_what_was_published_before(db):
    agreement = factories.make_regional_agreement(published_count=2)
    agreement.confirm_computed_count()

    assert [version.published_count for version in agreement.history.all()] == [0, 2]


def test_agreement_is_in_force_until_the_day_before_its_end(db):
    tomorrow = factories.make_regional_agreement(ended_on=date(2026, 11, 24))
    today = factories.make_regional_agreement(ended_on=date(2026, 11, 23))

    assert list(RegionalAgreement.objects.in_force()) == [tomorrow]
    assert list(RegionalAgreement.objects.ended()) == [today]
    assert (tomorrow.is_in_force(), today.is_in_force()) == (True, False)


def test_notice_is_listed_from_so_many_days_before_until_its_day(db):
    term = {"term_months": 12, "notice_months": 1, "renews_automatically": True}
    due_today = factories.make_regional_agreement(signed_on=date(2018, 12, 24), **term)
    due_in_ten = factories.make_regional_agreement(signed_on=date(2019, 1, 4), **term)
    factories.make_regional_agreement(signed_on=date(2018, 12, 23), **term)
    factories.make_regional_agreement(
        signed_on=date(2018, 12, 24), ended_on=date(2020, 1, 1), **term
    )
    factories.make_regional_agreement(signed_on=date(2018, 12, 24))

    assert RegionalAgreement.objects.notice_due_within(9) == [due_today]
    assert RegionalAgreement.objects.notice_due_within(10) == [due_today, due_in_ten]


@pytest.mark.parametrize(
    "impossible",
    [
        {"ended_on": date(2018, 4, 15)},
        {"renews_automatically": True},
        {"notice_months": 1},
        {"term_starts_on": date(2018, 4, 16)},
    ],
)
def test_database_refuses_impossible_agreements(db, impossible):
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_regional_agreement(**impossible)


def test_impossible_agreement_is_explained_in_japanese(db):
    agreement = factories.make_regional_agreement()
    agreement.ended_on = date(2018, 4, 15)

    with pytest.raises(ValidationError, match="終了日は協定締結日以後の日にしてください。"):
        agreement.full_clean()


def test_agreements_cover_exactly_their_constituents(registers):
    agreements = RegionalAgreement.objects.in_force()
    constituents = {
        agreement.pk: set(agreement.constituents().values_list("pk", flat=True))
        for agreement in agreements
    }
    sample = LocalGovernment.objects.exclude(kind=LocalGovernment.Kind.PREFECTURE)

    for body in sample.filter(prefecture__in=["01", "10", "12", "13", "26"]):
        covering = {agreement.pk for agreement in agreements.covering(body)}
        assert covering == {pk for pk, bodies in constituents.items() if body.pk in bodies}
