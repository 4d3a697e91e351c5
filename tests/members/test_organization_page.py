"""The page of the own body: profile, seats, people at a glance."""

import pytest
from django.urls import reverse

from members.models import AuditEntry, Organization, Seat, Theme, User
from tests import factories

PAGE = "/members/organization/"


@pytest.fixture
def at_work(client, manager):
    client.force_login(manager)
    client.get("/contact/")
    return client


def seat_fields(**fields):
    return {
        "section": "観光課",
        "mailbox": "Kanko@city.example.jp",
        "telephone": "０２７ー１２３−４５６７",
        "extension": "１２",
        **fields,
    }


def test_page_shows_people_invitations_and_hand_overs_of_the_own_body_only(at_work, manager):
    viewer = factories.make_user(seat=manager.seat, name="見本 四葉", role=User.Role.VIEWER)
    factories.make_invitation(seat=manager.seat, name="見本 五郎")
    factories.make_handover(predecessor=viewer)
    stranger = factories.make_user(name="LEAK")
    factories.make_invitation(seat=stranger.seat, name="LEAK")
    factories.make_handover(predecessor=stranger)

    html = at_work.get(PAGE).content.decode()

    for text in ("見本 四葉", "閲覧のみ", "見本 五郎", "後任の方の登録待ち", "まだありません"):
        assert text in html
    assert "LEAK" not in html


def test_account_on_x_that_the_secretariat_typed_with_its_mark_has_one_mark(at_work, manager):
    Organization.objects.filter(pk=manager.seat.organization_id).update(x_account="@city")

    html = at_work.get(PAGE).content.decode()

    assert '<a href="https://x.com/city" rel="noopener">@city</a>' in html


@pytest.mark.parametrize("rows", [1, 3])
def test_page_asks_a_constant_number_of_queries(at_work, manager, django_assert_num_queries, rows):
    for number in range(rows):
        seat = factories.make_seat(organization=manager.seat.organization, section=f"第{number}課")
        for _ in range(rows):
            factories.make_handover(predecessor=factories.make_user(seat=seat))
            factories.make_invitation(seat=seat)

    with django_assert_num_queries(9):
        at_work.get(PAGE)


def test_header_leads_managers_to_their_body(client, manager, viewer):
    for user, leads in ((manager, True), (viewer, False)):
        client.force_login(user)
        html = client.get("/contact/").content.decode()
        assert (f'href="{PAGE}"' in html) is leads


def test_profile_is_previewed_before_it_is_saved(at_work, manager):
    theme = Theme.objects.create(name="防災")
    typed = {
        "introduction": "海と山の市です。<b>",
        "website": "www.city.example.jp",
        "x_account": "＠ｃｉｔｙ",
        "themes": [theme.pk],
    }

    html = at_work.post(f"{PAGE}edit/", {**typed, "preview": "1"}).content.decode()
    assert "海と山の市です。&lt;b&gt;" in html
    assert Organization.objects.get(pk=manager.seat.organization_id).introduction == ""
    at_work.post(f"{PAGE}edit/", typed)

    body = Organization.objects.get(pk=manager.seat.organization_id)
    assert (body.website, body.x_account) == ("https://www.city.example.jp", "city")
    assert list(body.themes.all()) == [theme]
    assert AuditEntry.objects.get().act == "edit_profile"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"website": "javascript:alert(1)"}, "website"),
        ({"x_account": "a b"}, "x_account"),
        ({"introduction": "あ" * 2001}, "introduction"),
        ({"themes": ["999"]}, "themes"),
    ],
)
def test_hostile_profile_is_an_error_at_its_field(at_work, fields, wrong):
    answer = at_work.post(f"{PAGE}edit/", fields)

    assert list(answer.context["form"].errors) == [wrong]


def test_profile_form_changes_nothing_else(at_work, manager):
    body = manager.seat.organization
    others = {"status": "withdrawn", "kind": "secretariat", "name": "a", "is_demo": "1"}

    at_work.post(f"{PAGE}edit/", {"introduction": "紹介", **others})

    saved = Organization.objects.get(pk=body.pk)
    assert (saved.introduction, saved.status, saved.kind) == ("紹介", body.status, body.kind)
    assert (saved.name, saved.is_demo) == (body.name, False)


def test_manager_adds_and_edits_a_seat(at_work, manager):
    at_work.post(f"{PAGE}seats/new/", seat_fields())
    seat = Seat.objects.get(section="観光課")
    at_work.post(reverse("members:seat_edit", args=[seat.pk]), seat_fields(section="観光 振興課"))

    seat.refresh_from_db()
    assert (seat.organization, seat.section) == (manager.seat.organization, "観光 振興課")
    assert (seat.mailbox, seat.telephone, seat.extension) == (
        "kanko@city.example.jp",
        "027-123-4567",
        "12",
    )
    assert sorted(AuditEntry.objects.values_list("act", flat=True)) == ["add_seat", "edit_seat"]


def test_seat_stays_in_its_body(at_work, manager):
    other = factories.make_organization()

    at_work.post(f"{PAGE}seats/new/", seat_fields(organization=other.pk, organization_id=other.pk))

    assert Seat.objects.get(section="観光課").organization == manager.seat.organization


def test_section_exists_once(at_work, manager):
    answer = at_work.post(f"{PAGE}seats/new/", seat_fields(section=f" {manager.seat.section} "))

    assert list(answer.context["form"].errors) == ["section"]
