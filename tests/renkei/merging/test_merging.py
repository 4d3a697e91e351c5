"""合併 of member bodies: what moves, what stays, who may, and two who merge at once."""

from datetime import date

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction

from board.models import Topic
from lib.conflicts import StaleError
from members import care, handover, people, registration, reorganization
from members.models import (
    Application,
    AuditEntry,
    Delivery,
    LocalGovernment,
    Organization,
    Seat,
    User,
)
from renkei import merging
from tests import factories
from tests.html import text_of
from tests.racing import at_once, errors_in
from tests.renkei.merging.bodies import MERGER, make_member

Kind, Status = Organization.Kind, Organization.Status


class TestMerge:
    def test_seats_move_with_all_that_hangs_on_them(self, secretary, old, into):
        seat = factories.make_seat(organization=old, section="観光課", mailbox="k@town.example.jp")
        boss = factories.make_user(seat=seat, role=User.Role.MANAGER)
        other_boss = factories.make_user(
            seat=factories.make_seat(organization=into), role=User.Role.MANAGER
        )
        invitation = factories.make_invitation(seat=seat)
        begun = factories.make_handover(predecessor=boss)
        mail = Delivery.objects.create(
            address="k@town.example.jp", key="a", subject="b", body="c", seat=seat
        )

        merging.merge(old, into, by=secretary)

        for row in (boss, invitation, begun, mail):
            row.refresh_from_db()
        assert {row.seat for row in (boss, invitation, begun, mail)} == {seat}
        seat.refresh_from_db()
        assert seat.organization == into
        assert (boss.role, other_boss.role, boss.is_admitted) == ("manager", "manager", True)
        assert invitation.is_usable
        assert not mail.is_for_body_outside
        assert list(handover.open_of_body(into.pk)) == [begun]
        people.change_role(other_boss, User.Role.VIEWER, by=boss)

    def test_old_body_stays_as_one_that_left_and_its_names_are_found(self, secretary, old, into):
        reorganization.rename(old, "古町", "ふるまち", by=secretary, from_date=date(2020, 4, 1))

        merging.merge(old, into, by=secretary)

        old.refresh_from_db()
        assert (old.status, old.merged_into, old.merged_on) == (Status.WITHDRAWN, into, MERGER)
        assert set(into.former_names.values_list("name", "until", "reason")) == {
            ("旧町", date(2020, 3, 31), "merged"),
            ("群馬県古町", date(2026, 3, 31), "merged"),
        }
        for query in ("旧町", "古町", "ふるまち", "群馬県古町", "新市"):
            assert Organization.objects.active().search(query).get() == into
        entry = AuditEntry.objects.get(act="merge")
        assert (entry.actor, entry.target_id) == (secretary, str(old.pk))
        assert entry.detail == {"into": into.pk, "seats": []}

    def test_sections_of_the_same_name_are_told_apart(self, secretary, old, into):
        factories.make_seat(organization=into, section="企画課")
        for section in ("企画課", "旧旧町 企画課", "総務課"):
            factories.make_seat(organization=old, section=section)

        merging.merge(old, into, by=secretary)

        assert set(into.seats.values_list("section", flat=True)) == {
            "企画課",
            "旧旧町 企画課（2）",
            "旧旧町 企画課",
            "総務課",
        }
        assert Seat.objects.filter(folded__contains="旧旧町 企画課(2)").exists()

    def test_long_names_of_sections_still_fit(self, secretary, into):
        old = make_member("長" * 80)
        for body in (old, into):
            factories.make_seat(organization=body, section="課" * 80)

        merging.merge(old, into, by=secretary)

        assert sorted(map(len, into.seats.values_list("section", flat=True))) == [80, 80]

    def test_sessions_go_on(self, client, secretary, old, into):
        user = factories.make_user(seat=factories.make_seat(organization=old))
        client.force_login(user)

        merging.merge(old, into, by=secretary)

        assert "新市" in client.get("/members/me/").content.decode()

    def test_applications_stay_as_they_are(self, secretary, old, into):
        application = factories.make_application(local_government=old.local_government)

        merging.merge(old, into, by=secretary)

        application.refresh_from_db()
        assert application.local_government == old.local_government

    @pytest.mark.parametrize(
        ("one", "other", "reason"),
        [
            ({"kind": Kind.SECRETARIAT}, {}, "事務局は合併できません"),
            ({}, {"kind": Kind.SECRETARIAT}, "事務局は合併できません"),
            ({"status": Status.SUSPENDED}, {}, "利用中"),
            ({}, {"status": Status.WITHDRAWN}, "利用中"),
            ({"is_demo": True}, {}, "見本"),
            ({"kind": Kind.WARD}, {}, "確認の印"),
        ],
    )
    def test_senseless_mergers_are_refused(self, db, one, other, reason):
        secretary = make_secretary()
        old, into = (
            secretary.seat.organization
            if state.get("kind") == Kind.SECRETARIAT
            else make_member(name, **state)
            for name, state in (("甲町", one), ("乙市", other))
        )
        seat = factories.make_seat(organization=old, section="観光課")

        with pytest.raises(merging.RefusedError, match=reason):
            merging.merge(old, into, by=secretary)

        assert Seat.objects.get(pk=seat.pk).organization == old
        assert not AuditEntry.objects.exists()

    def test_ward_merges_into_another_kind_only_when_that_is_confirmed(self, secretary, into):
        ward = make_member("甲区", kind=Kind.WARD)

        merging.merge(ward, into, by=secretary, leaves_wards_confirmed=True)

        ward.refresh_from_db()
        assert ward.merged_into == into

    def test_body_does_not_merge_into_itself(self, secretary, old):
        with pytest.raises(merging.RefusedError, match="同じ会員団体"):
            merging.merge(old, old, by=secretary)

    def test_chain_leads_on_and_never_becomes_a_ring(self, client, secretary, old, into):
        last = make_member("県町村会", kind=Kind.ASSOCIATION)
        merging.merge(old, into, by=secretary)
        into.refresh_from_db()
        merging.merge(into, last, by=secretary)
        last.refresh_from_db()

        with pytest.raises(StaleError):
            merging.merge(last, old, by=secretary)

        assert Organization.objects.active().search("きゅうまち").get() == last
        html = client.get(old.get_absolute_url()).content.decode()
        assert f'会員登録は、<a href="/members/g{last.pk}/">' in html

    @pytest.mark.parametrize("who", ["manager", "ward", "viewer"])
    def test_only_the_secretariat_merges(self, request, old, into, who):
        with pytest.raises(PermissionDenied):
            merging.merge(old, into, by=request.getfixturevalue(who))
        with pytest.raises(PermissionDenied):
            merging.succeed(old, by=request.getfixturevalue(who))

    @pytest.mark.parametrize(
        "state",
        [
            {"status": Status.ACTIVE},
            {"merged_on": None},
            {"merged_into": None},
            {"merged_into": models.F("id")},
        ],
    )
    def test_database_keeps_the_traces_of_a_merger_together(self, secretary, old, into, state):
        merging.merge(old, into, by=secretary)

        with pytest.raises(IntegrityError), transaction.atomic():
            Organization.objects.filter(pk=old.pk).update(**state)

    def test_merged_body_is_not_made_active_again(self, secretary, old, into):
        merging.merge(old, into, by=secretary)
        old.refresh_from_db()
        old.status = Status.ACTIVE

        with pytest.raises(ValidationError, match="退会のままに"):
            old.full_clean()

    def test_body_that_merged_may_apply_again_and_comes_back_as_itself(self, secretary, into):
        old = make_member("甲会", kind=Kind.ASSOCIATION)
        merging.merge(old, into, by=secretary)
        application = factories.make_application(body_name="甲会")
        Application.objects.filter(pk=application.pk).update(local_government=None)
        application.refresh_from_db()

        registration.approve(application, by=secretary)

        old.refresh_from_db()
        assert (old.status, old.merged_into, old.merged_on) == (Status.ACTIVE, None, None)


