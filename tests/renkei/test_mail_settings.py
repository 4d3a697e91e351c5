"""メールの設定: per list, for the section's mailbox and for a person who asks."""

import pytest
from django.urls import reverse

from members.models import MailSetting, Rhythm, User
from tests import factories
from tests.html import text_of

PAGE = "/members/me/mail/"


@pytest.fixture
def category(db):
    return factories.make_category("call", name="イベント・事業の募集")


def form_data(client):
    """What a browser would send back of the page as it stands."""
    form = client.get(PAGE).context["form"]
    return {
        name: form[name].value() for name in form.fields if form[name].value() not in (None, False)
    }


def test_new_section_has_requests_at_once_and_the_rest_daily(client, contributor, category):
    notice = factories.make_category("notice")
    client.force_login(contributor)

    data = form_data(client)

    assert data["seat-requests"] == data["seat-own"] == Rhythm.AT_ONCE
    assert data[f"seat-category-{notice.pk}"] == Rhythm.AT_ONCE
    assert data[f"seat-category-{category.pk}"] == data["seat-watched"] == Rhythm.DAILY


def test_section_chooses_for_its_mailbox(client, contributor, category):
    client.force_login(contributor)
    name = f"seat-category-{category.pk}"

    answer = client.post(PAGE, {**form_data(client), name: "weekly"})

    assert answer.status_code == 302
    (made,) = MailSetting.objects.all()
    assert (made.seat, made.user, made.rhythm) == (contributor.seat, None, "weekly")


def test_person_asks_for_mail_to_the_own_address(client, contributor, category):
    client.force_login(contributor)

    client.post(PAGE, {**form_data(client), "gets_mail": "on", "own-watched": "never"})

    assert User.objects.get(pk=contributor.pk).gets_mail
    (made,) = MailSetting.objects.all()
    assert (made.user, made.mail_list, made.rhythm) == (contributor, "watched", "never")


def test_viewer_chooses_for_the_own_address_alone(client, viewer, category):
    client.force_login(viewer)

    client.post(PAGE, {**form_data(client), "seat-watched": "never", "own-watched": "weekly"})

    assert list(MailSetting.objects.values_list("user", "rhythm")) == [(viewer.pk, "weekly")]


def test_person_without_an_address_has_no_column_of_its_own(client, category):
    person = factories.make_user(email=None)
    client.force_login(person)

    page = client.get(PAGE)

    assert "own-watched" not in page.context["form"].fields
    assert "自分のメールアドレスでも受け取る" not in text_of(page)


def test_unknown_rhythm_is_refused_at_its_field_and_nothing_is_saved(client, contributor):
    client.force_login(contributor)

    page = client.post(PAGE, {**form_data(client), "seat-own": "hourly"})

    assert page.status_code == 200
    assert page.context["form"].errors.keys() == {"seat-own"}
    assert not MailSetting.objects.exists()


def test_two_colleagues_do_not_undo_each_other(client, contributor):
    client.force_login(contributor)
    before = form_data(client)
    MailSetting.objects.create(seat=contributor.seat, mail_list="own", rhythm="weekly")

    client.post(PAGE, {**before, "seat-own": "weekly", "seat-watched": "never"})

    assert dict(MailSetting.objects.values_list("mail_list", "rhythm")) == {
        "own": "weekly",
        "watched": "never",
    }


def test_each_choice_says_what_will_happen(client, contributor):
    client.force_login(contributor)

    text = text_of(client.get(PAGE))

    assert "12月29日から1月3日までを除く毎日、午前8時30分" in text
    assert "月曜日が休みのときは、次の開庁日" in text


def test_category_page_leads_to_the_settings(client, contributor, category):
    client.force_login(contributor)

    page = client.get(category.get_absolute_url())

    assert reverse("mail_settings") in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow(client, contributor, rows, django_assert_num_queries):
    for number in range(rows):
        factories.make_category(f"c{number}")
    client.force_login(contributor)
    client.get("/contact/")

    with django_assert_num_queries(5):
        client.get(PAGE)
