"""Members propose events; the secretariat publishes or refuses them."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from lib.conflicts import EditedMeanwhileError, StaleError
from lib.forms import new_form_key
from members.models import AuditEntry, Delivery, Draft, Seat, User
from news import proposing
from news.admin.events import AMENDED
from news.forms.event import SAVED_MEANWHILE
from news.models import Event
from news.views.proposals import DECIDED, TYPED_TOO_LATE
from tests import factories
from tests.html import text_of
from tests.racing import at_once, errors_in

LIST, NEW = "/events/proposals/", "/events/proposals/new/"
KEY = "0123456789abcdef" * 2


def typed(**fields):
    return {
        "form_key": KEY,
        "name": "見本の収穫祭",
        "kind": "festival",
        "body": "りんごの収穫祭です。\n\n**太字**",
        "starts_on": "令和9年10月3日（日）",
        "starts_at": "午前10時",
        "attendance": "place",
        "organizer": "見本町",
        **fields,
    }


def page_of(event):
    return reverse("news:proposal", args=[event.pk])


def mark_of(event):
    """What the form of the page carries."""
    return proposing.mark_of(Event.objects.get(pk=event.pk))


def amend(client, event, *, read=None, **fields):
    """Typed in a form that was opened when `read` was what stood; now, where nothing is given."""
    return client.post(page_of(event), typed(expected=read or mark_of(event), **fields))


def decide(client, event, **fields):
    marks = {"expected": mark_of(event)}
    return client.post(reverse("admin:news_event_decide", args=[event.pk]), {**marks, **fields})


@pytest.fixture
def contributor(contributor):
    contributor.seat.mailbox = "kanko@town.example.jp"
    contributor.seat.save()
    return contributor


def test_contributor_proposes_and_nothing_is_public_yet(client, contributor, secretary):
    secretary.seat.mailbox = "jimukyoku@example.jp"
    secretary.seat.save()
    client.force_login(contributor)

    response = client.post(NEW, typed())
    client.logout()

    event = Event.objects.get()
    mail = Delivery.objects.get()
    assert response.url == LIST
    assert (event.seat, event.proposed_by, event.is_draft) == (contributor.seat, contributor, True)
    assert event.period == "令和9年10月3日（日）　午前10時から"
    assert (mail.address, mail.subject) == (
        "jimukyoku@example.jp",
        "イベントの提案がありました（事務局）",
    )
    assert client.get(event.get_absolute_url()).status_code == 404
    assert "収穫祭" not in text_of(client.get("/events/"))


def test_form_knows_the_own_body(client, contributor):
    client.force_login(contributor)

    form = client.get(NEW).context["form"]

    assert form["organizer"].value() == str(contributor.seat.organization)
    assert form["prefecture"].value() == "10"


def test_button_pressed_twice_proposes_once(client, contributor):
    client.force_login(contributor)

    for _ in range(2):
        assert client.post(NEW, typed()).status_code == 302

    assert Event.objects.count() == 1


def test_key_of_another_body_finds_nothing_of_it(client, contributor, ward):
    theirs = factories.make_proposal(by=ward)
    client.force_login(contributor)

    client.post(NEW, typed(form_key=theirs.form_key))

    own = Event.objects.exclude(pk=theirs.pk).get()
    assert (own.name, own.seat) == ("見本の収穫祭", contributor.seat)


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"starts_on": "いつか"}, {"starts_at": "25時"}, {"body": "![x](/files/1/)"}],
)
def test_wrong_form_names_its_field_and_saves_nothing(client, contributor, wrong):
    client.force_login(contributor)

    response = client.post(NEW, typed(**wrong))

    assert list(response.context["form"].errors) == list(wrong)
    assert not Event.objects.exists()


def test_member_can_set_nothing_but_the_fields_of_the_form(client, contributor):
    client.force_login(contributor)

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


def test_text_typed_after_the_session_ended_waits_as_a_draft(client, contributor):
    client.force_login(contributor)
    page = client.get(NEW).content.decode()
    writer = page.partition('name="writer" value="')[2].partition('"')[0]
    client.logout()

    client.post(NEW, typed(writer=writer))
    draft = Draft.objects.get()
    client.force_login(contributor)
    form = client.get(draft.get_absolute_url()).context["form"]
    client.post(draft.get_absolute_url(), typed(form_key=draft.form_key))

    assert form["name"].value() == "見本の収穫祭"
    assert str(draft) == "見本の収穫祭"
    draft.refresh_from_db()
    assert draft.closed_at is not None
    assert Event.objects.count() == 1


def test_list_of_drafts_offers_no_sheet_for_a_proposal(client, contributor):
    factories.make_draft(contributor, kind="event", address=NEW, title="収穫祭")
    client.force_login(contributor)

    html = client.get("/board/drafts/").content.decode()

    assert "イベントの提案" in html
    assert "起案用に印刷" not in html


def test_proposal_is_amended_and_withdrawn_while_it_waits(client, contributor):
    event = factories.make_proposal(by=contributor)
    client.force_login(contributor)

    amend(client, event, name="直した祭り")
    event.refresh_from_db()
    assert (event.name, event.is_draft) == ("直した祭り", True)

    client.post(reverse("news:proposal_withdraw", args=[event.pk]))
    amend(client, event, name="遅すぎた")

    event.refresh_from_db()
    assert (event.name, event.refusal) == ("直した祭り", "提案した会員が取り下げました。")


def test_amendment_leaves_what_the_secretariat_has_filled_in_meanwhile(contributor):
    event = factories.make_proposal(by=contributor)
    opened = Event.objects.get(pk=event.pk)
    Event.objects.filter(pk=event.pk).update(summary="事務局の概要")
    opened.name = "直した祭り"

    proposing.amend(
        opened,
        expected=mark_of(event),
        form_key=new_form_key(),
        by=contributor,
    )

    event.refresh_from_db()
    assert (event.name, event.summary) == ("直した祭り", "事務局の概要")
    assert "事務局の概要" in event.folded


def test_second_of_two_colleagues_sees_what_the_first_has_saved_and_loses_nothing(
    client, contributor
):
    event = factories.make_proposal(by=contributor)
    client.force_login(contributor)
    opened = client.get(page_of(event)).context["form"]["expected"].value()
    amend(client, event, name="一人目の祭り", venue="広場", starts_at="午前9時", kind="fair")

    told = amend(client, event, read=opened, name="二人目の祭り", kind="fair")

    event.refresh_from_db()
    assert told.status_code == 409
    assert event.name == "一人目の祭り"
    assert told.context["form"]["name"].value() == "二人目の祭り"
    assert told.context["changes"] == [
        ("イベント名", "一人目の祭り"),
        ("開始時刻", "午前9時"),
        ("会場", "広場"),
    ]
    assert "ほかの方が、先に提案を直しました" in text_of(told)


def test_second_of_two_colleagues_saves_with_another_press(client, contributor):
    event = factories.make_proposal(by=contributor)
    opened = mark_of(event)
    client.force_login(contributor)
    amend(client, event, name="一人目の祭り")

    told = amend(client, event, read=opened, name="二人目の祭り")
    amend(client, event, read=told.context["form"]["expected"].value(), name="二人目の祭り")

    event.refresh_from_db()
    assert event.name == "二人目の祭り"


def test_page_from_before_that_carries_no_mark_saves_over_nothing(client, contributor):
    event = factories.make_proposal(by=contributor)
    client.force_login(contributor)

    told = client.post(page_of(event), typed(name="直した祭り"))

    event.refresh_from_db()
    assert (told.status_code, event.name) == (409, "町の祭り")


def test_button_pressed_twice_amends_and_tells_nothing(client, contributor):
    event = factories.make_proposal(by=contributor)
    opened = mark_of(event)
    client.force_login(contributor)

    pages = [amend(client, event, read=opened, name="直した祭り") for _ in range(2)]

    assert [page.status_code for page in pages] == [302, 302]


def test_text_typed_after_a_decision_is_handed_back(client, contributor, secretary):
    event = factories.make_proposal(by=contributor)
    proposing.refuse(event, expected=mark_of(event), by=secretary, reason="理由")
    client.force_login(contributor)

    told = amend(client, event, name="遅すぎた祭り")

    event.refresh_from_db()
    assert (told.status_code, event.name) == (409, "町の祭り")
    assert told.context["form"]["name"].value() == "遅すぎた祭り"
    assert TYPED_TOO_LATE in text_of(told)
    assert "事務局に提案する" not in text_of(told)


def test_section_without_a_telephone_is_asked_for_none(client, contributor):
    Seat.objects.filter(pk=contributor.seat_id).update(telephone="")
    client.force_login(contributor)

    form = client.get(reverse("news:propose")).context["form"]

    assert "電話" not in form["contact"].value()


@pytest.mark.parametrize(
    ("who", "page", "withdraw"),
    [("viewer", 403, 403), ("ward", 404, 404), ("secretary", 404, 404)],
)
def test_others_neither_see_nor_change_a_proposal(
    client, request, contributor, who, page, withdraw
):
    event = factories.make_proposal(by=contributor, name="LEAK-name")
    client.force_login(request.getfixturevalue(who))

    assert client.get(page_of(event)).status_code == page
    assert client.post(page_of(event), typed()).status_code == page
    assert client.post(reverse("news:proposal_withdraw", args=[event.pk])).status_code == withdraw
    assert "LEAK-name" not in client.get(LIST).content.decode()
    event.refresh_from_db()
    assert (event.name, event.refusal) == ("LEAK-name", "")


def test_reader_of_the_same_body_sees_the_list_and_cannot_withdraw(client, contributor):
    event = factories.make_proposal(by=contributor)
    client.force_login(factories.make_user(seat=contributor.seat, role=User.Role.VIEWER))

    html = client.get(LIST).content.decode()

    assert event.name in html
    assert NEW not in html
    assert client.post(reverse("news:proposal_withdraw", args=[event.pk])).status_code == 403


def test_secretariat_publishes_and_the_section_is_told(client, contributor, secretary):
    event = factories.make_proposal(by=contributor)
    client.force_login(secretary)

    decide(client, event, decision="publish")
    client.logout()

    event.refresh_from_db()
    assert event.proposal_state.text == "掲載"
    mail = Delivery.objects.get(address="kanko@town.example.jp")
    assert client.get(event.get_absolute_url()).status_code == 200
    assert mail.subject == "イベントを掲載しました：町の祭り"
    assert f"https://portal.example.jp{event.get_absolute_url()}" in mail.body
    assert "<time" not in mail.body
    assert AuditEntry.objects.filter(act="publish_event", actor=secretary).exists()


def test_page_of_the_decision_shows_what_is_decided_on(client, contributor, secretary):
    event = factories.make_proposal(by=contributor, name="雪の祭り", body="除雪車に乗れます。")
    client.force_login(secretary)

    text = text_of(client.get(reverse("admin:news_event_decide", args=[event.pk])))

    assert "イベント名 雪の祭り" in text
    assert "本文 除雪車に乗れます。" in text


@pytest.mark.parametrize("decision", ["publish", "refuse"])
def test_secretariat_decides_on_what_it_has_read(client, contributor, secretary, decision):
    event = factories.make_proposal(by=contributor)
    read = mark_of(event)
    client.force_login(contributor)
    amend(client, event, name="直した祭り")
    client.force_login(secretary)

    told = decide(client, event, decision=decision, reason="日時は？", expected=read)

    event.refresh_from_db()
    assert event.is_waiting_for_decision
    assert AMENDED in text_of(told)
    assert "イベント名 直した祭り" in text_of(told)
    assert "日時は？" in text_of(told)
    decide(client, event, decision=decision, reason="理由", expected=told.context["expected"])
    event.refresh_from_db()
    assert not event.is_waiting_for_decision


def test_published_proposal_is_not_withdrawn_any_more(client, contributor, secretary):
    event = factories.make_proposal(by=contributor)
    proposing.publish(event, expected=mark_of(event), by=secretary)
    client.force_login(contributor)

    page = client.post(reverse("news:proposal_withdraw", args=[event.pk]), follow=True)

    assert DECIDED in text_of(page)
    assert client.get(event.get_absolute_url()).status_code == 200


def test_secretariat_refuses_with_a_reason_that_the_member_reads(client, contributor, secretary):
    event = factories.make_proposal(by=contributor)
    client.force_login(secretary)

    without = decide(client, event, decision="refuse", reason=" ")
    assert "理由を入力してください" in text_of(without)
    decide(client, event, decision="refuse", reason="日時が決まっていません。")
    client.force_login(contributor)

    assert "掲載しません 日時が決まっていません。" in text_of(client.get(LIST))
    mail = Delivery.objects.get(address="kanko@town.example.jp")
    assert "日時が決まっていません。" in mail.body
    assert client.get(event.get_absolute_url()).status_code == 404


def test_saving_the_form_publishes_no_proposal(client, contributor, secretary):
    event = factories.make_proposal(by=contributor)
    client.force_login(secretary)
    address = reverse("admin:news_event_change", args=[event.pk])
    data = {"files-TOTAL_FORMS": 0, "files-INITIAL_FORMS": 0, "status": "scheduled"}

    response = client.post(address, typed(publish_at="令和8年1月1日", **data))

    event.refresh_from_db()
    assert response.status_code == 302
    assert (event.name, event.is_draft) == ("見本の収穫祭", True)


def save_in_admin(client, event, *, read, **fields):
    files = {"files-TOTAL_FORMS": 0, "files-INITIAL_FORMS": 0}
    data = {"status": "scheduled", "publish_at": "令和8年1月1日", "expected": read, **files}
    address = reverse("admin:news_event_change", args=[event.pk])
    return client.post(address, typed(**data, **fields))


def test_secretary_is_told_what_the_member_has_amended_meanwhile(client, contributor, secretary):
    event = factories.make_proposal(by=contributor)
    client.force_login(secretary)
    address = reverse("admin:news_event_change", args=[event.pk])
    read = client.get(address).context["adminform"].form["expected"].value()
    client.force_login(contributor)
    amend(client, event, name="会員が直した祭り")
    client.force_login(secretary)

    told = save_in_admin(client, event, read=read, name="事務局の祭り", summary="概要")

    event.refresh_from_db()
    assert event.name == "会員が直した祭り"
    assert SAVED_MEANWHILE in text_of(told)
    assert "今の内容 イベント名：会員が直した祭り" in text_of(told)
    form = told.context["adminform"].form
    assert form["name"].value() == "事務局の祭り"
    save_in_admin(client, event, read=form["expected"].value(), name="事務局の祭り")
    event.refresh_from_db()
    assert event.name == "事務局の祭り"


def test_secretary_who_only_fills_in_is_told_nothing(client, contributor, secretary):
    event = factories.make_proposal(by=contributor)
    read = mark_of(event)
    client.force_login(secretary)

    for summary in ("先の概要", "後の概要"):
        save_in_admin(client, event, read=read, name="直した祭り", summary=summary)

    event.refresh_from_db()
    assert (event.name, event.summary) == ("直した祭り", "後の概要")


def test_start_page_and_list_lead_to_what_waits(client, contributor, secretary):
    event = factories.make_proposal(by=contributor)
    factories.make_event(is_draft=True)
    client.force_login(secretary)

    line = client.get("/admin/").context["waiting"][0]

    assert line.text == "確認を待つイベントの提案 1件"
    assert list(client.get(line.url).context["cl"].queryset) == [event]


def test_refused_event_cannot_be_public(db):
    event = factories.make_proposal()
    proposing.refuse(event, expected=mark_of(event), by=factories.make_user(), reason="理由")
    event.refresh_from_db()
    event.is_draft = False

    with pytest.raises(ValidationError, match="掲載しないと決めたイベント"):
        event.full_clean()


def test_proposal_of_a_demo_body_is_no_open_data(db):
    user = factories.make_user()
    user.seat.organization.is_demo = True
    user.seat.organization.save()
    event = factories.make_proposal(by=user)

    proposing.publish(event, expected=mark_of(event), by=factories.make_user())

    assert Event.objects.published().count() == 1
    assert Event.objects.as_open_data().count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_a_constant_number_of_queries(
    client, django_assert_num_queries, contributor, rows
):
    for _ in range(rows):
        factories.make_proposal(by=contributor)
    client.force_login(contributor)
    client.get("/contact/")

    # Session, person, proposals.
    with django_assert_num_queries(4):
        client.get(LIST)


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_wins_and_the_other_is_told():
    event = factories.make_proposal()
    by = factories.make_user()

    answers = at_once(
        lambda: proposing.publish(event, expected=mark_of(event), by=by),
        lambda: proposing.refuse(event, expected=mark_of(event), by=by, reason="理由"),
        told=StaleError,
    )

    event.refresh_from_db()
    assert len(errors_in(answers)) == 1
    assert event.is_draft == bool(event.refusal)


@pytest.mark.django_db(transaction=True)
def test_of_two_amendments_at_once_one_is_saved_and_the_other_told():
    event, by = factories.make_proposal(), factories.make_user()
    opened, names = mark_of(event), ["一人目", "二人目"]

    def amend(name):
        own = Event.objects.get(pk=event.pk)
        own.name = name
        proposing.amend(own, expected=opened, form_key=new_form_key(), by=by)

    acts = [partial(amend, name) for name in names]
    answers = at_once(*acts, told=EditedMeanwhileError)

    event.refresh_from_db()
    assert len(errors_in(answers)) == 1
    assert event.name == names[answers.index(None)]


def test_later_hour_of_publication_is_kept(db):
    event = factories.make_proposal()
    later = timezone.now() + timedelta(days=3)
    Event.objects.filter(pk=event.pk).update(publish_at=later)

    proposing.publish(event, expected=mark_of(event), by=factories.make_user())

    event.refresh_from_db()
    assert (event.publish_at, event.state) == (later, "公開予定")


def test_page_leads_to_the_member_while_it_takes_part(client, contributor):
    body = contributor.seat.organization
    event = factories.make_proposal(by=contributor)
    proposing.publish(event, expected=mark_of(event), by=contributor)

    assert (
        f'href="{body.get_absolute_url()}"' in client.get(event.get_absolute_url()).content.decode()
    )

    body.status = "suspended"
    body.save()

    assert str(body) not in client.get(event.get_absolute_url()).content.decode()
