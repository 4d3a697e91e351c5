"""The public directory of all local governments: who is listed, what is found, what stays out of sight."""

from io import StringIO

import pytest
from django.core.management import call_command

from members.directory import Directory
from members.models import LocalGovernment, Organization, Standing
from tests import factories
from tests.html import text_of

Kind, Status = Organization.Kind, Organization.Status
ADDRESS = "/members/"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wards")]


@pytest.fixture(scope="module")
def wards(master_of_module):
    call_command("load_wards", stdout=StringIO())


def make_member(code, **fields):
    """The real local government of that code as a member body."""
    body = LocalGovernment.objects.get(code=code)
    return factories.make_organization(
        name=body.own_name, prefecture=body.prefecture, local_government=body, **fields
    )


def found(client, **query):
    """Names and standings of all rows that the search gives."""
    page = client.get(ADDRESS, query).context["page"]
    return {str(body): body.standing for body in page.paginator.object_list}


def test_members_stand_by_region_and_prefecture_with_counts(client):
    for code in ("102024", "102016", "132063", "342084"):
        make_member(code)
    factories.make_organization(kind=Kind.ASSOCIATION, name="群馬県町村会")

    text = text_of(client.get(ADDRESS))

    assert "本ポータルに登録された会員は、5の自治体・団体です" in text
    assert "関東 （4） 群馬県 （3） 群馬県前橋市 群馬県高崎市 群馬県町村会 東京都 （1）" in text
    assert "中国 （1） 広島県 （1） 広島県府中市" in text
    assert "九州・沖縄" not in text


def test_wards_are_a_group_of_their_own_and_not_counted(client):
    response = client.get(ADDRESS)

    directory = response.context["directory"]
    assert (directory.page.paginator.count, len(directory.wards)) == (0, 23)
    assert "会員登録の数には含みません。 千代田区 中央区" in text_of(response)


def test_directory_without_members_says_so_beside_the_published_figure(client):
    call_command("load_site_texts", stdout=StringIO())

    text = text_of(client.get(ADDRESS))

    assert "会員登録 390 を超える自治体・団体" in text
    assert "令和8年3月12日 現在" in text
    assert "本ポータルに登録された会員は、まだありません" in text
    assert "公表している会員登録の数とは、時点と範囲が異なります" in text


def test_map_counts_members_and_leads_to_their_prefecture(client):
    make_member("102016")

    cells = {cell.prefecture.code: cell for cell in client.get(ADDRESS).context["cells"]}

    assert len(cells) == 47
    assert (cells["10"].label, cells["13"].label) == ("群馬県 会員1", "東京都 会員0")
    assert cells["10"].url == "/members/?prefecture=10#results"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"q": "前橋"}, "群馬県前橋市"),
        ({"q": "ﾏｴﾊﾞｼ"}, "群馬県前橋市"),
        ({"q": "１０２０１６"}, "群馬県前橋市"),
        ({"q": "竜ヶ崎"}, "茨城県龍ケ崎市"),
        ({"q": "ふちゅうし", "prefecture": "34"}, "広島県府中市"),
    ],
)
def test_body_is_found_by_name_kana_and_code(client, query, name):
    assert found(client, **query) == {name: Standing.NONE}


def test_every_row_says_whether_the_body_is_a_member(client):
    make_member("132063")
    make_member("342084", status=Status.SUSPENDED)

    assert found(client, q="府中市") == {
        "東京都府中市": Standing.MEMBER,
        "広島県府中市": Standing.NONE,
    }
    assert found(client, q="千代田区") == {"東京都千代田区": Standing.WARD}
    text = text_of(client.get(ADDRESS, {"q": "府中市"}))
    assert "2の自治体・団体が見つかりました。このうち会員は1です" in text
    assert "広島県府中市 会員登録はありません ふちゅうし 市 342084" in text


def test_bodies_without_a_code_are_found_after_the_others(client):
    for status in Status:
        factories.make_organization(
            kind=Kind.ASSOCIATION, name=f"群馬県{status.label}会", status=status
        )

    names = list(found(client, prefecture="10"))

    assert len(names) == 36 + 3
    assert (names[0], names[1]) == ("群馬県", "群馬県前橋市")
    assert set(names[-3:]) == {"群馬県利用中会", "群馬県利用停止会", "群馬県退会会"}


