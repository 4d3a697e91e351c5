"""The page of a body: every local government has one, member or not."""

import json
import re
from datetime import date

import pytest
from django.urls import reverse

from agreements.models import Party
from members.models import LocalGovernment, Organization, Theme
from news.models import Event
from tests import factories
from tests.html import text_of

Kind, Status = Organization.Kind, Organization.Status
CITIES, TOWNS = Party.Members.CITIES, Party.Members.TOWNS_AND_VILLAGES
PROFILE = {
    "introduction": "LEAK-introduction",
    "website": "https://leak.example/",
    "x_account": "@leak_x",
    "magazine_url": "https://leak.example/magazine/",
    "joined_on": date(2026, 5, 1),
}


def make_member(body, **fields):
    return factories.make_organization(
        name=body.own_name, prefecture=body.prefecture, local_government=body, **fields
    )


def structured_data(response):
    found = re.search(r"<script[^>]*>(.*?)</script>", response.content.decode())
    return json.loads(found[1])


def test_body_that_is_no_member_has_a_page_that_says_so(client, registers):
    response = client.get("/members/102016/")

    text = text_of(response)
    assert "会員登録はありません" in text
    assert "会員登録の申請" in text
    assert "ふりがな まえばしし 種別 市 都道府県 群馬県 団体コード 102016" in text
    assert "群馬県前橋市のウェブサイト（外部サイト）" in text
    assert "群馬県市長会との広域連携協定 （ 平成30年4月16日 締結）" in text
    assert "群馬県町村会" not in text


def test_member_shows_what_it_says_of_itself(client, db):
    town = factories.make_local_government(name="甲町", website="https://master.example/")
    member = make_member(town, **PROFILE | {"introduction": "一行目\n\n<b>太字</b>"})
    member.themes.add(Theme.objects.create(name="防災"))

    response = client.get(town.get_absolute_url())

    text, html = text_of(response), response.content.decode()
    assert "会員登録 会員 会員登録日 令和8年5月1日" in text
    assert "関心のあるテーマ 防災" in text
    assert "<p>一行目</p>\n\n<p>&lt;b&gt;太字&lt;/b&gt;</p>" in html
    assert 'href="https://leak.example/"' in html
    assert 'href="https://leak.example/magazine/"' in html
    assert 'href="https://x.com/leak_x"' in html
    assert "master.example" not in html
    assert "会員登録の申請" not in text


@pytest.mark.parametrize(
    "state", [{"status": Status.SUSPENDED}, {"status": Status.WITHDRAWN}, {"is_demo": True}]
)
def test_body_that_is_no_member_any_more_shows_nothing_it_entered(client, db, state):
    town = factories.make_local_government(name="甲町", website="https://master.example/")
    member = make_member(town, **PROFILE | state)
    member.themes.add(Theme.objects.create(name="LEAK-theme"))
    group = factories.make_organization(
        kind=Kind.ASSOCIATION, name="甲会", **PROFILE | {"status": Status.WITHDRAWN}
    )

    for body in (town, group):
        response = client.get(body.get_absolute_url())
        html = response.content.decode()
        assert "会員登録はありません" in html
        assert "leak" not in html.lower()
        assert "令和8年5月1日" not in html
    assert 'href="https://master.example/"' in client.get(town.get_absolute_url()).content.decode()


def test_people_and_telephones_stay_private(client, db):
    town = factories.make_local_government()
    seat = factories.make_seat(
        organization=make_member(town),
        section="LEAK課",
        mailbox="leak@example.jp",
        telephone="LEAK-1",
    )
    factories.make_user(seat=seat, name="LEAK 太郎", email="leak2@example.jp")

    assert "leak" not in client.get(town.get_absolute_url()).content.decode().lower()


def test_demo_body_has_a_page_in_the_demonstration_only(client, db, settings):
    body = factories.make_organization(name="見本市", is_demo=True, introduction="見本の紹介")
    address = reverse("group_profile", args=[body.pk])

    assert client.get(address).status_code == 404

    settings.DEMO = True

    assert "会員登録 見本" in text_of(client.get(address))
    assert "見本の紹介" in text_of(client.get(address))


def test_association_has_a_page_with_the_agreement_that_it_signed(client, db):
    group = factories.make_organization(kind=Kind.ASSOCIATION, name="群馬県町村会")
    factories.make_regional_agreement(parties=[("群馬県町村会", TOWNS)])
    factories.make_regional_agreement(parties=[("群馬県市長会", CITIES)])

    response = client.get(f"/members/g{group.pk}/")

    text = text_of(response)
    assert "会員登録 会員 種別 団体 都道府県 群馬県" in text
    assert "群馬県町村会との広域連携協定" in text
    assert "群馬県市長会" not in text
    assert structured_data(response)["@type"] == "Organization"


def test_body_with_a_code_and_the_secretariat_have_no_page_by_number(client, db):
    member = make_member(factories.make_local_government())
    secretariat = factories.make_secretariat()

    for body in (member, secretariat):
        assert client.get(reverse("group_profile", args=[body.pk])).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "10201",
        "1020160",
        "999999",
        "１０２０１６",
        "10201x",
        "g0",
        f"g{10**30}",
        "g-1",
        "%00",
        "g1%00",
    ],
)
def test_addresses_of_nobody_are_not_found(client, master, address):
    assert client.get(f"/members/{address}/").status_code == 404


