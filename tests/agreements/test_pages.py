"""The registers' pages with few rows or none: what they show, and what they cost."""

from datetime import date

import pytest
from django.urls import reverse

from agreements.models import Matter, Party
from members.models import LocalGovernment
from tests import factories
from tests.agreements.test_real_registers import CITIES, party_names
from tests.html import text_of

TOWNS = Party.Members.TOWNS_AND_VILLAGES


@pytest.mark.parametrize("name", ["index", "regional_list", "corporate_list", "constituent_list"])
def test_empty_register_says_so_and_shows_no_empty_table(client, db, name):
    html = client.get(reverse(f"agreements:{name}")).content.decode()

    assert "ありません" in html
    assert "<table" not in html
    assert "None" not in html


def test_ended_agreement_moves_to_the_history(client, db):
    factories.make_regional_agreement(parties=[("第一町村会", TOWNS)])
    factories.make_regional_agreement(parties=[("旧町村会", TOWNS)], ended_on=date(2020, 4, 1))

    response = client.get(reverse("agreements:regional_list"))

    assert party_names(response) == ["第一町村会"]
    assert "旧町村会 （ 平成30年4月16日 締結、 令和2年4月1日 終了）" in text_of(response)


def test_regional_detail_shows_day_state_parties_and_matters(client, db):
    agreement = factories.make_regional_agreement(
        parties=[("京都府市長会", CITIES), ("京都府町村会", TOWNS)], published_count=26
    )
    agreement.matters.add(Matter.objects.create(name="観光振興"))

    text = text_of(client.get(agreement.get_absolute_url()))

    assert "平成30年4月16日（月）" in text
    assert "協定継続中" in text
    assert "京都府市長会・京都府町村会 合わせて26" in text
    assert "観光振興" in text


def test_regional_detail_keeps_the_secretariats_notes_private(client, db):
    agreement = factories.make_regional_agreement(
        note="LEAK-memo", term_months=12, notice_months=1, renews_automatically=True
    )

    text = text_of(client.get(agreement.get_absolute_url()))

    assert "LEAK-memo" not in text
    assert "更新" not in text


def test_regional_detail_lists_constituents_by_kind_and_marks_members(client, db):
    Kind = LocalGovernment.Kind  # noqa: N806 - a class
    factories.make_local_government(name="甲村", kind=Kind.VILLAGE)
    town = factories.make_local_government(
        name="乙町", kind=Kind.TOWN, website="https://b.example/"
    )
    factories.make_organization(name="乙町", local_government=town)
    agreement = factories.make_regional_agreement(parties=[("町村会", TOWNS)])

    response = client.get(agreement.get_absolute_url())

    kinds = [
        (kind, [body.name for body in bodies]) for kind, bodies in response.context["constituents"]
    ]
    assert kinds == [("町", ["乙町"]), ("村", ["甲村"])]
    html = response.content.decode()
    assert f'href="/members/{town.code}/"' in html
    assert 'href="https://b.example/"' in html
    assert "乙町 乙町の サイト （外部サイト） 会員" in text_of(response)


def test_corporate_detail_shows_activities(client, db):
    agreement = factories.make_corporate_agreement(activities=["講演会", "展示"])

    assert "主な取組 講演会 展示" in text_of(client.get(agreement.get_absolute_url()))


PAGES = {
    "agreements:index": 4,
    "agreements:regional_list": 4,
    "agreements:corporate_list": 5,
    "agreements:constituent_list": 3,
    # Events, news and the newest publication, too.
    "home": 8,
}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), PAGES.items())
def test_queries_do_not_grow_with_the_rows(
    client, db, django_assert_num_queries, name, queries, rows
):
    for number in range(rows):
        town = factories.make_local_government()
        factories.make_organization(name=f"会員{number}町", local_government=town)
        factories.make_regional_agreement(parties=[("町村会", TOWNS), ("市長会", CITIES)])
        factories.make_corporate_agreement(activities=["講演会", "展示"])
        factories.make_corporate_agreement(ended_on=date(2020, 4, 1))

    with django_assert_num_queries(queries):
        client.get(reverse(name))


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_of_a_detail_page_do_not_grow_with_the_rows(
    client, db, django_assert_num_queries, rows
):
    parties = [(f"第{number}町村会", TOWNS) for number in range(rows)]
    agreement = factories.make_regional_agreement(parties=parties)
    for number in range(rows):
        town = factories.make_local_government()
        factories.make_organization(name=f"会員{number}町", local_government=town)
        agreement.matters.add(Matter.objects.create(name=f"項目{number}"))

    with django_assert_num_queries(5):
        client.get(agreement.get_absolute_url())
