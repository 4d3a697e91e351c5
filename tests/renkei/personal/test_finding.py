"""個人情報: found across all apps, and handed out to the person who asks."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from members.models import (
    AuditEntry,
)
from renkei import holdings, mentions
from renkei.personal import Subject
from tests import factories
from tests.html import text_of
from tests.renkei.personal.markers import ADDRESS, NAME, TELEPHONE, USERNAME


class TestSearch:
    def places(self, admin, q):
        answer = admin.get(reverse("admin:personal"), {"q": q})
        return {place.label for place in answer.context["places"]}

    @pytest.mark.parametrize("q", [NAME, "標印花子", "標印　花子"])
    def test_name_is_found_with_or_without_its_space(self, admin, traces, q):
        found = self.places(admin, q)

        assert {
            "利用者",
            "会員登録申請",
            "招待",
            "参加申込",
            "応対記録",
            "投稿",
            "回答",
            "引継ぎ",
        } <= found

    def test_address_is_found_in_people_mails_and_posts(self, admin, traces):
        assert {"利用者", "メール", "宛先", "投稿", "返信", "参加申込"} <= self.places(
            admin, ADDRESS
        )

    @pytest.mark.parametrize("q", [TELEPHONE, "09055554321", "０９０ー５５５５ー４３２１"])
    def test_telephone_is_found_however_it_is_written(self, admin, traces, q):
        assert {"会員登録申請", "参加申込"} <= self.places(admin, q)

    def test_user_name_is_found_and_leads_to_the_person(self, admin, traces, person):
        html = admin.get(reverse("admin:personal"), {"q": USERNAME}).content.decode()

        assert reverse("admin:personal_person", args=["user", person.pk]) in html

    def test_query_count_does_not_grow_with_the_hits(self, admin, seat):
        address = reverse("admin:personal")
        factories.make_user(seat=seat, name="増田 一")
        factories.make_entry(name="増田 一")
        admin.get(address, {"q": "増田"})
        with CaptureQueriesContext(connection) as one:
            admin.get(address, {"q": "増田"})
        for _ in range(2):
            factories.make_user(name="増田 二")
            factories.make_entry(name="増田 二")

        with CaptureQueriesContext(connection) as three:
            places = admin.get(address, {"q": "増田"}).context["places"]

        assert len(one) == len(three)
        assert {place.label: place.total for place in places} == {
            "利用者": 3,
            "参加申込": 3,
            "メール": 3,
        }

    def test_one_letter_asks_for_nothing(self, admin, person):
        answer = admin.get(reverse("admin:personal"), {"q": "標"})

        assert answer.context["places"] == []
        assert "2文字以上" in text_of(answer)


class TestExport:
    def test_sheet_holds_what_is_kept_and_is_recorded_without_values(
        self, admin, boss, traces, person
    ):
        answer = admin.get(reverse("admin:personal_export", args=["user", person.pk]))

        sheet = load_workbook(io.BytesIO(answer.content)).active
        head, *rows = sheet.iter_rows(values_only=True)
        assert head == holdings.HEADS
        told = {(row[0], row[2]): str(row[3]) for row in rows}
        assert told["利用者の登録", "メールアドレス"] == ADDRESS
        assert told["会員登録申請", "電話番号"] == TELEPHONE
        assert told["投稿", "件名"] == "標市の相談"
        assert "（消去" not in "".join(told.values())
        entry = AuditEntry.objects.get(act="export_person")
        assert (entry.actor, entry.target_id, entry.detail) == (
            boss,
            str(person.pk),
            {"facts": len(rows)},
        )

    def test_page_counts_what_is_kept(self, admin, traces, person):
        page = text_of(admin.get(reverse("admin:personal_person", args=["user", person.pk])))

        for line in ("会員登録申請 1件", "参加申込 1件", "二段階認証の登録 1件", "投稿 1件"):
            assert line in page


class TestMentions:
    """What a body has published keeps the name: the places are named, to be edited or hidden."""

    @pytest.fixture
    def texts(self, person):
        colleague = factories.make_user(seat=person.seat)
        asked = factories.make_topic(asks="apply")
        return [
            factories.make_topic(author=person, title="見本の案内", body=f"担当：{NAME}"),
            factories.make_reply(asked, author=colleague, body="標印花子が伺います"),
            factories.make_answer(asked, author=colleague, message=f"{NAME}あて"),
        ]

    def test_each_is_named_with_the_ways_to_it(self, admin, person, texts):
        factories.make_topic(author=factories.make_user(), title="別団体", body=f"同姓同名 {NAME}")

        page = admin.get(reverse("admin:personal_erase", args=["user", person.pk]))

        assert [(kind.label, kind.total) for kind in page.context["mentions"]] == [
            ("投稿", 1),
            ("返信", 1),
            ("回答", 1),
        ]
        html = page.content.decode()
        for text in texts:
            desk = reverse(f"admin:board_{text._meta.model_name}_change", args=[text.pk])
            assert f'href="{text.get_absolute_url()}"' in html
            assert f'href="{desk}"' in html
            assert admin.get(desk).status_code == 200
        assert "別団体" not in html

    def test_they_are_named_once_more_when_the_name_is_gone(self, admin, person, texts):
        address = reverse("admin:personal_erase", args=["user", person.pk])

        page = admin.post(address, {"confirmed": "on"}, follow=True).content.decode()

        assert "次の文には、氏名が残っています" in page
        assert f"/admin/board/reply/{texts[1].pk}/change/" in page

    def test_without_any_nothing_is_said(self, admin, person):
        address = reverse("admin:personal_erase", args=["user", person.pk])

        asked = text_of(admin.get(address))
        done = text_of(admin.post(address, {"confirmed": "on"}, follow=True))

        assert "文の中に残る氏名" not in asked
        assert "氏名が残っています" not in done

    def test_many_are_cut_and_counted(self, admin, person, monkeypatch):
        monkeypatch.setattr(mentions, "SHOWN", 1)
        for _ in range(2):
            factories.make_topic(author=person, body=NAME)

        page = text_of(admin.get(reverse("admin:personal_erase", args=["user", person.pk])))

        assert "投稿（2件）" in page
        assert "新しい1件を表示しています。" in page


def test_row_of_somebody_who_has_an_account_by_now_is_that_person(person):
    entry = factories.make_entry(name="別の名前", email=ADDRESS.upper())

    assert Subject.of_row(entry).user == person