def make_secretary():
    seat = factories.make_seat(organization=factories.make_secretariat())
    return factories.make_user(seat=seat, is_staff=True, is_superuser=True)


def test_every_relation_to_a_body_moves_or_stays_with_its_reason():
    relations = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model is Organization
    }
    rows = [*merging.MOVED, *((model, field) for model, field, _ in merging.MOVED_WHERE_FREE)]
    moved = {f"{model}.{field}" for model, field in rows}

    assert relations == moved | set(merging.STAYING)
    assert all(merging.STAYING.values())


def test_notes_of_calls_are_read_and_struck_at_the_new_body(secretary, old, into):
    note = care.write(
        old, text="電話", spoken_to="", form_key=factories.new_form_key(), by=secretary
    )

    merging.merge(old, into, by=secretary)

    assert list(into.care_notes.all()) == [note]
    assert not old.care_notes.exists()


def test_what_the_old_body_posted_and_was_addressed_goes_with_it(secretary, old, into):
    author = factories.make_user(seat=factories.make_seat(organization=old))
    posted = factories.make_topic(author=author)
    factories.make_reply(posted, author=author)
    chosen = {"audience": Topic.Audience.CHOSEN}
    addressed = factories.make_topic(organizations=[old], **chosen)
    both = factories.make_topic(organizations=[old, into], **chosen)
    proposal = factories.make_topic(category=factories.make_category("proposal"))
    for body in (author, factories.make_user(seat=factories.make_seat(organization=into))):
        factories.make_topic(author=body, source=proposal)

    merging.merge(old, into, by=secretary)

    posted.refresh_from_db()
    assert (posted.organization, posted.replies.get().organization) == (into, into)
    seen = Topic.objects.visible_to_organization(into)
    assert {posted, addressed, both} <= set(seen)
    assert proposal.consultations.filter(organization=into).count() == 1


