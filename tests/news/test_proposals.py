"""Members propose events, amend and withdraw them while they wait."""

import pytest
from django.urls import reverse

from members.models import Delivery, Draft, Seat, User
from news import proposing
from news.models import Event
from tests import factories
from tests.html import text_of
from tests.news.proposing import LIST, NEW, amend, mark_of, page_of, typed


def test_contributor_proposes_and_nothing_is_public_yet(client, proposer, secretary):
    secretary.seat.mailbox = "jimukyoku@example.jp"
    secretary.seat.save()
    client.force_login(proposer)

    response = client.post(NEW, typed())
    client.logout()

    event = Event.objects.get()
    mail = Delivery.objects.get()
    assert response.url == LIST
    assert (event.seat, event.proposed_by, event.is_draft) == (proposer.seat, proposer, True)
    assert event.period == "令和9年10月3日（日）　午前10時から"
    assert (mail.address, mail.subject) == (
        "jimukyoku@example.jp",
        "イベントの提案がありました（事務局）",
    )
    assert client.get(event.get_absolute_url()).status_code == 404
    assert "収穫祭" not in text_of(client.get("/events/"))


def test_form_knows_the_own_body(client, proposer):
    client.force_login(proposer)

    form = client.get(NEW).context["form"]

    assert form["organizer"].value() == str(proposer.seat.organization)
    assert form["prefecture"].value() == "10"


def test_button_pressed_twice_proposes_once(client, proposer):
    client.force_login(proposer)

    for _ in range(2):
        assert client.post(NEW, typed()).status_code == 302

    assert Event.objects.count() == 1


def test_key_of_another_body_finds_nothing_of_it(client, proposer, ward):
    theirs = factories.make_proposal(by=ward)
    client.force_login(proposer)

    client.post(NEW, typed(form_key=theirs.form_key))

    own = Event.objects.exclude(pk=theirs.pk).get()
    assert (own.name, own.seat) == ("見本の収穫祭", proposer.seat)


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"starts_on": "いつか"}, {"starts_at": "25時"}, {"body": "![x](/files/1/)"}],
)
def test_wrong_form_names_its_field_and_saves_nothing(client, proposer, wrong):
    client.force_login(proposer)

    response = client.post(NEW, typed(**wrong))

    assert list(response.context["form"].errors) == list(wrong)
    assert not Event.objects.exists()


def test_member_can_set_nothing_but_the_fields_of_the_form(client, proposer):
    client.force_login(proposer)

    client.post(
        NEW, typed(is_draft="", takes_entries="on", is_demo="on", refusal="x", publish_at="")
    )

    event = Event.objects.get()
    assert (event.is_draft, event.takes_entries, event.is_demo, event.refusal) == (
        True,
        False,
        False,
        "",
    )


def test_text_typed_after_the_session_ended_waits_as_a_draft(client, proposer):
    client.force_login(proposer)
    page = client.get(NEW).content.decode()
    writer = page.partition('name="writer" value="')[2].partition('"')[0]
    client.logout()

    client.post(NEW, typed(writer=writer))
    draft = Draft.objects.get()
    client.force_login(proposer)
    form = client.get(draft.get_absolute_url()).context["form"]
    client.post(draft.get_absolute_url(), typed(form_key=draft.form_key))

    assert form["name"].value() == "見本の収穫祭"
    assert str(draft) == "見本の収穫祭"
    draft.refresh_from_db()
    assert draft.closed_at is not None
    assert Event.objects.count() == 1


def test_list_of_drafts_offers_no_sheet_for_a_proposal(client, proposer):
    factories.make_draft(proposer, kind="event", address=NEW, title="収穫祭")
    client.force_login(proposer)

    html = client.get("/board/drafts/").content.decode()

    assert "イベントの提案" in html
    assert "起案用に印刷" not in html


def test_proposal_is_amended_and_withdrawn_while_it_waits(client, proposer):
    event = factories.make_proposal(by=proposer)
    client.force_login(proposer)

    amend(client, event, name="直した祭り")
    event.refresh_from_db()
    assert (event.name, event.is_draft) == ("直した祭り", True)

    client.post(reverse("news:proposal_withdraw", args=[event.pk]))
    amend(client, event, name="遅すぎた")

    event.refresh_from_db()
    assert (event.name, event.refusal) == ("直した祭り", "提案した会員が取り下げました。")


def test_section_without_a_telephone_is_asked_for_none(client, proposer):
    Seat.objects.filter(pk=proposer.seat_id).update(telephone="")
    client.force_login(proposer)

    form = client.get(reverse("news:propose")).context["form"]

    assert "電話" not in form["contact"].value()


@pytest.mark.parametrize(
    ("who", "page", "withdraw"),
    [("viewer", 403, 403), ("ward", 404, 404), ("secretary", 404, 404)],
)
def test_others_neither_see_nor_change_a_proposal(client, request, proposer, who, page, withdraw):
    event = factories.make_proposal(by=proposer, name="LEAK-name")
    client.force_login(request.getfixturevalue(who))

    assert client.get(page_of(event)).status_code == page
    assert client.post(page_of(event), typed()).status_code == page
    assert client.post(reverse("news:proposal_withdraw", args=[event.pk])).status_code == withdraw
    assert "LEAK-name" not in client.get(LIST).content.decode()
    event.refresh_from_db()
    assert (event.name, event.refusal) == ("LEAK-name", "")


def test_reader_of_the_same_body_sees_the_list_and_cannot_withdraw(client, proposer):
    event = factories.make_proposal(by=proposer)
    client.force_login(factories.make_user(seat=proposer.seat, role=User.Role.VIEWER))

    html = client.get(LIST).content.decode()

    assert event.name in html
    assert NEW not in html
    assert client.post(reverse("news:proposal_withdraw", args=[event.pk])).status_code == 403


def test_proposal_of_a_demo_body_is_no_open_data(db):
    user = factories.make_user()
    user.seat.organization.is_demo = True
    user.seat.organization.save()
    event = factories.make_proposal(by=user)

    proposing.publish(event, expected=mark_of(event), by=factories.make_user())

    assert Event.objects.published().count() == 1
    assert Event.objects.as_open_data().count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_a_constant_number_of_queries(client, django_assert_num_queries, proposer, rows):
    for _ in range(rows):
        factories.make_proposal(by=proposer)
    client.force_login(proposer)
    client.get("/contact/")

    # Session, person, proposals.
    with django_assert_num_queries(4):
        client.get(LIST)


def test_page_leads_to_the_member_while_it_takes_part(client, proposer):
    body = proposer.seat.organization
    event = factories.make_proposal(by=proposer)
    proposing.publish(event, expected=mark_of(event), by=proposer)

    assert (
        f'href="{body.get_absolute_url()}"' in client.get(event.get_absolute_url()).content.decode()
    )

    body.status = "suspended"
    body.save()

    assert str(body) not in client.get(event.get_absolute_url()).content.decode()
