"""消去: afterwards nothing in any table names the person."""

from functools import partial

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from board.models import Topic
from board.search import repair
from members import care, people, registration, second_factor
from members.models import (
    Application,
    AuditEntry,
    Delivery,
    Draft,
    Invitation,
    Seat,
    User,
)
from members.staff import Desk
from news.models import Entry
from renkei import erasure
from renkei.personal import Subject
from tests import factories
from tests.html import text_of
from tests.racing import meanwhile
from tests.renkei.personal.markers import ADDRESS, MARKERS, NAME, TELEPHONE, USERNAME, places_of


def test_traces_stand_in_many_tables_before(traces):
    """Else the next test could not fail."""
    found = places_of(*MARKERS)

    for place in (
        *("members_user.name", "members_application.telephone", "members_invitation.address"),
        *("members_delivery.body", "members_delivery.address", "news_entry.note"),
        *("board_topic.body", "board_topic.body_html", "board_reply.body", "board_attachment.name"),
        *("board_searchentry.folded", "members_draft.data", "members_carenote.spoken_to"),
        *("members_notice.text", "django_admin_log.object_repr", "members_auditentry.detail"),
        *("members_historicalorganization.introduction", "mfa_authenticator.data"),
        *("account_emailaddress.email", "members_mailaddress.problem", "news_event.contact"),
        *("members_applicationstep.reason", "members_user.username"),
    ):
        assert place in found, place


def test_after_the_erasure_no_column_of_any_table_names_the_person(admin, traces, person):
    address = reverse("admin:personal_erase", args=["user", person.pk])

    asked = text_of(admin.get(address))
    answer = admin.post(address, {"confirmed": "on"}, follow=True)

    assert "次のことが起こります" in asked
    assert NAME in asked
    assert "消去しました。利用者の登録、申請1件" in text_of(answer)
    assert places_of(*MARKERS) == set()


def test_posts_stay_under_the_body_and_the_person_becomes_the_predecessor(
    admin, boss, traces, person
):
    erasure.erase(Subject.of_user(person), by=boss)

    topic = Topic.objects.get(pk=traces["topic"].pk)
    assert (topic.title, topic.organization.name) == ("標市の相談", "標市")
    assert topic.body == "照会は（消去しました）、（消去しました）へ。"
    person = User.objects.get(pk=person.pk)
    assert (person.name, person.email, person.state) == ("前任者", None, "利用終了")
    assert not person.has_usable_password()
    page = text_of(admin.get(f"/board/topics/{topic.pk}/"))
    assert "標市 企画課 前任者" in page
    assert list(repair.check(lambda *_: None)) == []


def test_colleagues_and_the_section_keep_what_is_theirs(boss, traces, person, seat):
    other = factories.make_user(name="標印 太郎", email="x" + ADDRESS)
    mine = factories.make_topic(author=other, body=f"x{ADDRESS} と 1{TELEPHONE}")

    erasure.erase(Subject.of_user(person), by=boss)

    seat.refresh_from_db()
    assert (seat.mailbox, seat.telephone) == ("kikaku@shirushi.example.jp", "00-1111-2222")
    other.refresh_from_db()
    assert (other.name, other.email) == ("標印 太郎", "x" + ADDRESS)
    mine.refresh_from_db()
    assert mine.body == f"x{ADDRESS} と 1{TELEPHONE}"
    assert User.objects.get(name="同僚 次郎").is_active
    traces["handover"].refresh_from_db()
    assert traces["handover"].invitation.name == "後任 三郎"


def test_trail_keeps_numbers_and_no_values(boss, traces, person):
    before = AuditEntry.objects.filter(actor=person).count()

    done = erasure.erase(Subject.of_user(person), by=boss)

    entry = AuditEntry.objects.get(act="erase_person")
    assert (entry.actor, entry.target_type, entry.target_id) == (
        boss,
        "members.user",
        str(person.pk),
    )
    assert entry.detail == done
    assert all(isinstance(number, int) for number in entry.detail.values())
    assert done["applications"] == done["invitations"] == done["entries"] == 1
    own = AuditEntry.objects.filter(actor=person)
    assert own.count() == before > 0
    assert set(own.values_list("ip", flat=True)) == {None}


def test_waiting_mail_to_the_person_is_not_sent(boss, traces, person):
    erasure.erase(Subject.of_user(person), by=boss)

    mails = Delivery.objects.filter(address__startswith="erased-")
    assert mails.exists()
    assert set(mails.values_list("state", "body")) == {("skipped", "")}


