"""The secretariat's pages for sending invitations, and the letters on paper."""

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from members import waves
from members.models import Delivery, Invitation, InvitationWave, SiteText
from tests import acting, factories
from tests.members.test_waves import GUNMA, NAGANO, make_planned, send

WAVES = "/admin/members/invitationwave/"
CHOOSE, PREVIEW, SEND = f"{WAVES}choose/", f"{WAVES}preview/", f"{WAVES}send/"


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    # The first page of a session records its start; the others are the rule.
    client.get("/contact/")
    return client


@pytest.fixture
def letter(db):
    return factories.make_site_text(
        SiteText.Slug.INVITATION_LETTER,
        title="登録のお願い",
        body="【団体名】【部署名】【担当者名】様あて、【送り先】に送りました。【ほか】",
    )


def pages_of(wave):
    return [
        WAVES,
        CHOOSE,
        f"{PREVIEW}?prefecture={GUNMA}",
        f"{WAVES}{wave.pk}/change/",
        f"{WAVES}{wave.pk}/again/?days=0",
        f"{WAVES}{wave.pk}/letters/",
    ]


def confirm(client, response):
    plan = response.context["plan"]
    return client.post(
        SEND,
        {"prefecture": response.context["codes"], "fingerprint": plan.fingerprint},
        follow=True,
    )


def test_prefectures_are_offered_with_what_waits_in_each(admin):
    make_planned()
    make_planned(mailbox="")
    make_planned(prefecture=NAGANO, status="suspended")

    html = admin.get(CHOOSE).content.decode()

    assert "群馬県 2件（1件は送り先なし）" in html
    assert "長野県" not in html


def test_preview_names_every_mail_and_who_gets_none(admin):
    make_planned(name="見本 次郎")
    make_planned(mailbox="", name="見本 四葉")
    make_planned(prefecture=NAGANO, name="見本 三郎")

    html = admin.get(PREVIEW, {"prefecture": GUNMA}).content.decode()

    assert "1団体に、1通のメールを送ります" in html
    assert "見本 次郎 様" in html
    assert "代表メールアドレスなし、1件" in html
    assert "見本 四葉" in html
    assert "見本 三郎" not in html
    assert not Delivery.objects.exists()


def test_confirmed_preview_is_sent_and_leads_to_its_progress(admin):
    make_planned()

    done = confirm(admin, admin.get(PREVIEW, {"prefecture": [GUNMA]}))

    wave = InvitationWave.objects.get()
    assert done.redirect_chain[-1][0] == f"{WAVES}{wave.pk}/change/"
    assert Delivery.objects.count() == 1
    assert "送信待ち" in done.content.decode()


def test_changed_preview_is_told_and_shown_anew(admin):
    make_planned()
    preview = admin.get(PREVIEW, {"prefecture": [GUNMA]})
    make_planned(name="見本 次郎")

    html = confirm(admin, preview).content.decode()

    assert "送っていません" in html
    assert "2団体に、2通のメールを送ります" in html
    assert not Delivery.objects.exists()


def test_second_click_is_told(admin):
    make_planned()
    preview = admin.get(PREVIEW, {"prefecture": [GUNMA]})
    confirm(admin, preview)

    html = confirm(admin, preview).content.decode()

    assert "送っていません" in html
    assert "送る招待はありません" in html
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("query", ["", "prefecture=99", "prefecture=x&prefecture="])
def test_preview_without_a_prefecture_leads_back(admin, query):
    response = admin.get(f"{PREVIEW}?{query}", follow=True)

    assert response.redirect_chain[-1][0] == CHOOSE
    assert "都道府県を1つ以上" in response.content.decode()


def test_sending_without_a_preview_sends_nothing(admin):
    make_planned()

    admin.post(SEND, {"prefecture": GUNMA})
    admin.post(SEND, {})

    assert not Delivery.objects.exists()


def test_progress_counts_each_state_and_shows_one(admin, secretary):
    come, waiting = make_planned(name="見本 次郎"), make_planned(name="見本 三郎")
    wave = send(GUNMA, by=secretary)
    Delivery.objects.update(state="sent")
    Invitation.objects.filter(pk=come.pk).update(accepted_at=timezone.now())

    page = admin.get(f"{WAVES}{wave.pk}/change/")
    only = admin.get(f"{WAVES}{wave.pk}/change/", {"state": "sent"})

    assert dict(page.context["counts"])[waves.Progress.ACCEPTED] == 1
    assert dict(page.context["counts"])[waves.Progress.SENT] == 1
    assert [row.pk for row, _ in only.context["rows"]] == [waiting.pk]


def test_who_has_not_come_is_mailed_again_after_a_preview(admin, secretary):
    make_planned()
    wave = send(GUNMA, by=secretary)

    preview = admin.get(f"{WAVES}{wave.pk}/again/", {"days": 0})
    fields = {"days": 0, "fingerprint": preview.context["plan"].fingerprint}
    first = admin.post(f"{WAVES}{wave.pk}/send-again/", fields, follow=True)
    second = admin.post(f"{WAVES}{wave.pk}/send-again/", fields, follow=True)

    assert "1件の招待をもう一度送ります" in first.content.decode()
    assert "送っていません" in second.content.decode()
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize("days", ["", "x", "-1", "9999999999"])
def test_wrong_number_of_days_is_told(admin, secretary, days):
    make_planned()
    wave = send(GUNMA, by=secretary)

    html = admin.get(f"{WAVES}{wave.pk}/again/", {"days": days}, follow=True).content.decode()
    admin.post(f"{WAVES}{wave.pk}/send-again/", {"days": days, "fingerprint": ""})

    assert "日数は0から365まで" in html
    assert Delivery.objects.count() == 1