def test_prefecture_shows_the_agreements_of_its_associations(client, registers):
    text = text_of(client.get("/members/100005/"))

    assert "群馬県町村会との広域連携協定" in text
    assert "群馬県市長会との広域連携協定" in text
    assert "北海道町村会" not in text


def test_ward_is_no_registered_member_and_leads_to_all_agreements(client, registers):
    ward = LocalGovernment.objects.get(code="131016")
    make_member(ward, kind=Kind.WARD)

    text = text_of(client.get("/members/131016/"))

    assert "東京都千代田区" in text
    assert "会員登録 東京23区" in text
    assert "広域連携協定の一覧" in text


def test_ended_agreements_cover_nobody(client, db):
    factories.make_regional_agreement(parties=[("旧町村会", TOWNS)], ended_on=date(2020, 4, 1))
    town = factories.make_local_government()

    text = text_of(client.get(town.get_absolute_url()))

    assert "旧町村会" not in text
    assert "継続中の広域連携協定はありません" in text


def test_merged_body_leads_to_its_successor_and_back(client, db):
    factories.make_regional_agreement(parties=[("町村会", TOWNS)])
    new = factories.make_local_government(name="新町", established_on=date(2020, 4, 1))
    old = factories.make_local_government(name="旧町", abolished_on=date(2020, 4, 1), successor=new)

    before, after = client.get(old.get_absolute_url()), client.get(new.get_absolute_url())

    assert "令和2年4月1日 に廃止されました。現在は 群馬県新町 です。" in text_of(before)
    assert f'href="{new.get_absolute_url()}"' in before.content.decode()
    assert "町村会との広域連携協定" not in text_of(before)
    assert "前身の自治体 群馬県旧町 （ 令和2年4月1日 廃止）" in text_of(after)
    assert "町村会との広域連携協定" in text_of(after)


def test_structured_data_describe_the_body_and_end_no_script(client, db):
    town = factories.make_local_government(name="</script><b>町")

    response = client.get(town.get_absolute_url())

    assert "<b>町" not in response.content.decode()
    assert structured_data(response) == {
        "@context": "https://schema.org",
        "@type": "GovernmentOrganization",
        "name": "群馬県</script><b>町",
        "alternateName": "てすとまち",
        "identifier": town.code,
        "mainEntityOfPage": f"https://portal.example.jp/members/{town.code}/",
        "address": {
            "@type": "PostalAddress",
            "addressCountry": "JP",
            "addressRegion": "群馬県",
        },
    }


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_the_rows(client, db, django_assert_num_queries, rows):
    town = factories.make_local_government()
    member = make_member(town)
    group = factories.make_organization(kind=Kind.ASSOCIATION, name="群馬県町村会")
    for number in range(rows):
        theme = Theme.objects.create(name=f"テーマ{number}")
        member.themes.add(theme)
        group.themes.add(theme)
        for body in (member, group):
            body.former_names.create(name=f"旧{number}町", until=date(2020, 3, 31))
        factories.make_local_government(abolished_on=date(2020, 4, 1), successor=town)
        factories.make_regional_agreement(parties=[("群馬県町村会", TOWNS), ("市長会", CITIES)])

    with django_assert_num_queries(7):
        client.get(town.get_absolute_url())
    with django_assert_num_queries(6):
        client.get(group.get_absolute_url())


def test_next_events_of_a_member_are_named_and_no_drafts_or_past_ones(client, db):
    town = factories.make_local_government(name="甲町")
    user = factories.make_user(seat=factories.make_seat(organization=make_member(town)))
    for name, fields in {
        "秋の祭り": {"is_draft": False, "starts_on": "2127-11-03", "ends_on": "2127-11-03"},
        "案の祭り": {"starts_on": "2127-11-03", "ends_on": "2127-11-03"},
        "昔の祭り": {"is_draft": False, "starts_on": "2020-11-03", "ends_on": "2020-11-03"},
    }.items():
        Event.objects.filter(pk=factories.make_proposal(by=user, name=name).pk).update(**fields)
    factories.make_event(name="別の団体の祭り", starts_on=date(2127, 11, 3))

    text = text_of(client.get(town.get_absolute_url()))

    assert "これからのイベント" in text
    assert "秋の祭り" in text
    assert not [name for name in ("案の祭り", "昔の祭り", "別の団体の祭り") if name in text]


def test_member_goes_on_to_the_contacts_and_topics_of_a_partner(client, contributor):
    partner = factories.make_user().seat
    body = partner.organization
    factories.make_topic(author=partner.users.get(), title="物産展の相談")
    factories.make_topic(title="ほかの団体の投稿")
    assert "担当部署の連絡先" not in text_of(client.get(body.get_absolute_url()))
    client.force_login(contributor)

    page = client.get(body.get_absolute_url()).text
    contacts, topics = re.findall(r'button-secondary" href="(/(?:members/dir|board)[^"]+)"', page)

    assert partner.section in text_of(client.get(contacts.replace("&amp;", "&")))
    listed = client.get(topics.replace("&amp;", "&")).context["topics"]
    assert [topic.title for topic in listed] == ["物産展の相談"]
