"""docs/access.md is the contract: every page, asked as every role."""

import re
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.urls import URLPattern, get_resolver, reverse

from agreements.models import AgreementFile
from board.models import Answer, Attachment, Match, Reply, Report, Topic
from members.models import (
    AuditEntry,
    CareNote,
    Delivery,
    Handover,
    Introduction,
    Invitation,
    InvitationWave,
    MailAddress,
    MailText,
    Notice,
    Organization,
    SiteText,
    TermsConsent,
)
from members.sending import stop_token
from news.models import Entry
from renkei.models import JobRun
from tests import factories
from tests.conftest import MEMBERS
from tests.crawl.reading import body_of

TABLE = (settings.BASE_DIR / "docs" / "access.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in TABLE.splitlines()
    if line.startswith(("| page", "| `"))
]
ROLES = ROWS[0][1:]
PAGES = {row[0].strip("`"): dict(zip(ROLES, map(int, row[1:]), strict=True)) for row in ROWS[1:]}
# Nobody adds these by hand, not even the secretariat.
WRITTEN_BY_THE_PORTAL = {
    Answer,
    Attachment,
    Match,
    Report,
    AuditEntry,
    CareNote,
    Delivery,
    Group,
    Handover,
    Invitation,
    Introduction,
    InvitationWave,
    MailAddress,
    Notice,
    JobRun,
    Reply,
    Topic,
    TermsConsent,
    Entry,
}
# Which mail is to be worded; without it the page leads to the list.
NEEDED_TO_ADD = {MailText: "?slug=invitation"}
THIRD_PARTY = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_confirm_login_code",
    "account_reauthenticate",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
}


def named_patterns(patterns, namespace=""):
    """Every (name, pattern) of the URLconf, the admin's apart."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        elif pattern.namespace != "admin":
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named_patterns(pattern.url_patterns, inner)


PATTERNS = dict(named_patterns(get_resolver().url_patterns))


pytestmark = pytest.mark.django_db
# No object has it.
NEVER = 10**6


@pytest.fixture(scope="module")
def people(rows_for_module):
    """By role."""
    members = {role: factories.make_member(*MEMBERS[role]) for role in MEMBERS}
    return {**members, "secretary": factories.make_secretary()}


@pytest.fixture(scope="module")
def arguments(people):
    return arguments_for(people["manager"])


def arguments_for(manager):
    """Real objects for the pages that show one; those of a body are of the manager's."""
    for slug in ("terms", "privacy", "accessibility", "service-sheet"):
        factories.make_site_text(slug)
    regional = factories.make_regional_agreement()
    file = AgreementFile(regional=regional, name="協定書.pdf", size=5, sha256="0" * 64)
    file.file.save("any", ContentFile(b"%PDF-"))
    application = factories.make_application()
    return {
        "agreements:regional_detail": [regional.pk],
        "agreements:regional_print": [regional.pk],
        "agreements:corporate_detail": [factories.make_corporate_agreement().pk],
        "agreements:download": ["regional", "csv"],
        "member_download": ["csv"],
        "api_table": ["events"],
        "member_profile": [factories.make_local_government().code],
        "group_profile": [factories.make_organization().pk],
        "public_file": [file.pk],
        **arguments_of_news(manager),
        "members:ask_managers": [factories.make_organization().pk],
        "members:application": [application.token],
        "members:application_verify": [application.token],
        "members:application_correct": [application.token],
        "members:application_withdraw": [application.token],
        "members:invitation": [factories.make_invitation().token],
        "members:address_confirm": [factories.make_address_token()],
        "members:session_end": [1],
        "mail_stop": [stop_token(Delivery(seat=manager.seat, mail_list="own"))],
        "account_reset_password_link": ["1-over"],
        "mfa_edit_webauthn": [1],
        "mfa_remove_webauthn": [1],
        **arguments_of_body(manager),
        **arguments_of_board(manager),
    }


