"""The secretariat's page of one body: everything about it, notes of calls, and what is done to it."""

import threading
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import care, people, suspension
from members.models import (
    AuditEntry,
    CareNote,
    Delivery,
    Invitation,
    Organization,
    Seat,
    User,
)
from members.staff import Desk
from renkei import care_acts
from tests import factories
from tests.html import text_of

Status = Organization.Status


@pytest.fixture
def body(db):
    return factories.make_organization(name="世話市", prefecture="10")


@pytest.fixture
def seat(body):
    return factories.make_seat(
        organization=body,
        section="企画課",
        mailbox="kikaku@sewa.example.jp",
        telephone="00-1111-2222",
    )


@pytest.fixture
def boss(seat):
    return factories.make_user(seat=seat, name="世話 一郎", role=User.Role.MANAGER)


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


def page(body):
    return reverse("admin:care", args=[body.pk])


def act(body, name):
    return reverse("admin:care_act", args=[body.pk, name])


def fill(seat, boss):
    """One more of everything that the page shows."""
    factories.make_user(seat=seat)
    factories.make_seat(organization=seat.organization, section=f"{User.objects.count()}課")
    factories.make_invitation(seat=seat, name="招待 花子")
    factories.make_application(
        status="refused", local_government=None, prefecture="10", body_name="世話市"
    )
    topic = factories.make_topic(author=boss, title="世話市の投稿")
    other = factories.make_topic(asks="apply", title="よその募集")
    factories.make_answer(other, author=boss)
    factories.make_proposal(by=boss, name="世話市の祭り")
    key = f"k{Delivery.objects.count()}"
    Delivery.objects.create(
        address=seat.mailbox, key=key, subject="失敗した件", body="b", seat=seat, state="failed"
    )
    care.write(
        seat.organization,
        text="電話で確認した",
        spoken_to="課長",
        form_key=factories.new_form_key(),
        by=User.objects.get(is_superuser=True),
    )
    return topic


class TestPage:
    def test_shows_everything_about_the_body_and_nothing_of_another(self, admin, body, seat, boss):
        fill(seat, boss)
        factories.make_user(name="よその 人")

        text = text_of(admin.get(page(body)))

        for shown in (
            *("世話市", "世話 一郎", "管理担当者 1人", "企画課", "00-1111-2222", "招待 花子"),
            *(
                "世話市の投稿",
                "よその募集",
                "世話市の祭り",
                "失敗した件",
                "送れなかったメール・不達 1件",
            ),
            *("電話で確認した", "相手：課長", "二段階認証"),
        ):
            assert shown in text, shown
        assert "よその 人" not in text

    def test_shows_the_agreements_of_its_local_government(self, admin, registers):
        town = factories.LocalGovernment.objects.get(code="103446")
        body = factories.make_organization(name=town.own_name, local_government=town)

        assert "群馬県町村会" in text_of(admin.get(page(body)))

    def test_says_who_typed_an_application_for_the_body(self, admin, secretary):
        town = factories.make_local_government()
        body = factories.make_organization(local_government=town)
        application = factories.make_application(
            local_government=town, entered_by=secretary, channel="fax"
        )

        text = text_of(admin.get(page(body)))

        assert application.channel_label in text
        assert text.count(secretary.name) >= 2

    def test_invitation_that_is_only_planned_has_no_term(self, admin, body, seat):
        factories.make_planned_invitation(seat=seat)

        assert "（まだ送っていません） - -" in text_of(admin.get(page(body)))

    def test_query_count_does_not_grow_with_the_rows(self, admin, body, seat, boss):
        fill(seat, boss)
        admin.get(page(body))
        with CaptureQueriesContext(connection) as few:
            admin.get(page(body))
        for _ in range(3):
            fill(seat, boss)

        with CaptureQueriesContext(connection) as many:
            admin.get(page(body))

        assert len(many) == len(few)

    def test_rows_are_bounded_and_lead_to_the_full_list(self, admin, body, seat):
        for _ in range(9):
            factories.make_user(seat=seat)

        html = admin.get(page(body)).content.decode()

        full = f"/admin/members/user/?seat__organization__id__exact={body.pk}"
        assert "利用者 9件をすべて見る" in html
        listed = admin.get(full)
        assert listed.status_code == 200
        assert listed.context["cl"].result_count == 9

    @pytest.mark.parametrize("model", ["delivery", "invitation", "seat", "user"])
    def test_links_to_lists_filter(self, admin, body, model):
        name = "organization__id__exact" if model == "seat" else "seat__organization__id__exact"

        answer = admin.get(f"/admin/members/{model}/?{name}={body.pk}")

        assert answer.status_code == 200
        assert answer.context["cl"].result_count == 0

    def test_is_linked_from_the_list_and_the_page_of_the_body(self, admin, body):
        change = reverse("admin:members_organization_change", args=[body.pk])

        for address in ("/admin/members/organization/", change):
            assert page(body) in admin.get(address).content.decode()

    def test_viewer_reads_it_without_any_button(self, client, body, seat, boss, secretary):
        fill(seat, boss)
        client.force_login(factories.make_staff(Desk.VIEWER))

        html = client.get(page(body)).content.decode()

        assert "世話 一郎" in html
        for way in ("<textarea", "取消線を引く", "/care/suspend/", "/merge/"):
            assert way not in html

    def test_unknown_body_and_unknown_act_are_404_and_members_are_refused(
        self, admin, other_client, body, boss
    ):
        other_client.force_login(boss)

        assert admin.get("/admin/members/organization/99999/care/").status_code == 404
        assert admin.get(act(body, "delete")).status_code == 404
        assert other_client.get(page(body)).status_code == 403
        assert admin.post(page(body)).status_code == 405