def test_pages_need_the_right_to_change_bodies(client, secretary, letter):
    make_planned()
    wave = send(GUNMA, by=secretary)
    planned = make_planned()
    secretary.is_superuser = False
    secretary.save()
    secretary.user_permissions.set(
        Permission.objects.filter(codename__in=["view_organization", "change_invitation"])
    )
    client.force_login(secretary)
    fingerprint = waves.plan([GUNMA]).fingerprint

    answers = [client.get(page).status_code for page in pages_of(wave)]
    sent = client.post(SEND, {"prefecture": GUNMA, "fingerprint": fingerprint})
    again = client.post(f"{WAVES}{wave.pk}/send-again/", {"days": 0})

    assert [*answers, sent.status_code, again.status_code] == [403] * 8
    planned.refresh_from_db()
    assert planned.sent_at is None


def test_clerk_who_may_change_bodies_may_send(client, secretary, letter):
    make_planned()
    wave = send(GUNMA, by=secretary)
    secretary.is_superuser = False
    secretary.save()
    secretary.user_permissions.set(Permission.objects.filter(codename="change_organization"))
    client.force_login(secretary)

    assert [client.get(page).status_code for page in pages_of(wave)] == [200] * 6


@pytest.mark.parametrize("page", ["choose/", "preview/", "1/again/", "1/letters/"])
def test_pages_that_show_answer_no_post(admin, page):
    assert admin.post(f"{WAVES}{page}").status_code == 405


@pytest.mark.parametrize("page", ["send/", "1/send-again/"])
def test_acts_answer_no_get(admin, page):
    assert admin.get(f"{WAVES}{page}").status_code == 405


@pytest.mark.parametrize("page", ["change/", "again/?days=0", "letters/"])
def test_unknown_wave_is_not_found(admin, page):
    assert admin.get(f"{WAVES}999/{page}").status_code in (302, 404)


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_ask_a_constant_number_of_queries(
    admin, secretary, letter, rows, django_assert_num_queries
):
    for _ in range(rows):
        make_planned()
    wave = send(GUNMA, by=secretary)
    for _ in range(rows):
        make_planned()
    for _ in range(rows - 1):
        InvitationWave.objects.create(name="x", started_by=secretary)

    for page, queries in zip(pages_of(wave), (4, 3, 4, 4, 5, 7), strict=True):
        with django_assert_num_queries(queries):
            admin.get(page)


def test_start_page_leads_to_what_was_not_sent(admin):
    make_planned()
    make_planned(status="withdrawn")

    (line,) = admin.get("/admin/").context["waiting"]

    assert (line.text, line.url) == ("招待をまだ送っていない担当部署 1件", CHOOSE)


class TestLetters:
    def letters(self, admin, wave):
        return admin.get(f"{WAVES}{wave.pk}/letters/").content.decode()

    def test_each_says_where_the_mail_lies_and_never_the_key(self, admin, secretary, letter):
        planned = make_planned(name="見本 次郎")
        wave = send(GUNMA, by=secretary)

        html = self.letters(admin, wave)

        seat = planned.seat
        assert f"{seat.organization.full_name}{seat.section}見本 次郎様あて" in html
        assert "【特別区全国連携】会員専用ホームページの利用者登録" in html
        assert "kikaku@town.example.jp" in html
        assert "【ほか】" in html
        assert "https://portal.example.jp/" in html
        assert planned.token not in html

    def test_one_page_for_each_who_has_not_come(self, admin, secretary, letter):
        come = make_planned(name="見本 次郎")
        make_planned(name="見本 三郎")
        make_planned(name="見本 四葉")
        wave = send(GUNMA, by=secretary)
        Invitation.objects.filter(pk=come.pk).update(accepted_at=timezone.now())

        html = self.letters(admin, wave)

        assert html.count('class="sheet letter"') == 2
        assert "見本 次郎" not in html

    def test_names_are_text_and_no_markup(self, admin, secretary, letter):
        make_planned(name="<script>alert(1)</script>【部署名】**")
        wave = send(GUNMA, by=secretary)

        html = self.letters(admin, wave)

        assert "&lt;script&gt;alert(1)&lt;/script&gt;【部署名】**様あて" in html

    def test_selection_is_printed_without_those_that_were_not_sent(self, admin, secretary, letter):
        sent = make_planned(name="見本 次郎")
        send(GUNMA, by=secretary)
        unsent = make_planned(name="見本 三郎")

        html = admin.post(
            reverse("admin:members_invitation_changelist"),
            {"action": "print_letters", "_selected_action": [sent.pk, unsent.pk]},
        ).content.decode()

        assert "見本 次郎様あて" in html
        assert "見本 三郎" not in html

    def test_without_a_text_there_is_a_message(self, admin, secretary):
        make_planned()
        wave = send(GUNMA, by=secretary)

        response = admin.get(f"{WAVES}{wave.pk}/letters/", follow=True)

        assert "印刷する依頼文がありません" in response.content.decode()

    def test_first_version_of_the_text_is_loaded(self, db):
        call_command("load_site_texts", verbosity=0)

        text = SiteText.objects.current(SiteText.Slug.INVITATION_LETTER)
        assert text.title == "会員専用ホームページの利用者登録のお願い"
        assert "【団体名】　【部署名】　【担当者名】様あて" in text.body


def test_list_of_invitations_withdraws_planned_ones_only_when_asked(admin):
    planned = make_planned()

    acting.confirm(admin, "withdraw", planned)

    assert not Invitation.objects.open().exists()
