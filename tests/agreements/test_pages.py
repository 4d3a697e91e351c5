"""The registers' pages: what they show, and what they cost."""

from datetime import date

import pytest
from django.urls import reverse

from agreements.models import Matter, Party, RegionalAgreement
from members.models import LocalGovernment, Organization
from tests import factories
from tests.html import text_of

CITIES, TOWNS = Party.Members.CITIES, Party.Members.TOWNS_AND_VILLAGES


def party_names(response):
    shown = response.context["shown"]
    return [party.name for party in shown.parties]


def test_regional_list_shows_the_register_as_printed(client, registers):
    response = client.get(reverse("agreements:regional_list"))
    text = text_of(response)

    assert "9地域13団体と広域連携協定を締結しています" in text
    assert "372です（ 令和8年3月12日 現在）" in text
    assert "協定締結日 団体名 構成自治体数" in text
    assert party_names(response)[:5] == [
        "北海道町村会",
        "京都府市長会",
        "京都府町村会",
        "青森県市長会",
        "青森県町村会",
    ]


def test_joint_agreements_have_one_count_said_in_words(client, registers):
    html = client.get(reverse("agreements:regional_list")).content.decode()

    assert html.count('rowspan="2"') == 2
    assert "京都府市長会・京都府町村会 合わせて" in html
    assert "青森県市長会・青森県町村会 合わせて" in html


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"prefecture": "10"}, ["群馬県町村会", "群馬県市長会"]),
        ({"prefecture": "10", "kind": CITIES}, ["群馬県市長会"]),
        ({"prefecture": "26", "kind": CITIES}, ["京都府市長会", "京都府町村会"]),
        ({"prefecture": "13"}, []),
    ],
)
def test_regional_list_is_filtered_by_prefecture_and_kind(client, registers, query, expected):
    response = client.get(reverse("agreements:regional_list"), query)

    assert party_names(response) == expected


def test_regional_list_is_sorted_by_day_of_signing(client, registers):
    response = client.get(reverse("agreements:regional_list"), {"sort": "-signed_on"})

    days = [agreement.signed_on for agreement in response.context["shown"].agreements]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    "query", [{"prefecture": "99"}, {"sort": "password"}, {"kind": "' OR 1=1"}]
)
def test_senseless_filters_show_everything_and_say_so(client, registers, query):
    response = client.get(reverse("agreements:regional_list"), query)

    assert len(party_names(response)) == 13
    assert "入力内容を確認してください" in text_of(response)


def test_map_shows_agreements_constituents_and_members(client, registers):
    factories.make_organization(prefecture="10")
    factories.make_organization(prefecture="10", is_demo=True)
    factories.make_organization(prefecture="10", kind=Organization.Kind.SECRETARIAT)
    factories.make_organization(prefecture="10", status=Organization.Status.WITHDRAWN)

    cells = {cell.prefecture.code: cell for cell in client.get(reverse("home")).context["cells"]}

    assert len(cells) == 47
    assert cells["10"].label == "群馬県 協定2件 構成自治体35 会員1"
    assert cells["13"].label == "東京都 協定なし"


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


def test_sheet_for_circulation_holds_the_facts_and_where_they_are_from(client, registers):
    agreement = RegionalAgreement.objects.get(prefecture="26")

    text = text_of(client.get(reverse("agreements:regional_print", args=[agreement.pk])))

    assert "決裁欄" in text
    assert f"https://portal.example.jp{agreement.get_absolute_url()}" in text
    assert "京都府市長会・京都府町村会 合わせて26" in text
    assert "町（10） 大山崎町、久御山町" in text.replace("\u3000", " ")


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


def test_corporate_list_opens_with_the_purpose_and_keeps_the_order(client, registers):
    factories.make_site_text("corporate-purpose", body="- 趣旨に賛同した企業と締結")

    text = text_of(client.get(reverse("agreements:corporate_list")))

    assert "趣旨に賛同した企業と締結" in text
    assert "締結企業 締結年月日 主な取組" in text
    assert "ビジネス交流会の開催 「けんしん」活動の推進" in text
    names = ("第一生命", "損害保険ジャパン", "三井住友海上", "明治安田生命")
    assert sorted(names, key=text.index) == list(names)


def test_corporate_detail_shows_activities(client, db):
    agreement = factories.make_corporate_agreement(activities=["講演会", "展示"])

    assert "主な取組 講演会 展示" in text_of(client.get(agreement.get_absolute_url()))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", 372),
        ("前橋", 1),
        ("マエバシ", 1),
        ("102016", 1),
        ("群馬県　町村会", 23),
        ("%", 0),
        ("ありえない名前", 0),
    ],
)
def test_constituents_are_found_by_name_kana_and_code(client, registers, query, expected):
    response = client.get(reverse("agreements:constituent_list"), {"q": query})

    assert response.context["page"].paginator.count == expected


@pytest.mark.parametrize(("number", "shown"), [("2", 2), ("999", 8), ("0x1", 1), ("1e9", 1)])
def test_constituent_pages_survive_any_number(client, registers, number, shown):
    response = client.get(reverse("agreements:constituent_list"), {"page": number})

    assert response.context["page"].number == shown


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
