"""統計 as the secretariat sees it: the page, its sheets, and who may open it."""

import csv
import io

import pytest
import time_machine
from django.contrib.auth.models import Permission
from openpyxl import load_workbook

from board.models import Topic
from renkei.figures.period import Period
from renkei.figures.tables import Figures
from tests import factories
from tests.html import text_of

PAGE = "/admin/figures/"


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel("2026-11-26 10:00+09:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


class TestPage:
    def test_year_of_today_is_shown_beside_the_one_before(self, client, secretary, now):
        for moment, label in (
            ("2027-03-31 23:59+09:00", "令和8年度 令和7年度"),
            ("2027-04-01 00:00+09:00", "令和9年度 令和8年度"),
        ):
            now.move_to(moment)
            client.force_login(secretary)
            assert f"項目 {label}" in text_of(client.get(PAGE))

    def test_another_year_and_other_days_may_be_asked_for(self, admin):
        year = text_of(admin.get(PAGE, {"year": "2024", "since": "", "until": ""}))
        days = text_of(admin.get(PAGE, {"since": "R8.4.1", "until": "令和8年9月30日"}))

        assert "項目 令和6年度 令和5年度" in year
        assert "令和8年4月1日から令和8年9月30日まで" in days
        assert "2026年10月" not in days

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"since": "R8.4.1"}, "両方を入力"),
            ({"since": "R8.4.2", "until": "R8.4.1"}, "開始日以後"),
            ({"since": "R5.4.1", "until": "R8.4.1"}, "2年以内"),
            ({"since": "いつか", "until": "R8.4.1"}, "日付は"),
            ({"year": "1800"}, "年度"),
        ],
    )
    def test_wrong_days_are_told_and_give_no_file(self, admin, typed, told):
        response = admin.get(PAGE, typed)

        assert "入力内容を確認してください" in text_of(response)
        assert told in text_of(response)
        assert "令和8年度" in text_of(response)
        assert admin.get(f"{PAGE}figures.xlsx", typed).status_code == 404

    def test_charts_say_their_numbers_and_have_a_name(self, admin):
        factories.make_organization(joined_on="2026-04-01")

        html = admin.get(PAGE).content.decode()

        assert html.count('<svg viewBox="0 0 640') == 5
        assert 'aria-label="月別の新しい会員登録の図。数は表にあります。"' in html
        assert 'style="' not in html.partition('id="content"')[2]

    def test_map_leads_to_the_members_of_a_prefecture(self, admin):
        factories.make_organization(prefecture="10", joined_on="2026-04-01")

        cell = admin.get(PAGE).context["cells"][9]

        assert cell.members == 1
        assert admin.get(cell.url).context["cl"].result_count == 1

    def test_demo_data_are_shown_only_where_asked_for_and_are_said(self, admin, settings):
        settings.DEMO = True
        factories.make_organization(prefecture="10", joined_on="2026-04-01", is_demo=True)

        without, shown = admin.get(PAGE), admin.get(PAGE, {"demo": "on"})

        assert without.context["cells"][9].members == 0
        assert shown.context["cells"][9].members == 1
        assert "見本データを含む数です" in text_of(shown)
        name = admin.get(f"{PAGE}figures.xlsx", {"demo": "on"}).headers["Content-Disposition"]
        assert "%E8%A6%8B%E6%9C%AC%E3%83%87%E3%83%BC%E3%82%BF%E3%82%92%E5%90%AB%E3%82%80" in name

    def test_demo_data_cannot_be_asked_for_in_production(self, admin):
        factories.make_organization(prefecture="10", joined_on="2026-04-01", is_demo=True)

        response = admin.get(PAGE, {"demo": "on"})

        assert response.context["cells"][9].members == 0
        assert "見本データ" not in text_of(response)

    @pytest.mark.parametrize("number", [1, 3])
    def test_page_asks_a_constant_number_of_queries(self, admin, django_assert_num_queries, number):
        for _ in range(number):
            body = factories.make_organization(joined_on="2025-04-01")
            factories.make_user(seat=factories.make_seat(organization=body))
            factories.make_regional_agreement()
            factories.make_corporate_agreement()
            topic = factories.make_topic(asks=Topic.Asks.APPLY)
            factories.make_reply(topic)
            factories.make_answer(topic)

        with django_assert_num_queries(17):
            admin.get(PAGE)


class TestExport:
    def test_book_has_a_sheet_per_table(self, admin):
        factories.make_organization(joined_on="2026-04-01", prefecture="10")

        response = admin.get(f"{PAGE}figures.xlsx", {"year": "2026"})

        book = load_workbook(io.BytesIO(response.content))
        assert book.sheetnames == [
            table.title for table in Figures(Period.of_fiscal_year(2026)).tables().values()
        ]
        assert [cell.value for cell in book["全体"][1]] == ["項目", "令和8年度", "令和7年度"]
        assert [cell.value for cell in book["都道府県別の会員団体"][11]] == ["群馬県", 1, 0, 0, 1]
        assert "attachment" in response.headers["Content-Disposition"]

    @pytest.mark.parametrize(
        "name",
        ["summary", "members", "registrations", "categories", "matches", "use", "silent", "mails"],
    )
    def test_each_table_is_a_csv(self, admin, name):
        response = admin.get(f"{PAGE}{name}.csv", {"year": "2025"})

        lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert lines[0] == list(Figures(Period.of_fiscal_year(2025)).tables()[name].head)

    def test_unknown_table_is_not_found(self, admin):
        assert admin.get(f"{PAGE}secrets.csv").status_code == 404


class TestAccess:
    ADDRESSES = (PAGE, f"{PAGE}figures.xlsx", f"{PAGE}summary.csv")

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_only_the_secretariat_sees_figures(self, client, manager, address):
        anonymous = client.get(address)
        client.force_login(manager)

        assert anonymous.status_code == 302
        assert client.get(address).status_code == 403

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_secretary_who_may_not_see_bodies_sees_no_figures(self, client, secretary, address):
        secretary.is_superuser = False
        secretary.save()
        client.force_login(secretary)
        before = client.get(address).status_code
        secretary.user_permissions.add(Permission.objects.get(codename="view_organization"))

        assert (before, client.get(address).status_code) == (403, 200)

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_figures_are_only_read(self, admin, address):
        assert admin.post(address).status_code == 405
