"""A section of a member body finds the way to its 管理担当者, and learns nothing about them."""

import pytest

from members.forms.application import ALREADY_MEMBER
from members.models import Delivery, LocalGovernment, Organization, User
from tests import factories
from tests.members.registering import REGISTER, typed

KEY = "0123456789abcdef" * 2
BUTTON = "貴団体の管理担当者に連絡する"
SENT = "/members/register/ask/sent/"


@pytest.fixture
def body(db):
    town = factories.make_local_government(name="見本町", prefecture="10")
    return factories.make_organization(name="見本町", local_government=town)


@pytest.fixture
def manager(body):
    seat = factories.make_seat(organization=body, mailbox="LEAK@town.example.jp")
    return factories.make_user(seat=seat, name="LEAK 管理", role=User.Role.MANAGER)


def ask(client, body, **fields):
    question = {
        "form_key": KEY,
        "name": "見本 月子",
        "section": "観光課",
        "mailbox": "ｋａｎｋｏ＠town.example.jp",
        "message": "観光課も使いたいので、追加をお願いします。",
        "send": "1",
        **fields,
    }
    return client.post(f"/members/register/ask/{body.pk}/", question)


def test_typing_a_member_leads_to_its_page_and_its_managers(client, body, manager):
    html = client.post(REGISTER, typed()).content.decode()

    assert ALREADY_MEMBER in html
    assert f'action="/members/register/ask/{body.pk}/"' in html
    assert f'href="{body.get_absolute_url()}"' in html
    assert BUTTON in html
    assert "LEAK" not in html


def test_what_was_typed_comes_along(client, body):
    comes_along = {"name": "見本 月子", "section": "観光課"}

    html = client.post(f"/members/register/ask/{body.pk}/", comes_along).content.decode()

    assert 'value="見本 月子"' in html
    assert 'value="観光課"' in html
    assert "担当部署の追加と利用者の招待をお願いします" in html
    assert not Delivery.objects.exists()


def test_ward_is_offered_its_managers_too(client, db):
    ward = factories.make_local_government(
        name="見本区", kind=LocalGovernment.Kind.WARD, prefecture="13"
    )
    factories.make_organization(
        kind=Organization.Kind.WARD, name="見本区", prefecture="13", local_government=ward
    )

    html = client.post(REGISTER, typed(body_name="見本区", prefecture="13")).content.decode()

    assert BUTTON in html


@pytest.mark.parametrize("name", ["見本組合", "群馬県見本組合", "見本　組合"])
def test_group_is_recognised_however_its_name_is_typed(client, db, name):
    factories.make_organization(kind=Organization.Kind.ASSOCIATION, name="群馬県見本組合")

    html = client.post(REGISTER, typed(body_name=name, is_association="on")).content.decode()

    assert BUTTON in html


def test_suspended_body_is_as_one_that_never_was(client, body):
    Organization.objects.update(status=Organization.Status.SUSPENDED)

    answer = client.post(REGISTER, typed())

    assert answer.templates[0].name == "members/register_confirm.html"
    assert ask(client, body).status_code == 404


def test_secretariat_is_not_asked_this_way(client, db):
    secretariat = factories.make_secretariat()

    assert ask(client, secretariat).status_code == 404
    assert client.get(f"/members/register/ask/{10**30}/").status_code == 404


def test_managers_mailbox_is_told_once(client, body, manager):
    colleague = factories.make_seat(organization=body, section="総務課", mailbox="b@b.example.jp")
    factories.make_user(seat=colleague, role=User.Role.CONTRIBUTOR)

    answers = [ask(client, body).url for _ in range(2)]

    mail = Delivery.objects.get()
    assert answers == [SENT, SENT]
    assert mail.address == "LEAK@town.example.jp"
    assert mail.seat == manager.seat
    for text in ("観光課", "見本 月子", "kanko@town.example.jp", "追加をお願いします"):
        assert text in mail.body


def test_question_to_a_body_without_a_mailbox_reaches_the_secretariat(client, body, secretary):
    secretary.seat.mailbox = "jimukyoku@portal.example.jp"
    secretary.seat.save()
    factories.make_user(seat=factories.make_seat(organization=body), role=User.Role.MANAGER)

    ask(client, body)

    assert Delivery.objects.get().address == "jimukyoku@portal.example.jp"


def test_answer_is_the_same_with_and_without_a_mailbox(client, body, manager):
    other = factories.make_organization()
    told = client.get(ask(client, body).url).content
    untold = client.get(ask(client, other, form_key="f" * 32).url).content

    assert told == untold
    assert b"LEAK" not in told


def test_neither_an_address_nor_a_body_can_flood(client, body, manager):
    same = [ask(client, body, form_key=f"{n:032x}").status_code for n in range(6)]
    others = [
        ask(client, body, form_key=f"{n:032x}", mailbox=f"a{n}@b.example.jp").status_code
        for n in range(100, 116)
    ]

    assert same == [302] * 5 + [429]
    assert others == [302] * 15 + [429]


def test_nothing_is_retyped_after_an_error(client, body):
    html = ask(client, body, mailbox="abc").content.decode()

    for value in ("見本 月子", "観光課", "abc", "追加をお願いします"):
        assert value in html


def test_line_breaks_never_reach_the_subject(client, body, manager):
    ask(client, body, name="a\r\nBcc: v@evil.example", section="b\nc")

    assert Delivery.objects.get().subject == "貴団体の方からの連絡（会員登録のページ）"


@pytest.mark.parametrize("rows", [1, 3])
def test_members_are_marked_in_the_list_of_names(client, body, django_assert_num_queries, rows):
    for _ in range(rows):
        member = factories.make_local_government()
        factories.make_organization(name=member.name, local_government=member)
        factories.make_local_government()

    with django_assert_num_queries(6):
        html = client.post(REGISTER, typed(section="", body_name="無い町")).content.decode()

    assert 'value="見本町" label="見本町（すでに会員です）"' in html
    assert html.count("（すでに会員です）") == rows + 1
