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