class TestNotes:
    def write(self, client, body, **data):
        return client.post(reverse("admin:care_note", args=[body.pk]), data, follow=True)

    def test_note_is_written_once_with_who_and_when(self, admin, secretary, body):
        key = factories.new_form_key()

        for _ in range(2):
            self.write(admin, body, text="電話を受けた", spoken_to="　企画課 ", form_key=key)

        note = CareNote.objects.get()
        assert (note.organization, note.by, note.spoken_to) == (body, secretary, "企画課")
        assert AuditEntry.objects.get(act="write_note").detail == {"organization": body.pk}

    def test_empty_note_is_refused_and_the_rest_kept(self, admin, body):
        answer = self.write(admin, body, text=" ", spoken_to="係長")

        assert not CareNote.objects.exists()
        assert 'value="係長"' in answer.content.decode()

    def test_slip_is_struck_out_and_stays_readable(self, admin, secretary, body):
        self.write(admin, body, text="書き誤り")
        note = CareNote.objects.get()
        address = reverse("admin:care_strike", args=[body.pk, note.pk])

        admin.post(address, {"reason": "別の団体の電話"})
        again = text_of(admin.post(address, {"reason": "もう一度"}, follow=True))

        note.refresh_from_db()
        assert (note.text, note.struck_by, note.struck_reason) == (
            "書き誤り",
            secretary,
            "別の団体の電話",
        )
        assert "すでに変わっています" in again
        assert "書き誤り" in again
        assert AuditEntry.objects.filter(act="strike_note").count() == 1

    def test_nothing_is_struck_out_without_a_reason(self, admin, body):
        self.write(admin, body, text="正しい")
        address = reverse("admin:care_strike", args=[body.pk, CareNote.objects.get().pk])

        answer = admin.post(address, {"reason": " "}, follow=True)

        assert "取消線の理由を入力してください。" in text_of(answer)
        assert CareNote.objects.get().struck_at is None

    def test_note_of_another_body_is_not_struck_from_here(self, admin, body):
        self.write(admin, body, text="正しい")
        other = factories.make_organization()
        address = reverse("admin:care_strike", args=[other.pk, CareNote.objects.get().pk])

        assert admin.post(address, {"reason": "a"}).status_code == 404
        assert CareNote.objects.get().struck_at is None

    def test_notes_are_never_deleted(self, admin, body):
        self.write(admin, body, text="残る")

        with pytest.raises(TypeError):
            CareNote.objects.get().delete()

    def test_editor_writes_and_viewer_does_not(self, client, body):
        client.force_login(factories.make_staff(Desk.EDITOR))
        assert self.write(client, body, text="編集の方").status_code == 200
        viewer = factories.make_staff(Desk.VIEWER)
        client.force_login(viewer)

        assert self.write(client, body, text="閲覧の方").status_code == 403
        with pytest.raises(PermissionDenied):
            care.write(body, text="a", spoken_to="", form_key="a", by=viewer)
        assert CareNote.objects.get().text == "編集の方"