def arguments_of_news(manager):
    publication = factories.make_publication()
    event = factories.make_event()
    entry = factories.make_entry()
    proposal = factories.make_proposal(by=manager)
    return {
        "news:event": [event.pk],
        "news:event_ics": [event.pk],
        "news:enter": [entry.event_id],
        "news:entry": [entry.token],
        "news:entry_cancel": [entry.token],
        **{f"news:{name}": [proposal.pk] for name in ("proposal", "proposal_withdraw")},
        "news:news_item": [factories.make_news_item().pk],
        "news:publication": [publication.pk],
        "news:publication_text": [publication.pk],
        "news:download": ["csv"],
    }


def arguments_of_board(manager):
    """A topic of the manager's body that every member may read, with a reply and a picture."""
    topic = factories.make_topic(author=manager, asks=Topic.Asks.APPLY)
    factories.attach(factories.make_answer(topic), name="申込書.txt")
    reply = factories.make_reply(topic, author=manager)
    picture = factories.attach(topic, name="写真.png", content=factories.make_png())
    draft = factories.make_draft(manager)
    one_topic = (
        *("topic", "topic_edit", "topic_unread", "topic_print", "topic_text", "topic_history"),
        *("reply", "topic_close", "topic_extend", "topic_withdraw", "topic_lock", "topic_copy"),
        *("topic_watch", "topic_todo", "files_zip", "topic_answer", "topic_acknowledge"),
        *("topic_roster", "answer_files", "topic_consult", "topic_match", "match_agree"),
        *("match_take_back", "topic_report", "topic_ask_again", "topic_reach"),
    )
    return {
        **{f"board:{name}": [topic.pk] for name in one_topic},
        "event_of_topic": [topic.pk],
        **{f"board:{name}": [topic.pk, reply.seq] for name in ("reply_edit", "reply_history")},
        "board:roster_file": [topic.pk, "xlsx"],
        **{f"board:{name}": [picture.pk] for name in ("file", "thumbnail")},
        **{f"board:{name}": [draft.pk] for name in ("draft_print", "draft_delete")},
        **{f"board:{name}": [topic.category.slug] for name in ("category", "category_read")},
    }


def arguments_of_body(manager):
    person = factories.make_user(seat=manager.seat)
    invitation = factories.make_invitation(seat=manager.seat)
    handover = factories.make_handover(predecessor=manager)
    return {
        "members:seat_edit": [manager.seat.pk],
        "members:invite": [manager.seat.pk],
        "members:invitation_resend": [invitation.pk],
        "members:invitation_withdraw": [invitation.pk],
        "members:directory_names": [manager.seat.organization_id],
        "members:person": [person.pk],
        "members:person_role": [person.pk],
        "members:person_suspend": [person.pk],
        "members:person_resume": [person.pk],
        "members:person_remove": [person.pk],
        "members:handover_new": [person.pk],
        "members:handover": [handover.pk],
        "members:handover_cancel": [handover.pk],
        "handover_print": [handover.pk],
    }


@pytest.fixture
def client_of(client_factory, people):
    """A browser of that role; the suspended one is the manager's, and comes last."""

    def made(role):
        client = client_factory()
        if role != "anonymous":
            user = people["manager" if role == "suspended" else role]
            client.force_login(user)
            if role == "suspended":
                Organization.objects.filter(seats__users=user).update(status="suspended")
        return client

    return made


def test_every_address_stands_in_the_table():
    assert set(PATTERNS) == set(PAGES) - {"admin:*"}


def test_every_own_view_states_its_audience():
    silent = {
        name
        for name, pattern in PATTERNS.items()
        if name not in THIRD_PARTY and not hasattr(pattern.callback, "access")
    }

    assert silent == set()


def test_every_public_view_gives_its_reason():
    sources = [*settings.BASE_DIR.glob("*/views.py"), *settings.BASE_DIR.glob("*/views/*.py")]

    bare = [
        f"{path.name}:{number}"
        for path in sources
        for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1)
        if re.fullmatch(r"@public\s*", line)
    ]

    assert bare == []


