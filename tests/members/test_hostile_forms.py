"""Whatever is typed into a form of members: no page breaks, no header is made, text stays text."""

from urllib.parse import quote_from_bytes

import pytest
from django.urls import reverse

from members.models import Application, Delivery, Invitation, Seat, User
from tests import factories
from tests.members.registering import typed

SCRIPTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea></title><svg onload=alert(1)>",
)
TEXTS = (
    *SCRIPTS,
    "{{7*7}}${7*7}{% debug %}",
    "' OR 1=1--",
    "a\r\nBcc: v@evil.example",
    '=HYPERLINK("http://evil","x")',
    "a\x00b",
    "請求書\u202efdp.exe",
    "市\u200b役所",
    "髙﨑𠮷野家👨‍👩‍👧‍👦が",
    "１２３",
    "ａ" * 5000,
    "a@xn--…",
    "a@b.jp\n",
    "",
)
# Percent-encoded, as no browser sends it: not UTF-8, or UTF-8 of nothing.
BYTES = (b"\xff\xfe", b"\xed\xa0\x80", b"%", b"a\x00")
RAW = ("<script>alert", "<img src=x", "<svg onload")

PERSON = {"name": "見本 花子", "address": "kanko@city.example.jp"}
ACCOUNT = {
    "name": "見本 花子",
    "username": "kikaku-09",
    "email": "hanako@town.example.jp",
    "password": "mihon-no-ai-9",
    "again": "mihon-no-ai-9",
    "consent": "on",
}


def of_seat(name):
    return lambda person: reverse(f"members:{name}", args=[person.seat_id])


def of_person(name):
    return lambda person: reverse(f"members:{name}", args=[person.pk])


def of_application(name):
    def address(_):
        page = factories.make_application(status=Application.Status.RETURNED)
        return f"{page.get_absolute_url()}{name}/"

    return address


def of_member(_):
    town = factories.make_local_government()
    body = factories.make_organization(name=town.name, local_government=town)
    return reverse("members:ask_managers", args=[body.pk])


# Where it is sent, and what is typed there when nobody means harm.
FORMS = {
    "register": (lambda _: "/members/register/", typed(confirmed="1")),
    "correct": (of_application("correct"), typed()),
    "verify": (of_application("verify"), {"proof": "x"}),
    "ask_managers": (
        of_member,
        {
            "send": "1",
            "name": "見本",
            "section": "課",
            "mailbox": "a@city.example.jp",
            "message": "文",
        },
    ),
    "invitation": (lambda _: factories.make_invitation().get_absolute_url(), ACCOUNT),
    "seat_add": (
        lambda _: "/members/organization/seats/new/",
        {
            "section": "課",
            "mailbox": "a@city.example.jp",
            "telephone": "03-0000-0000",
            "extension": "1",
        },
    ),
    "seat_edit": (of_seat("seat_edit"), {"section": "課", "telephone": "03-0000-0000"}),
    "profile": (
        lambda _: "/members/organization/edit/",
        {
            "introduction": "文",
            "website": "https://a.example/",
            "x_account": "a",
            "magazine_url": "https://a.example/",
        },
    ),
    "invite": (of_seat("invite"), {**PERSON, "role": "viewer"}),
    "handover": (of_person("handover_new"), {**PERSON, "leaves_on": "令和40年4月1日"}),
    "role": (of_person("person_role"), {"role": "viewer"}),
    "name_choice": (lambda _: "/members/me/name/", {"shows_name": "on"}),
    "address": (
        lambda _: "/members/me/address/",
        {"email": "new@city.example.jp", "current": "x"},
    ),
    "password": (
        lambda _: "/members/me/password/",
        {"current": "x", "password": "mihon-no-ai-9", "again": "mihon-no-ai-9"},
    ),
    "login": (lambda _: "/accounts/login/", {"login": "a", "password": "x"}),
    "forgotten": (lambda _: "/accounts/password/reset/", {"login": "a"}),
}
VISITORS = {"register", "correct", "verify", "ask_managers", "invitation", "login", "forgotten"}


@pytest.fixture(autouse=True)
def no_limits(settings, db):
    """Limits have tests of their own: here each text is to reach the form."""
    settings.ACCOUNT_RATE_LIMITS = False
    factories.make_local_government(name="見本町", kana="みほんまち", prefecture="10")


@pytest.fixture(params=sorted(FORMS))
def form(request, client, manager):
    """A function that sends the form with some fields changed, as who uses it."""
    address, data = FORMS[request.param]
    if request.param not in VISITORS:
        client.force_login(manager)
    page = address(manager)

    def send(**fields):
        return client.post(page, {**data, **fields})

    send.fields, send.page = tuple(data), page
    return send


def texts_in_database():
    yield from (delivery.subject for delivery in Delivery.objects.all())
    for row in (*Application.objects.all(), *Invitation.objects.all(), *Seat.objects.all()):
        yield from (str(value) for name, value in vars(row).items() if name != "_state")
    yield from (user.name for user in User.objects.all())


def test_no_text_breaks_a_form_or_a_header_and_none_runs(form):
    for field in form.fields:
        for text in TEXTS:
            answer = form(**{field: text})
            assert answer.status_code in {200, 302, 410}, (field, text)
            assert not [raw for raw in RAW if raw in answer.text], (field, text)

    for delivery in Delivery.objects.all():
        assert "\n" not in delivery.subject + delivery.address
        assert "evil" not in delivery.address
    assert not [text for text in texts_in_database() if "\x00" in text or "\u202e" in text]


def test_bytes_that_are_no_text_are_an_error_and_no_crash(form, client):
    for field in form.fields:
        for value in BYTES:
            body = f"{field}={quote_from_bytes(value, safe='%')}"
            answer = client.post(form.page, body, content_type="application/x-www-form-urlencoded")
            assert answer.status_code in {200, 302, 400, 410}, (field, value)


def test_forms_without_a_field_and_with_thousands_are_refused_softly(form, client):
    assert client.post(form.page, {}).status_code in {200, 302, 410}
    many = "&".join(f"a{number}=1" for number in range(1100))
    answer = client.post(form.page, many, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


@pytest.mark.parametrize("page", ["/members/organization/", "/members/handover/", "/members/me/"])
def test_what_people_typed_is_only_words_on_the_pages_that_show_it(client, manager, page):
    for text in SCRIPTS:
        seat = factories.make_seat(organization=manager.seat.organization, section=text)
        colleague = factories.make_user(seat=seat, name=text)
        factories.make_invitation(seat=seat, name=text)
        factories.make_handover(predecessor=colleague)
    User.objects.filter(pk=manager.pk).update(name=SCRIPTS[0])
    client.force_login(manager)

    answer = client.get(page)

    assert answer.status_code == 200
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert not [raw for raw in RAW if raw in answer.text]