class TestActs:
    def test_suspension_says_first_what_happens_and_then_ends_sessions(
        self, admin, other_client, body, boss
    ):
        other_client.force_login(boss)
        other_client.get("/contact/")

        asked = text_of(admin.get(act(body, "suspend")))
        assert Organization.objects.get(pk=body.pk).status == Status.ACTIVE
        admin.post(act(body, "suspend"), {"reason": "お電話のとおり"})

        assert "利用者1人が" in asked
        assert "代表メールアドレス1件に" in asked
        assert Organization.objects.get(pk=body.pk).status == Status.SUSPENDED
        assert not other_client.get("/").wsgi_request.user.is_authenticated
        mail = Delivery.objects.get(key__startswith="body_suspended")
        assert (mail.address, mail.seat) == ("kikaku@sewa.example.jp", None)
        assert "お電話のとおり" in mail.body
        assert AuditEntry.objects.get(act="change_status").detail == {"after": "suspended"}
        assert body.history.count() == 2

    def test_resumed_body_comes_back_and_withdrawn_one_does_not(self, admin, secretary, body, boss):
        suspension.suspend(body, by=secretary)

        assert "利用者1人が、今までのパスワードで" in text_of(admin.get(act(body, "resume")))
        admin.post(act(body, "resume"))
        assert Organization.objects.get(pk=body.pk).status == Status.ACTIVE
        assert "利用者1人が使えなくなり" in text_of(admin.get(act(body, "withdraw")))
        admin.post(act(body, "withdraw"))

        assert Organization.objects.get(pk=body.pk).status == Status.WITHDRAWN
        refused = text_of(admin.post(act(body, "resume"), follow=True))
        assert "すでに変わっています" in refused
        assert Organization.objects.get(pk=body.pk).status == Status.WITHDRAWN
        with pytest.raises(suspension.StaleError):
            suspension.suspend(body, by=secretary)

    def test_press_that_comes_second_is_told(self, admin, secretary, body, monkeypatch):
        suspension.suspend(body, by=secretary)
        # As when the page was opened.
        monkeypatch.setattr(care_acts.Act, "is_offered", lambda self, body: True)

        answer = admin.post(act(body, "suspend"), follow=True)

        assert "すでに変わっています" in text_of(answer)
        assert AuditEntry.objects.filter(act="change_status").count() == 1

    def test_page_of_a_body_that_left_counts_nobody_as_able_to_log_in(self, admin, body, boss):
        admin.post(act(body, "withdraw"))

        shown = text_of(admin.get(act(body, "withdraw"), follow=True))

        assert "会員団体が退会のため、だれもログインできません" in shown

    def test_secretariat_itself_is_never_suspended(self, admin, secretary):
        own = secretary.seat.organization

        with pytest.raises(suspension.StaleError):
            suspension.suspend(own, by=secretary)
        assert "/care/suspend/" not in admin.get(page(own)).content.decode()

    def test_renamed_body_keeps_its_former_name(self, admin, body):
        admin.post(
            act(body, "rename"), {"name": "新世話市", "kana": "しんせわし", "from_date": "R8.4.1"}
        )

        body.refresh_from_db()
        assert body.name == "新世話市"
        former = body.former_names.get()
        assert (former.name, former.until) == ("世話市", date(2026, 3, 31))

    def test_name_of_another_body_is_refused_with_words(self, admin, body):
        factories.make_organization(name="隣市", prefecture="10")

        answer = text_of(admin.post(act(body, "rename"), {"name": "隣市"}))

        assert "同じ名前の会員団体があります" in answer
        assert Organization.objects.get(pk=body.pk).name == "世話市"

    def test_name_of_a_day_to_come_is_not_given_yet(self, admin, body):
        answer = admin.post(act(body, "rename"), {"name": "新世話市", "from_date": "R99.4.1"})

        assert "今日までの日を入力してください。" in text_of(answer)
        assert Organization.objects.get(pk=body.pk).name == "世話市"

    def test_waiting_invitations_are_sent_again(self, admin, seat, body):
        old = factories.make_invitation(seat=seat)
        factories.make_invitation()

        assert "招待1件を" in text_of(admin.get(act(body, "resend")))
        admin.post(act(body, "resend"))

        assert Invitation.objects.waiting().filter(seat=seat).exclude(pk=old.pk).count() == 1
        assert Invitation.objects.count() == 3

    def test_where_no_invitation_waits_none_is_sent_and_the_way_is_told(self, admin, seat, body):
        factories.make_planned_invitation(seat=seat)

        shown = text_of(admin.get(act(body, "resend")))
        answer = text_of(admin.post(act(body, "resend")))

        assert "まだ一度も送っていない招待が1件あります。" in shown
        assert "応対ページに戻る" in shown
        assert "やめる" not in shown
        assert "もう一度送る招待はありません。" in answer
        assert Invitation.objects.count() == 1

    @pytest.mark.parametrize("desk", [Desk.EDITOR, Desk.VIEWER])
    @pytest.mark.parametrize("name", ["suspend", "rename", "move-seat", "resend", "withdraw"])
    def test_only_who_may_change_bodies_acts(self, client, body, desk, name):
        client.force_login(factories.make_staff(desk))

        assert client.get(act(body, name)).status_code == 403
        assert client.post(act(body, name)).status_code == 403
        with pytest.raises(PermissionDenied):
            suspension.suspend(body, by=factories.make_staff(desk))