@pytest.mark.parametrize("view", sorted(set(PAGES) - {"admin:*"}))
def test_page_answers_every_role_as_the_table_says(arguments, client_of, view):
    address = reverse(view, args=arguments.get(view, []))

    in_order = sorted(ROLES, key=lambda role: role == "suspended")
    responses = {role: client_of(role).get(address) for role in in_order}
    # Read to its end, a file is closed; response.close() would close the database, too.
    for response in responses.values():
        body_of(response)

    assert {role: response.status_code for role, response in responses.items()} == PAGES[view]


@pytest.mark.parametrize("role", ROLES)
def test_every_list_and_form_of_the_admin_obeys_the_table(client_of, role):
    client = client_of(role)
    expected = PAGES["admin:*"][role]
    addresses = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses.append(reverse(f"{name}_changelist"))
        if model not in WRITTEN_BY_THE_PORTAL:
            addresses.append(reverse(f"{name}_add") + NEEDED_TO_ADD.get(model, ""))

    answers = {address: client.get(address).status_code for address in addresses}

    assert answers == dict.fromkeys(addresses, expected)


FORMS = {
    "news:enter",
    "news:propose",
    "news:proposal",
    "members:register",
    "members:ask_managers",
    "members:invitation",
    "members:organization_edit",
    "members:seat_add",
    "members:seat_edit",
    "members:invite",
    "members:handover_new",
    "members:yearly_check",
    "members:password_change",
    "members:address",
    "members:address_confirm",
    "members:consent",
    "account_reset_password",
    "account_new_password",
    "board:topic_new",
    "board:topic_edit",
    "board:reply",
    "board:reply_edit",
    "board:topic_close",
    "board:topic_extend",
    "board:topic_withdraw",
    "board:topic_answer",
    "board:topic_consult",
    "board:topic_match",
    "board:topic_report",
    "mail_settings",
    "mail_stop",
}
ACTS = {name for name, answers in PAGES.items() if answers["manager"] == 405}


def test_pages_without_a_form_answer_only_safe_methods(client, arguments, people):
    client.force_login(people["manager"])
    views = set(PATTERNS) - THIRD_PARTY - FORMS - ACTS

    answers = {
        view: client.post(reverse(view, args=arguments.get(view, []))).status_code
        for view in sorted(views)
    }

    assert answers == dict.fromkeys(views, 405)


def test_no_page_answers_trace(client, arguments, people):
    client.force_login(people["manager"])
    views = set(PATTERNS) - THIRD_PARTY

    answers = {
        view: client.trace(reverse(view, args=arguments.get(view, []))).status_code
        for view in sorted(views)
    }

    assert answers == dict.fromkeys(views, 405)


def test_unknown_objects_look_alike(client):
    """A number that never was, one that no database can hold, and an unknown file: the same 404."""
    bodies = set()
    for address in (
        reverse("agreements:regional_detail", args=[NEVER]),
        reverse("agreements:regional_detail", args=[10**30]),
        reverse("public_file", args=[uuid.uuid4()]),
        reverse("news:news_item", args=[NEVER]),
        reverse("news:event", args=[NEVER]),
        reverse("news:event_ics", args=[NEVER]),
        reverse("news:publication", args=[NEVER]),
        reverse("news:publication_text", args=[NEVER]),
        reverse("news:download", args=["exe"]),
        reverse("agreements:download", args=["members", "csv"]),
        reverse("agreements:download", args=["regional", "exe"]),
        reverse("member_download", args=["exe"]),
        reverse("member_profile", args=["999999"]),
        reverse("group_profile", args=[NEVER]),
        reverse("group_profile", args=[10**30]),
    ):
        response = client.get(address)
        assert response.status_code == 404
        bodies.add(response.content)

    assert len(bodies) == 1


def test_policy_without_a_version_in_effect_is_not_found(client):
    SiteText.objects.all().delete()

    assert client.get(reverse("terms")).status_code == 404
