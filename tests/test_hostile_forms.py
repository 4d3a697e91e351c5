"""Hostile text in every field of every form that takes a POST: no page breaks, nothing runs, no header is added."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseForm, CharField, PasswordInput
from django.urls import reverse
from django.utils import timezone

from board.models import Topic
from members.models import Organization, User
from renkei.sender import send_due_mail
from renkei.spreading import spread_due
from tests import factories
from tests.board.test_hostile import Browser
from tests.conftest import MEMBERS, HttpsClient
from tests.page_forms import PageForms
from tests.tables import changed, everything, written_tables
from tests.test_access import ACTS, FORMS, PAGES, arguments_for
from tests.test_architecture import MAY_IMPORT

NAMES = "髙﨑𠮷野家👨‍👩‍👧‍👦か\u3099が葛\U000e0100"
TEXTS = {
    "script": "</textarea></title><script>alert(1)</script>",
    "attribute": """"><img src=x onerror=alert(1)>' autofocus onfocus=alert(1) x='""",
    "link": "[x](JaVaScRiPt&colon;alert(1)) [x](java\nscript:alert(1)) ![x](https://evil.example/t)",
    "template": "={{7*7}}${7*7}{% debug %}<%= 7*7 %>{0.__class__}%(x)s' OR 1=1--",
    "header": "件名\r\nBcc: v@evil.example\r\n\r\n本文",
    "names": NAMES,
    "control": "請求書\u202efdp.exe\u200b a\x00b\x1b[2J\x7f",
    "brackets": "[a](" * 6000,
    "number": "1e400",
}
# Of allauth, without those that only the midst of a log-in knows (tests/members/test_next.py and beside it).
OF_ALLAUTH = ("account_login", "account_logout", "account_reauthenticate", "mfa_reauthenticate")
CLERKS = ("manager", "ward", "contributor", "secretary", "anonymous")
HANDLERS = {"onerror", "onload", "onfocus", "onclick"}
HIDDEN = {"\x00", "\x1b", "\x7f", "\u202e", "\u200b"}
# Saved before anything else, so that nothing that was typed is lost.
KEPT = {"members.Draft", "board.Attachment"}


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def forms(rows_for_module):
    """The cookies of who may send it, the address, and its fields."""
    people = {role: factories.make_member(*MEMBERS[role]) for role in CLERKS if role in MEMBERS}
    people["secretary"] = factories.make_secretary()
    known = arguments_for(people["manager"])
    Topic.objects.update(deadline=timezone.now() + timedelta(days=30))
    found = []
    for name in sorted(FORMS | ACTS | set(OF_ALLAUTH)):
        opens = [role for role in CLERKS if PAGES[name][role] == 200] or ["manager"]
        client = HttpsClient()
        if opens[0] != "anonymous":
            client.force_login(people[opens[0]])
        address = reverse(name, args=known.get(name, []))
        page = client.get(address, {"category": "exchange"} if name == "board:topic_new" else None)
        found.append((client.cookies, address, PageForms(page)))
    return found


def send(client_factory, cookies, address, data, *, follow=True):
    """In a browser that was logged in before; the limits of forms are not asked here."""
    cache.clear()
    client = client_factory(raise_request_exception=False)
    client.cookies.update(cookies)
    return client.post(address, data, follow=follow)


def what_runs(response):
    is_page = "text/html" in response.headers.get("Content-Type", "")
    return running_in(response.content.decode()) if is_page else []


def running_in(html):
    """Beside what the portal's own pages hold: their scripts have an address or are data."""
    ours, inline = ("/", "data:image/"), "<script>"
    foreign = [
        (what, value)
        for what, value in Browser(html).found
        if (value and not value.startswith(ours)) or what in HANDLERS
    ]
    return foreign + [inline] * html.count(inline)


def words_of(written):
    """Drafts keep what was typed; everything else is cleaned first."""
    rows = (row for label, found in written.items() if label not in KEPT for row in found)
    return "\n".join(str(value) for row in rows if isinstance(row, dict) for value in row.values())


def test_every_form_is_known(forms):
    assert len(forms) > 60
    assert sum(bool(fields.words) for _, _, fields in forms) > 20