class TestMoveOfASeat:
    @pytest.fixture
    def into(self, db):
        return factories.make_organization(name="隣の市", prefecture="10")

    def test_is_shown_first_and_then_takes_its_people_along(self, admin, seat, boss, into):
        topic = factories.make_topic(author=boss)
        choice = {"seat": seat.pk, "into": "群馬県隣の市"}

        shown = text_of(admin.get(act(seat.organization, "move-seat"), choice))
        seat.refresh_from_db()
        before = seat.organization
        admin.post(act(before, "move-seat"), choice)

        assert "利用者1人が一緒に移り" in shown
        assert before != into
        boss = User.objects.get(pk=boss.pk)
        assert (boss.seat.organization, boss.role) == (into, "contributor")
        topic.refresh_from_db()
        assert topic.organization == before
        entry = AuditEntry.objects.get(act="move_seat")
        assert entry.detail == {"before": before.pk, "after": into.pk}

    def test_takes_no_invited_manager_along_as_one(self, secretary, seat, into):
        invited = factories.make_invitation(seat=seat, role=User.Role.MANAGER)
        reader = factories.make_invitation(seat=seat, role=User.Role.VIEWER)

        people.move_seat(seat, into, by=secretary)

        invited.refresh_from_db()
        reader.refresh_from_db()
        assert (invited.role, reader.role) == ("contributor", "viewer")

    def test_leaves_no_colleagues_without_a_manager(self, client, secretary, seat, boss, into):
        other = factories.make_seat(organization=seat.organization, section="総務課")
        factories.make_user(seat=other)

        with pytest.raises(people.LastManagerError):
            people.move_seat(seat, into, by=secretary)
        client.force_login(secretary)
        choice = {"seat": seat.pk, "into": "隣の市"}
        answer = client.post(act(seat.organization, "move-seat"), choice)
        assert care_acts.LAST_MANAGER in text_of(answer)

    def test_same_section_over_there_and_wrong_bodies_are_refused(self, admin, seat, into):
        factories.make_seat(organization=into, section="企画課")
        for number in (1, 2):
            factories.make_organization(name=f"似た{number}市", prefecture="10")
        address = act(seat.organization, "move-seat")

        before = text_of(admin.get(address, {"seat": seat.pk, "into": "隣の市"}))
        taken = text_of(admin.post(address, {"seat": seat.pk, "into": "隣の市"}))
        unknown = text_of(admin.get(address, {"seat": seat.pk, "into": "ない市"}))
        several = text_of(admin.get(address, {"seat": seat.pk, "into": "似た"}))

        assert "同じ名前の担当部署があります" in before
        assert "同じ名前の担当部署があります" in taken
        assert "当てはまる利用中の会員団体はありません" in unknown
        assert "名称をすべて入力してください。群馬県似た1市、群馬県似た2市" in several
        seat.refresh_from_db()
        assert seat.organization != into

    def test_section_that_another_secretary_has_just_moved_stays_there(self, secretary, seat, into):
        before = Seat.objects.get(pk=seat.pk)
        people.move_seat(seat, into, by=secretary)

        with pytest.raises(people.StaleError):
            people.move_seat(before, factories.make_organization(name="第三の市"), by=secretary)

        assert Seat.objects.get(pk=seat.pk).organization == into

    def test_section_that_came_over_there_after_the_page_is_told(self, secretary, seat, into):
        factories.make_seat(organization=into, section=seat.section)
        move = care_acts.ACTS["move-seat"].do

        with pytest.raises(ValidationError, match="同じ名前の担当部署があります"):
            move(seat.organization, {"seat": seat, "into": into}, secretary)

        assert Seat.objects.get(pk=seat.pk).organization != into

    def test_nothing_moves_into_the_secretariat(self, secretary, seat):
        with pytest.raises(people.StaleError):
            people.move_seat(seat, secretary.seat.organization, by=secretary)


@pytest.mark.django_db(transaction=True)
def test_of_two_secretaries_who_suspend_at_once_one_is_told():
    secretary = factories.make_staff(Desk.ALL)
    body = factories.make_organization()
    start, told = threading.Barrier(2), []

    def act():
        own = Organization.objects.get(pk=body.pk)
        by = User.objects.select_related("seat__organization").get(pk=secretary.pk)
        start.wait()
        try:
            suspension.suspend(own, by=by)
        except suspension.StaleError:
            told.append(own)
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(told) == 1
    assert AuditEntry.objects.filter(act="change_status").count() == 1