class TestSuccession:
    def test_body_takes_the_place_of_the_new_local_government(self, secretary, old, new_city):
        seat = factories.make_seat(organization=old)
        old_address = old.get_absolute_url()

        merging.succeed(old, by=secretary)

        old.refresh_from_db()
        assert (old.name, old.kana, old.local_government) == ("新市", "しんし", new_city)
        assert (old.status, list(old.seats.all())) == (Status.ACTIVE, [seat])
        assert list(old.former_names.values_list("name", "until", "reason")) == [
            ("旧町", date(2026, 3, 31), "renamed")
        ]
        assert old.get_absolute_url() != old_address
        assert list(AuditEntry.objects.values_list("act", flat=True).order_by("id")) == [
            "rename",
            "succeed",
        ]

    def test_old_and_new_page_lead_to_each_other(self, client, secretary, old, new_city):
        old_address = old.get_absolute_url()

        merging.succeed(old, by=secretary)

        assert f"現在は 群馬県{new_city.name} です" in text_of(client.get(old_address))
        page_of_new = text_of(client.get(new_city.get_absolute_url()))
        assert "会員登録 会員 旧名称 旧町（ 令和8年3月31日 まで）" in page_of_new

    def test_merger_after_merger_leads_to_what_exists_today(self, secretary, old, new_city):
        newest = factories.make_local_government(name="最新市")
        LocalGovernment.objects.filter(pk=new_city.pk).update(abolished_on=MERGER, successor=newest)

        merging.succeed(old, by=secretary)

        assert Organization.objects.get(pk=old.pk).local_government == newest

    def test_place_that_is_taken_is_refused(self, secretary, old, into):
        with pytest.raises(StaleError):
            merging.succeed(old, by=secretary)

    def test_body_whose_local_government_exists_has_no_successor(self, secretary, into):
        with pytest.raises(StaleError):
            merging.succeed(into, by=secretary)

    def test_name_that_another_body_bears_is_refused(self, secretary, old):
        make_member("新市")

        with pytest.raises(ValidationError, match="同じ名前の会員団体"):
            merging.succeed(old, by=secretary)

        assert Organization.objects.get(pk=old.pk).name == "旧町"


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_two_secretaries_who_merge_at_once_one_is_told(self):
        secretary = make_secretary()
        old, first, second = (make_member(name) for name in ("甲町", "乙市", "丙市"))
        factories.make_seat(organization=old)

        answers = at_once(
            lambda: merging.merge(old, first, by=secretary),
            lambda: merging.merge(old, second, by=secretary),
            told=StaleError,
        )

        old.refresh_from_db()
        assert len(errors_in(answers)) == 1
        assert Seat.objects.exclude(organization__kind="secretariat").get().organization == (
            old.merged_into
        )
        assert AuditEntry.objects.filter(act="merge").count() == 1

    def test_two_bodies_do_not_merge_into_each_other(self):
        secretary = make_secretary()
        one, other = make_member("甲町"), make_member("乙市")

        answers = at_once(
            lambda: merging.merge(one, other, by=secretary),
            lambda: merging.merge(other, one, by=secretary),
            told=StaleError,
        )

        assert len(errors_in(answers)) == 1
        assert Organization.objects.filter(merged_into__isnull=False).count() == 1

    def test_of_two_towns_of_one_new_city_one_takes_its_place(self):
        secretary = make_secretary()
        city = factories.make_local_government(name="新市")
        towns = [
            make_member(
                name,
                local_government=factories.make_local_government(
                    name=name, abolished_on=MERGER, successor=city
                ),
            )
            for name in ("甲町", "乙町")
        ]

        answers = at_once(
            *(lambda town=town: merging.succeed(town, by=secretary) for town in towns),
            told=StaleError,
        )

        assert len(errors_in(answers)) == 1
        assert Organization.objects.filter(local_government=city).count() == 1
