"""What a production portal refuses to be deployed with."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error


def passkeys_need_https(**options: Any) -> list[CheckMessage]:
    """http://localhost is for the demonstration only."""
    if settings.DEMO or not settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN:
        return []
    message = "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN accepts passkeys that any site has asked for."
    return [Error(message, hint="It is for DEMO=1 only.", id="members.E001")]


def addresses_are_named(**options: Any) -> list[CheckMessage]:
    """Links in mails are built from SITE_URL; a Host header that anybody may send builds others."""
    if settings.DEMO:
        return []
    found: list[CheckMessage] = []
    if any(host.startswith(("*", ".")) for host in settings.ALLOWED_HOSTS):
        found.append(Error("ALLOWED_HOSTS lets visitors choose the host.", id="members.E002"))
    if not settings.SITE_URL.startswith("https://"):
        found.append(Error("SITE_URL does not begin with https://.", id="members.E003"))
    return found