def test_demo_bodies_and_secretariat_are_not_in_sight(client, settings):
    factories.make_organization(name="見本市", is_demo=True)

    assert found(client, q="見本") == found(client, q="事務局") == {}

    settings.DEMO = True

    assert found(client, q="見本") == {"群馬県見本市": Standing.DEMO}
    assert found(client, q="事務局") == {}
    assert Directory.current({}).members == []


def test_nothing_of_people_and_suspended_bodies_is_shown(client):
    member = make_member("102016", introduction="LEAK-introduction")
    make_member("102024", status=Status.SUSPENDED, introduction="LEAK-suspended")
    seat = factories.make_seat(
        organization=member, mailbox="leak@example.jp", telephone="LEAK-1", section="LEAK課"
    )
    factories.make_user(seat=seat, name="LEAK 太郎")

    for query in ({}, {"prefecture": "10"}, {"q": "LEAK"}):
        html = client.get(ADDRESS, query).content.decode().replace('value="LEAK"', "")
        assert "都道府県から探す" in html
        assert "leak@" not in html
        assert "LEAK-" not in html
        assert "LEAK課" not in html
        assert "LEAK 太郎" not in html


def test_search_that_finds_nothing_names_the_conditions_to_drop(client):
    response = client.get(ADDRESS, {"q": "前橋", "prefecture": "13"})

    text = text_of(response)
    assert "ふりがなでお試しください" in text
    assert "都道府県「東京都」の条件を外して探す" in text
    assert "検索語「前橋」の条件を外して探す" in text
    html = response.content.decode()
    assert 'href="?q=%E5%89%8D%E6%A9%8B#results"' in html
    assert 'href="?prefecture=13#results"' in html


@pytest.mark.parametrize("query", ["%", "_", "'; DROP TABLE", "ありえない名前", str(10**30)])
def test_signs_of_the_database_find_nothing(client, query):
    response = client.get(ADDRESS, {"q": query})

    assert response.context["page"].paginator.count == 0
    assert "当てはまる自治体・団体はありません" in text_of(response)


@pytest.mark.parametrize(
    "query",
    [{"prefecture": "99"}, {"prefecture": str(10**30)}, {"q": "\x00"}, {"q": "市" * 101}],
)
def test_senseless_search_shows_the_members_and_says_so(client, query):
    text = text_of(client.get(ADDRESS, query))

    assert "入力内容を確認してください" in text
    assert "会員登録をしている自治体・団体" in text


def test_all_municipalities_as_members_stand_on_pages_with_whole_counts(client):
    others = LocalGovernment.objects.exclude(kind=LocalGovernment.Kind.WARD)
    Organization.objects.bulk_create(
        Organization(
            kind=Kind.MUNICIPALITY,
            name=one.own_name,
            prefecture=one.prefecture,
            local_government=one,
        )
        for one in others.exclude(code="102016")
    )
    make_member("102016")

    pages = [client.get(ADDRESS, {"page": number}) for number in range(1, 10)]

    shown = [one for page in pages for one in page.context["directory"].members]
    assert len(shown) == len({one.pk for one in shown}) == 1765
    assert "登録された会員は、1765の自治体・団体です" in text_of(pages[8])
    assert [len(page.context["directory"].wards) for page in pages] == [23, *[0] * 8]
    assert "北海道 （180） 北海道 （180）" in text_of(pages[0])
    html = pages[0].content.decode()
    assert 'href="?page=2#members"' in html
    assert len(html) < 100_000


@pytest.mark.parametrize(
    ("number", "shown"),
    [("2", 2), ("999", 4), (str(10**30), 4), ("0x1", 1), ("-1", 4), ("\x00", 1), ("", 1)],
)
def test_pages_survive_any_number(client, number, shown):
    page = client.get(ADDRESS, {"prefecture": "01", "page": number}).context["page"]

    assert (page.number, page.paginator.num_pages) == (shown, 4)
