"""引継書, and what the successor finds on the seat."""

import pytest
from django.urls import reverse

from agreements.models import Party
from board.models import Acknowledgement, TodoMark, Watch
from members import handover as handovers
from members import mail_lists, people
from members.models import Rhythm
from tests import factories
from tests.html import text_of


def begin(predecessor):
    named = {"name": "見本 後任", "address": "kikaku@city.example.jp"}
    return handovers.begin(predecessor, by=predecessor, **named)


def sheet(client, handover):
    return client.get(reverse("handover_print", args=[handover.pk]))


def test_it_names_people_and_the_agreements_that_cover_the_body(client, db):
    town = factories.make_local_government(prefecture="10")
    body = factories.make_organization(local_government=town, name=town.name)
    user = factories.make_user(seat=factories.make_seat(organization=body))
    factories.make_user(seat=user.seat, name="見本 同僚")
    factories.make_user(name="LEAK")
    factories.make_regional_agreement(parties=[("群馬県町村会", Party.Members.ALL)])
    factories.make_regional_agreement(parties=[("市長会LEAK", Party.Members.CITIES)])
    factories.make_regional_agreement(
        parties=[("LEAK県町村会", Party.Members.ALL)], prefecture="20"
    )
    factories.make_site_text("contact-telephone", title="電話番号", body="03-0000-0000")
    client.force_login(user)

    html = sheet(client, begin(user)).content.decode()

    for text in ("引継書", "見本 同僚", "群馬県町村会との協定", "03-0000-0000", "最初の1週間"):
        assert text in html
    assert "LEAK" not in html


@pytest.mark.parametrize(
    ("kind", "name", "count"),
    [("ward", "見本区", 2), ("association", "群馬県町村会", 1), ("municipality", "他市", 0)],
)
def test_agreements_of_bodies_without_a_code(client, db, kind, name, count):
    factories.make_regional_agreement(parties=[("群馬県町村会", Party.Members.ALL)])
    factories.make_regional_agreement(prefecture="20")
    body = factories.make_organization(kind=kind, name=name)
    user = factories.make_user(seat=factories.make_seat(organization=body))
    client.force_login(user)

    assert len(sheet(client, begin(user)).context["agreements"]) == count


def test_somebody_of_another_seat_of_the_body_does_not_see_it(client, contributor):
    other = factories.make_seat(organization=contributor.seat.organization, section="ほかの課")
    client.force_login(factories.make_user(seat=other))

    assert sheet(client, begin(contributor)).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_it_asks_a_constant_number_of_queries(client, ward, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.make_user(seat=ward.seat)
        factories.make_regional_agreement()
        posted = factories.make_topic(author=ward)
        factories.make_topic(audience="wards", requires_acknowledgement=True)
        factories.make_draft(ward)
        TodoMark.objects.create(seat=ward.seat, topic=posted, set_by=ward)
    client.force_login(ward)
    client.get("/contact/")
    handover = begin(ward)

    with django_assert_num_queries(15):
        sheet(client, handover)


def test_it_lists_what_the_seat_has_open_on_the_board(client, ward):
    factories.make_topic(author=ward, title="自団体の募集")
    factories.make_topic(title="確認のお願い", requires_acknowledgement=True)
    other = factories.make_topic(title="LEAK", audience="chosen")
    factories.make_draft(ward, title="書きかけの投稿")
    client.force_login(ward)

    page = text_of(sheet(client, begin(ward)))

    assert "自団体の募集" in page
    assert "確認のお願い" in page
    assert "下書き 書きかけの投稿" in page
    assert other.title not in page


def test_it_stays_that_of_the_seat_when_the_predecessor_has_moved(client, ward, secretary):
    colleague = factories.make_user(seat=ward.seat, role="manager")
    asked = factories.make_topic(title="確認のお願い", requires_acknowledgement=True)
    handover, elsewhere = begin(ward), factories.make_seat()
    people.move(ward, elsewhere, by=secretary)
    Acknowledgement.objects.create(
        topic=asked, organization=elsewhere.organization, seat=elsewhere, user=ward, version=1
    )
    client.force_login(colleague)

    assert "確認のお願い" in text_of(sheet(client, handover))


def test_it_names_how_the_section_hears_and_what_waits_for_the_secretariat(client, ward):
    factories.make_topic(author=ward, title="承認を待つ募集", status="waiting")
    mail_lists.choose(ward.seat, None, mail_lists.REQUESTS.name, Rhythm.WEEKLY)
    mail_lists.choose(ward.seat, ward, mail_lists.OWN.name, Rhythm.NEVER)
    client.force_login(ward)

    page = text_of(sheet(client, begin(ward)))

    assert "毎週まとめて（月曜日の午前8時30分） 貴団体への依頼" in page
    assert "そのつど 貴部署の投稿への回答・返信" in page
    assert "承認を待つ募集（事務局の承認待ち）" in page


@pytest.fixture
def watched(ward):
    """A topic that the section watches and has to do something about; a draft and a setting beside it."""
    topic = factories.make_topic(title="見守る投稿")
    factories.make_topic(title="印のない投稿")
    Watch.objects.create(seat=ward.seat, topic=topic)
    TodoMark.objects.create(seat=ward.seat, topic=topic, set_by=ward)
    factories.make_draft(ward, title="書きかけの投稿")
    mail_lists.choose(ward.seat, None, mail_lists.REQUESTS.name, Rhythm.WEEKLY)
    return topic


def what_is_found(client, person, topic):
    """Draft, mark, watch and the setting of the mailbox, as the pages show them."""
    client.force_login(person)
    marked = text_of(client.get(reverse("board:index"), {"todo": "on"}))
    assert "印のない投稿" not in marked
    return (
        "書きかけの投稿" in text_of(client.get(reverse("board:drafts"))),
        "見守る投稿" in marked,
        "更新通知を止める" in text_of(client.get(topic.get_absolute_url())),
        client.get(reverse("mail_settings")).context["form"]["seat-requests"].initial,
    )


def test_whoever_moves_to_another_body_takes_nothing_along(client, ward, watched, secretary):
    factories.make_user(seat=ward.seat, role="manager")

    people.move(ward, factories.make_seat(), by=secretary)

    ward.refresh_from_db()
    assert what_is_found(client, ward, watched) == (False, False, False, Rhythm.AT_ONCE)


def test_successor_finds_what_the_section_had(client, ward, watched):
    successor = handovers.accept(
        begin(ward).invitation,
        name="見本 後任",
        username="kounin-01",
        email=None,
        password="mihon-no-ai-9",
    )

    assert what_is_found(client, successor, watched) == (True, True, True, Rhythm.WEEKLY)
