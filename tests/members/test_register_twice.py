"""申請する pressed twice, or after Back: one application and one mail."""

import pytest

from members import registration
from members.models import Application, Delivery
from tests import factories
from tests.members.registering import REGISTER, errors, send, typed
from tests.racing import at_once

KEY = "0123456789abcdef" * 2


@pytest.fixture
def town(db):
    return factories.make_local_government(name="見本町")


def hidden(html, name):
    return html.partition(f'name="{name}" value="')[2].partition('"')[0]


def test_double_click_makes_one_application_and_one_mail(client, town):
    answers = [send(client, form_key=KEY) for _ in range(2)]

    assert [answer.url for answer in answers] == ["/members/register/sent/"] * 2
    assert Application.objects.count() == 1
    assert Delivery.objects.count() == 1


def test_key_goes_from_the_form_through_the_confirmation_page(client, town):
    key = hidden(client.get(REGISTER).content.decode(), "form_key")
    refused = client.post(REGISTER, typed(form_key=key, telephone="x")).content.decode()
    confirmation = client.post(REGISTER, typed(form_key=key)).content.decode()
    again = client.post(REGISTER, typed(form_key=key, correct="1")).content.decode()

    assert len(key) == 32
    assert [hidden(html, "form_key") for html in (refused, confirmation, again)] == [key] * 3


def test_back_and_again_finds_the_first_even_after_it_was_verified(client, town):
    send(client, form_key=KEY)
    registration.verify(Application.objects.get())

    answer = send(client, form_key=KEY)

    assert answer.url == "/members/register/sent/"
    assert Application.objects.count() == 1


def test_back_with_the_same_text_keeps_the_key(client, town):
    send(client, form_key=KEY)

    html = client.post(REGISTER, typed(form_key=KEY)).content.decode()

    assert hidden(html, "form_key") == KEY


def test_back_to_correct_a_mistyped_address_is_another_application(client, town):
    send(client, form_key=KEY, email="mistyped@town.example.jp")

    html = client.post(REGISTER, typed(form_key=KEY)).content.decode()
    send(client, form_key=hidden(html, "form_key"))

    addresses = Delivery.objects.order_by("id").values_list("address", flat=True)
    assert list(addresses) == ["mistyped@town.example.jp", "kikaku@town.example.jp"]


def test_form_without_a_key_is_accepted(client, town):
    send(client)

    assert len(Application.objects.get().form_key) == 32


def test_forged_key_is_an_error_at_the_form(client, town):
    assert "form_key" in errors(client, form_key="<script>")


@pytest.mark.django_db(transaction=True)
def test_same_form_sent_at_the_same_moment_is_saved_once():
    town = factories.make_local_government()
    typed_twice = [
        factories.build_application(local_government=town, form_key=KEY) for _ in range(2)
    ]

    saved = at_once(*(lambda one=one: registration.apply(one).pk for one in typed_twice))

    assert saved == [Application.objects.get().pk] * 2
    assert Delivery.objects.count() == 1
