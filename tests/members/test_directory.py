"""会員名簿: contacts for every member, names on request only and recorded."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import contacts, people
from members.models import AuditEntry, FormerName, Organization, User
from tests import factories
from tests.html import text_of

Kind, Status = Organization.Kind, Organization.Status
ADDRESS = "/members/directory/"
PRINT = f"{ADDRESS}print/"


@pytest.fixture
def at_work(client, viewer):
    """Whoever may least: 閲覧のみ."""
    client.force_login(viewer)
    client.get("/contact/")
    return client


def make_body(name, *, section="企画課", **fields):
    body = factories.make_organization(name=name, **fields)
    factories.make_seat(organization=body, section=section)
    return body


def found(client, **query):
    bodies = client.get(ADDRESS, query).context["page"].paginator.object_list
    return [body.name for body in bodies]


def ask(client, body):
    return client.post(reverse("members:directory_names", args=[body.pk]))


@pytest.mark.parametrize("address", [ADDRESS, PRINT])
def test_sections_mailboxes_and_telephones_are_shown_directly(at_work, address):
    seat = factories.make_seat(
        organization=factories.make_organization(name="甲市"),
        section="観光課",
        mailbox="kanko@city.example.jp",
        telephone="027-000-0000",
        extension="123",
    )
    factories.make_seat(organization=seat.organization, section="企画課")

    text = text_of(at_work.get(address))

    assert "群馬県甲市" in text
    assert "観光課 kanko@city.example.jp 027-000-0000 内線 123" in text
    assert "企画課 （なし） （なし）" in text


def test_secretariat_stands_at_the_top_and_the_others_in_code_order(at_work, viewer):
    ward = make_body("千代田区", kind=Kind.WARD, prefecture="13")
    town = factories.make_local_government(prefecture="01")
    member = make_body("乙町", prefecture="01", local_government=town)
    make_body("甲会", prefecture="01", kind=Kind.ASSOCIATION)
    secretariat = factories.make_secretariat()

    names = found(at_work)

    own = viewer.seat.organization.name
    assert names == [secretariat.name, member.name, "甲会", own, ward.name]
    assert "事務局" in text_of(at_work.get(ADDRESS))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "こうふ"}, ["甲府市"]),
        ({"q": "ｺｳﾌ"}, ["甲府市"]),
        ({"q": "観光課"}, ["甲府市"]),
        ({"q": "甲府　観光課"}, ["甲府市"]),
        ({"q": "甲府 総務課"}, []),
        ({"q": "%"}, []),
        ({"prefecture": "19"}, ["甲府市", "山梨県町村会"]),
        ({"prefecture": "19", "kind": "association"}, ["山梨県町村会"]),
        ({"kind": "ward"}, []),
        ({"q": "<script>alert(1)</script>"}, []),
    ],
)
def test_bodies_are_found_by_name_kana_section_prefecture_and_kind(at_work, query, names):
    make_body("甲府市", prefecture="19", kana="こうふし", section="観光課")
    factories.make_seat(
        section="総務課",
        organization=factories.make_organization(
            name="山梨県町村会", prefecture="19", kind=Kind.ASSOCIATION, kana="やまなしけん"
        ),
    )

    response = at_work.get(ADDRESS, query)

    assert found(at_work, **query) == names
    assert "<script>alert" not in response.content.decode()


def test_body_is_found_by_its_code(at_work):
    town = factories.make_local_government(name="丙町")
    make_body("丙町", local_government=town)

    assert found(at_work, q=town.code) == ["丙町"]


@pytest.mark.parametrize(
    "query", [{"prefecture": "99"}, {"kind": "secretariat"}, {"q": "\x00"}, {"q": "市" * 101}]
)
def test_senseless_conditions_show_everybody_and_say_so(at_work, query):
    make_body("甲市")

    response = at_work.get(ADDRESS, query)

    assert "入力内容を確認してください" in text_of(response)
    assert "甲市" in text_of(response)
    assert at_work.get(PRINT, query).status_code == 200


@pytest.mark.parametrize("address", [ADDRESS, PRINT])
def test_bodies_outside_are_absent_and_their_names_are_not_told(at_work, address):
    outside = [
        make_body("LEAK停止市", status=Status.SUSPENDED, section="LEAK課"),
        make_body("LEAK退会市", status=Status.WITHDRAWN, section="LEAK課"),
        make_body("LEAK見本市", is_demo=True, section="LEAK課"),
    ]
    for body in outside:
        factories.make_user(seat=body.seats.get(), name="LEAK 太郎", shows_name=True)

    assert "LEAK" not in at_work.get(address).content.decode()
    assert found(at_work, q="LEAK") == []
    assert [ask(at_work, body).status_code for body in outside] == [404, 404, 404]
    assert not AuditEntry.objects.exists()


def test_demo_bodies_are_marked_in_the_demonstration(at_work, settings):
    settings.DEMO = True
    make_body("見本市", is_demo=True)

    assert "群馬県見本市 見本" in text_of(at_work.get(ADDRESS))


def test_mail_link_holds_the_address_and_nothing_else(at_work):
    factories.make_seat(section="観光課", mailbox="a?bcc=b&c@city.example.jp")

    html = at_work.get(ADDRESS).content.decode()

    assert 'href="mailto:a%3Fbcc%3Db%26c@city.example.jp"' in html


class TestNames:
    @pytest.fixture
    def body(self, manager):
        """One who agreed, and five who must not be named."""
        seat = manager.seat
        factories.make_user(seat=seat, name="見本 公子", shows_name=True)
        factories.make_user(seat=seat, name="LEAK 不同意")
        factories.make_user(seat=seat, name="LEAK 停止", shows_name=True, is_active=False)
        factories.make_user(name="LEAK 他団体", shows_name=True)
        return seat.organization

    @pytest.mark.parametrize("address", [ADDRESS, PRINT])
    def test_lists_show_no_names(self, at_work, body, address):
        html = at_work.get(address).content.decode()

        assert body.full_name in html
        assert "見本 公子" not in html
        assert "LEAK" not in html

    def test_names_of_those_who_agreed_are_shown_on_request_and_recorded(
        self, at_work, viewer, body
    ):
        text = text_of(ask(at_work, body))

        agreed = User.objects.get(name="見本 公子")
        assert "見本 公子 企画課" in text
        assert "LEAK" not in text
        entry = AuditEntry.objects.get()
        assert (entry.act, entry.actor, entry.target_id) == ("show_names", viewer, str(body.pk))
        assert entry.detail == {"people": [agreed.pk]}

    def test_button_stands_where_somebody_agreed(self, at_work, body):
        html = at_work.get(ADDRESS).content.decode()

        assert f'action="{reverse("members:directory_names", args=[body.pk])}' in html
        assert html.count("担当者の氏名を表示する<") == 2
        assert "担当者の氏名を表示する" not in at_work.get(PRINT).content.decode()

    def test_body_where_nobody_agreed_says_so(self, at_work, viewer):
        assert "選んだ方はいません" in text_of(ask(at_work, viewer.seat.organization))

    def test_anonymous_learns_nothing(self, client, body):
        assert ask(client, body).status_code == 302
        assert client.get(ADDRESS).status_code == 302
        assert not AuditEntry.objects.exists()

    def test_look_ups_are_limited_for_each_person(self, at_work, client_factory, body, settings):
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "show_names": "2/h/user"}
        colleague = client_factory()
        colleague.force_login(factories.make_user())

        answers = [ask(at_work, body).status_code for _ in range(3)]

        assert answers == [200, 200, 429]
        assert ask(colleague, body).status_code == 200
        assert AuditEntry.objects.filter(act="show_names").count() == 3


class TestChoice:
    def test_nobody_is_named_before_the_person_says_so(self, at_work, viewer):
        assert not viewer.shows_name
        assert "だれが表示したかは記録されます" in text_of(at_work.get("/members/me/"))

        at_work.post("/members/me/name/", {"shows_name": "on", "is_staff": "1", "role": "manager"})

        viewer.refresh_from_db()
        assert (viewer.shows_name, viewer.is_staff, viewer.role) == (True, False, "viewer")
        assert "見本 太郎" in text_of(ask(at_work, viewer.seat.organization))

    def test_choice_is_taken_back(self, at_work, viewer):
        contacts.choose(viewer, shows_name=True)

        at_work.post("/members/me/name/", {})

        viewer.refresh_from_db()
        assert not viewer.shows_name
        assert list(AuditEntry.objects.values_list("act", "detail__after").order_by("id")) == [
            ("choose_name", True),
            ("choose_name", False),
        ]

    def test_choice_ends_with_a_move_to_another_body(self, secretary, viewer):
        contacts.choose(viewer, shows_name=True)

        people.move(viewer, factories.make_seat(), by=secretary)

        viewer.refresh_from_db()
        assert not viewer.shows_name

    def test_secretariat_cannot_choose_for_somebody(self, client, secretary, viewer):
        client.force_login(secretary)

        html = client.get(reverse("admin:members_user_change", args=[viewer.pk])).content.decode()

        assert 'name="role"' in html
        assert 'name="shows_name"' not in html


def test_sheet_holds_all_pages_up_to_the_limit(at_work, monkeypatch):
    for number in range(25):
        make_body(f"第{number:02}会", kind=Kind.ASSOCIATION)

    assert len(at_work.get(ADDRESS).context["page"]) == 20
    assert len(at_work.get(PRINT).context["bodies"]) == 26

    monkeypatch.setattr(contacts, "MAX_PRINTED", 10)
    response = at_work.get(PRINT, {"kind": "association"})

    assert "25団体のうち、はじめの10団体です" in text_of(response)
    assert len(response.context["bodies"]) == 10
    assert "会員名簿 団体" in text_of(response)


@pytest.mark.parametrize("address", [ADDRESS, PRINT])
def test_queries_do_not_grow_with_bodies_and_seats(at_work, address):
    counts = []
    for number in range(3):
        town = factories.make_local_government(name=f"第{number}町")
        body = factories.make_organization(name=f"第{number}町", local_government=town)
        for section in range(3):
            seat = factories.make_seat(organization=body, section=f"第{section}課")
            factories.make_user(seat=seat, shows_name=True)
            FormerName.objects.create(seat=seat, name="旧課", until=date(2026, 3, 31))
        with CaptureQueriesContext(connection) as queries:
            text = text_of(at_work.get(address))
        counts.append(len(queries))
        assert f"第{number}町" in text

    assert counts[0] == counts[2]


def test_members_are_led_to_the_directory_and_visitors_are_not(client, at_work, client_factory):
    for page in ("/", "/members/"):
        assert f'href="{ADDRESS}"' in at_work.get(page).content.decode()
        assert f'href="{ADDRESS}"' not in client_factory().get(page).content.decode()