def test_mailbox_that_is_the_persons_own_address_goes_too(boss):
    seat = factories.make_seat(mailbox=ADDRESS, telephone=TELEPHONE)
    person = factories.make_user(seat=seat, name=NAME, email=ADDRESS)
    factories.make_application(
        status=Application.Status.REFUSED, contact_name=NAME, email=ADDRESS, telephone=TELEPHONE
    )

    erasure.erase(Subject.of_user(person), by=boss)

    assert places_of(*MARKERS) == set()
    assert Seat.objects.get(pk=seat.pk).mailbox == ""


def test_mailbox_that_colleagues_use_is_the_sections(boss, seat):
    """A person without an own address logs in by 利用者ID; mails go to the shared mailbox."""
    person = factories.make_user(seat=seat, name=NAME, email=None, username=USERNAME)
    factories.make_invitation(
        seat=seat, name=NAME, address=seat.mailbox, accepted_at=person.joined_at
    )

    erasure.erase(Subject.of_user(person), by=boss)

    seat.refresh_from_db()
    assert seat.mailbox == "kikaku@shirushi.example.jp"
    assert places_of(NAME, USERNAME) == set()


def test_mailbox_of_a_section_stays_when_its_only_person_goes(boss):
    """As most town halls apply: by the section's mailbox and telephone."""
    seat = factories.make_seat(mailbox="kikaku@mura.example.jp", telephone="00-7777-8888")
    invitation = factories.make_invitation(seat=seat, name=NAME, address=seat.mailbox)
    factories.make_application(
        status=Application.Status.APPROVED,
        contact_name=NAME,
        email=seat.mailbox,
        telephone=seat.telephone,
        invitation=invitation,
    )
    person = registration.accept(
        invitation, name=NAME, username=USERNAME, email=None, password="correct-horse-9"
    )

    erasure.erase(Subject.of_user(person), by=boss)

    seat.refresh_from_db()
    assert (seat.mailbox, seat.telephone) == ("kikaku@mura.example.jp", "00-7777-8888")
    assert places_of(NAME, USERNAME) == set()


def test_former_address_and_records_of_a_former_body_are_reached(boss, seat, person):
    second_factor.choose_mailed_code(person, wanted=True)
    care.write(
        seat.organization,
        text=f"{NAME}さん",
        spoken_to="",
        form_key=factories.new_form_key(),
        by=boss,
    )
    person.email = "new.hanako@city.example.jp"
    person.save()
    people.move(person, factories.make_seat(), by=boss)

    erasure.erase(Subject.of_user(User.objects.get(pk=person.pk)), by=boss)

    assert places_of(*MARKERS, "new.hanako@city.example.jp") == set()


@pytest.mark.parametrize("kind", ["application", "entry", "invitation"])
def test_somebody_without_an_account_is_erased_from_any_trace(admin, boss, seat, kind):
    rows = {
        "application": factories.make_application(
            status=Application.Status.REFUSED, contact_name=NAME, email=ADDRESS, telephone=TELEPHONE
        ),
        "entry": factories.make_entry(name=NAME, email=ADDRESS, telephone=TELEPHONE),
        "invitation": factories.make_invitation(seat=seat, name=NAME, address=ADDRESS),
    }
    address = reverse("admin:personal_erase", args=[kind, rows[kind].pk])

    admin.post(address, {"confirmed": "on"})

    assert places_of(*MARKERS) == set()
    assert Invitation.objects.waiting().count() == 0
    assert Entry.objects.get().people == 1
    assert Application.objects.get().status == Application.Status.REFUSED


@pytest.mark.parametrize(
    ("model", "column", "before", "after"),
    [
        (User, "email", ADDRESS, None),
        (Seat, "mailbox", ADDRESS, ""),
        (Seat, "mailbox", f"x{ADDRESS}", f"x{ADDRESS}"),
        (Draft, "data", {"places": 3, "contact": [ADDRESS]}, {"places": 3, "contact": ["■"]}),
    ],
)
def test_blot_leaves_what_a_column_can_hold(model, column, before, after):
    blot = erasure.Blot.of({ADDRESS}, "■")

    assert blot.out_of(before, model._meta.get_field(column)) == after


def test_blot_of_nothing_takes_nothing_out():
    blot = erasure.Blot.of(())

    assert blot.out_of("本文です。", Topic._meta.get_field("body")) == "本文です。"


