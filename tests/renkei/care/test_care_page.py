"""The secretariat's page of one body: everything about it, and notes of calls."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import care
from members.models import (
    AuditEntry,
    CareNote,
    Delivery,
    User,
)
from members.staff import Desk
from news import proposing
from tests import factories
from tests.html import text_of
from tests.renkei.care.addresses import act, page


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
    def test_says_what_became_of_a_proposed_event(self, admin, body, seat, boss):
        waiting = factories.make_proposal(by=boss, name="待つ祭り")
        refused = factories.make_proposal(by=boss, name="載らない祭り")
        proposing.refuse(refused, expected=proposing.mark_of(refused), by=boss, reason="理由")

        text = text_of(admin.get(page(body)))

        assert f"{waiting.name} 確認中" in text
        assert f"{refused.name} 掲載しません" in text

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
