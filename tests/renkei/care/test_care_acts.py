"""What the secretariat does to a body from its page: said first, done once."""

from datetime import date
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from lib.conflicts import StaleError
from members import suspension
from members.models import (
    AuditEntry,
    Delivery,
    Invitation,
    Organization,
)
from members.staff import Desk
from tests import factories
from tests.html import text_of
from tests.racing import at_once, errors_in, meanwhile
from tests.renkei.care.addresses import act, page

Status = Organization.Status


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
        with pytest.raises(StaleError):
            suspension.suspend(body, by=secretary)

    def test_press_that_comes_second_is_told(self, admin, secretary, body):
        first = partial(suspension.suspend, body, by=secretary)

        with meanwhile(first, after="members_organization"):
            answer = admin.post(act(body, "suspend"), follow=True)

        assert "すでに変わっています" in text_of(answer)
        assert AuditEntry.objects.filter(act="change_status").count() == 1

    def test_page_of_a_body_that_left_counts_nobody_as_able_to_log_in(self, admin, body, boss):
        admin.post(act(body, "withdraw"))

        shown = text_of(admin.get(act(body, "withdraw"), follow=True))

        assert "会員団体が退会のため、だれもログインできません" in shown

    def test_secretariat_itself_is_never_suspended(self, admin, secretary):
        own = secretary.seat.organization

        with pytest.raises(StaleError):
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


@pytest.mark.django_db(transaction=True)
def test_of_two_secretaries_who_suspend_at_once_one_is_told():
    secretary = factories.make_staff(Desk.ALL)
    body = factories.make_organization()
    seen = [Organization.objects.get(pk=body.pk) for _ in range(2)]

    answers = at_once(
        *(lambda own=own: suspension.suspend(own, by=secretary) for own in seen),
        told=StaleError,
    )

    assert len(errors_in(answers)) == 1
    assert AuditEntry.objects.filter(act="change_status").count() == 1