@pytest.mark.parametrize("kind", TEXTS)
def test_text_in_every_field_breaks_and_runs_nothing(forms, client_factory, kind):
    text, accepted, before = TEXTS[kind], 0, everything()

    for cookies, address, fields in forms:
        data = {**fields.values, **dict.fromkeys(fields.words, text)}
        with transaction.atomic():
            with written_tables() as tables:
                response = send(client_factory, cookies, address, data)
            written = changed(before, everything(tables))
            if response.redirect_chain:
                accepted += 1
                said = words_of(written)
                assert kind != "names" or "𠮷" not in said or NAMES in said, address
                assert kind != "control" or not HIDDEN & set(said), address
            elif response.status_code >= 400:
                assert written.keys() <= KEPT, (address, written)
            transaction.set_rollback(True)
        assert response.status_code < 500, address
        assert what_runs(response) == [], address

    assert accepted > 10


@pytest.mark.parametrize("kind", ["header", "control"])
def test_mails_about_it_have_one_recipient_and_our_headers_alone(forms, client_factory, kind):
    text = TEXTS[kind]

    for cookies, address, fields in forms:
        if fields.words:
            send(
                client_factory,
                cookies,
                address,
                {**fields.values, **dict.fromkeys(fields.words, text)},
            )
    while spread_due():
        continue
    while send_due_mail():
        continue

    assert mail.outbox
    for message in mail.outbox:
        headers = message.message()
        assert len(message.to) == 1
        assert "evil.example" not in " ".join(headers.get_all("To", []) + headers.get_all("Cc", []))
        assert headers["Bcc"] is None
        assert not re.search(r"[\r\n\x00-\x1f]", message.subject)


@pytest.mark.parametrize("value", ["\x00<script>alert(1)</script>", "9" * 31])
def test_no_single_field_breaks_its_form(forms, client_factory, value):
    """Hidden ones, keys, choices and numbers, too; each alone, the others as the page has them."""
    for cookies, address, fields in forms:
        for name in fields.values:
            with transaction.atomic():
                data = {**fields.values, name: value}
                response = send(client_factory, cookies, address, data, follow=False)
                transaction.set_rollback(True)
            assert response.status_code < 500, (address, name)
            assert what_runs(response) == [], (address, name)


FORGED = {
    **{
        "is_staff": "1",
        "is_superuser": "1",
        "is_active": "1",
        "groups": "1",
        "desk": "事務局（管理）",
    },
    **{
        "user_permissions": "1",
        "seat": "1",
        "organization": "1",
        "author": "1",
        "kind": "secretariat",
    },
    **{
        "approved": "1",
        "email_verified": "1",
        "hidden_at": "",
        "is_draft": "",
        "pinned_until": "2099-01-01",
    },
}


def rights():
    """What no form of the portal gives or takes."""
    people = User.objects.order_by("pk").values_list("pk", "seat", "is_staff", "is_superuser")
    bodies = Organization.objects.order_by("pk").values_list("pk", "kind", "status")
    topics = Topic.objects.order_by("pk").values_list(
        "pk", "author", "organization", "pinned_until"
    )
    return [*people, *bodies, *topics], User.groups.through.objects.count()


def test_fields_that_no_form_has_are_not_read(forms, client_factory):
    before = rights()

    for cookies, address, fields in forms:
        with transaction.atomic():
            send(client_factory, cookies, address, {**FORGED, **fields.values}, follow=False)
            (rows, groups), (old_rows, old_groups) = rights(), before
            transaction.set_rollback(True)
        assert set(old_rows) <= set(rows), address
        assert groups == old_groups, address
        made = [row for row in rows if row not in old_rows]
        assert not [row for row in made if True in row or "secretariat" in row], address


# Folded by their widgets, or compared with what is known.
OTHER_WORDS = {"telephone", "username", "login", "code"}


def forms_of_ours():
    """Every form that is declared outside the admin, which makes fields of its own (lib/admin.py)."""
    waiting = [BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        app, *rest = form.__module__.split(".")
        if app in MAY_IMPORT and "admin" not in form.__module__:
            yield form


def test_what_nobody_can_see_fills_in_no_field():
    taken = set()

    for form in forms_of_ours():
        for name, field in getattr(form, "base_fields", {}).items():
            is_word = isinstance(field, CharField) and not isinstance(field.widget, PasswordInput)
            if is_word and field.required and name not in OTHER_WORDS:
                with suppress(ValidationError):
                    taken.add((form.__name__, name, field.clean("\u200b\u2060\u00ad")))

    assert taken == set()
