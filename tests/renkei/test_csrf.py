"""Every POST needs a token of the portal and comes from it."""

import pytest
from django.urls import reverse

from tests.conftest import HttpsClient
from tests.tables import changed, everything
from tests.test_access import ACTS, FORMS, arguments_for

# The provider of the mailbox presses it (RFC 8058): its own token can stop one list and nothing else.
WITHOUT = {"mail_stop"}
OF_ALLAUTH = {
    *("account_login", "account_logout", "account_reauthenticate", "mfa_activate_totp"),
    *("mfa_add_webauthn", "mfa_login_webauthn", "mfa_generate_recovery_codes"),
}
ADMIN = (
    *("/admin/members/theme/add/", "/admin/members/user/", "/admin/logout/", "/admin/personal/"),
    "/admin/members/organization/import/",
)


def addresses(manager):
    known = arguments_for(manager)
    names = sorted((FORMS | ACTS | OF_ALLAUTH) - WITHOUT)
    return [*(reverse(name, args=known.get(name, [])) for name in names), *ADMIN]


@pytest.mark.parametrize("who", ["anonymous", "manager", "secretary"])
@pytest.mark.parametrize(
    "headers", [{}, {"origin": "https://evil.example"}], ids=["no token", "other origin"]
)
def test_post_without_token_or_from_elsewhere_does_nothing(request, manager, who, headers):
    client, known = HttpsClient(enforce_csrf_checks=True), addresses(manager)
    if who != "anonymous":
        client.force_login(request.getfixturevalue(who))
    before = everything()

    answers = {address: client.post(address, headers=headers).status_code for address in known}

    assert set(answers.values()) == {403}, answers
    assert changed(before, everything()) == {}