class TestRefusals:
    def test_without_the_mark_nothing_is_erased(self, admin, person):
        address = reverse("admin:personal_erase", args=["user", person.pk])

        answer = text_of(admin.post(address))

        assert "印を付けてください" in answer
        assert User.objects.get(pk=person.pk).name == NAME

    def test_second_secretary_is_told_and_nothing_is_erased_twice(self, admin, person):
        address = reverse("admin:personal_erase", args=["user", person.pk])

        first = text_of(admin.post(address, {"confirmed": "on"}, follow=True))
        second = text_of(admin.post(address, {"confirmed": "on"}, follow=True))

        assert "利用者の登録" in first
        assert "この方の情報は、すでに消去しています。" in second
        assert AuditEntry.objects.filter(act="erase_person").count() == 1

    def test_last_manager_whom_colleagues_need_stays(self, boss, seat):
        manager = User.objects.get(name="同僚 次郎")
        factories.make_user(seat=seat)

        with pytest.raises(erasure.RefusedError, match="最後の管理担当者"):
            erasure.erase(Subject.of_user(manager), by=boss)
        assert User.objects.get(pk=manager.pk).is_active

    def test_refusal_is_said_on_the_page(self, admin, seat):
        manager = User.objects.get(name="同僚 次郎")
        factories.make_user(seat=seat)
        address = reverse("admin:personal_erase", args=["user", manager.pk])

        answer = admin.post(address, {"confirmed": "on"}, follow=True)

        assert "この団体の最後の管理担当者です。" in text_of(answer)
        assert User.objects.get(pk=manager.pk).name == "同僚 次郎"

    def test_manager_who_became_the_last_one_a_moment_ago_stays(self, boss, seat):
        manager = User.objects.get(name="同僚 次郎")
        factories.make_user(seat=seat)
        other = factories.make_user(seat=seat, role=User.Role.MANAGER)
        leave = partial(people.remove, other, by=boss)
        subject = Subject.of_user(manager)

        # Names are looked for in posts after it was asked whether the manager is the last one.
        with (
            meanwhile(leave, after="board_topic"),
            pytest.raises(erasure.RefusedError, match="最後の管理担当者"),
        ):
            erasure.erase(subject, by=boss)

    def test_row_that_the_daily_job_has_erased_meanwhile_leaves_nothing_to_erase(self, boss):
        application = factories.make_application(status=Application.Status.UNVERIFIED)
        application.delete()

        with pytest.raises(erasure.RefusedError, match="すでにありません"):
            erasure.erase(Subject.of_row(application), by=boss)

    def test_only_person_of_a_body_may_go(self, boss, seat):
        manager = User.objects.get(name="同僚 次郎")

        erasure.erase(Subject.of_user(manager), by=boss)

        assert User.objects.get(pk=manager.pk).name == "前任者"

    def test_open_application_is_decided_first(self, boss):
        application = factories.make_application(contact_name=NAME)

        with pytest.raises(erasure.RefusedError, match="決定していない"):
            erasure.erase(Subject.of_row(application), by=boss)

    def test_whoever_uses_the_admin_and_oneself_stay(self, boss):
        for one in (boss, factories.make_staff(Desk.VIEWER)):
            with pytest.raises(erasure.RefusedError):
                erasure.erase(Subject.of_user(one), by=boss)

    @pytest.mark.parametrize("desk", [Desk.EDITOR, Desk.VIEWER])
    def test_other_groups_see_and_do_nothing(self, client, person, desk):
        clerk = factories.make_staff(desk)
        client.force_login(clerk)
        pages = [
            reverse("admin:personal"),
            *(
                reverse(f"admin:personal_{name}", args=["user", person.pk])
                for name in ("person", "export", "erase")
            ),
        ]

        answers = [client.get(address).status_code for address in pages]
        answers.append(client.post(pages[-1], {"confirmed": "on"}).status_code)

        assert answers == [403] * 5
        with pytest.raises(PermissionDenied):
            erasure.erase(Subject.of_user(person), by=clerk)
        change = reverse("admin:members_user_change", args=[person.pk])
        assert "/admin/personal/" not in client.get(change).content.decode()
        assert User.objects.get(pk=person.pk).name == NAME

    def test_pages_that_show_answer_no_post_and_members_get_none(self, admin, other_client, person):
        other_client.force_login(person)
        pages = [
            reverse(f"admin:personal_{name}", args=["user", person.pk])
            for name in ("person", "export")
        ]

        assert [admin.post(address).status_code for address in pages] == [405, 405]
        assert [other_client.get(address).status_code for address in pages] == [403, 403]

    def test_unknown_people_are_404(self, admin):
        assert admin.get("/admin/personal/user/999999/").status_code == 404
        assert admin.get("/admin/personal/animal/1/").status_code == 404


def test_every_record_that_is_blotted_exists():
    for label, columns, _ in erasure.RECORDS:
        names = {field.name for field in apps.get_model(label)._meta.local_concrete_fields}
        assert set(columns) <= names
    labels = {model._meta.label for model in apps.get_models()}
    assert set(erasure.NOT_SEARCHED) <= labels
