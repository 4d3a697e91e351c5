"""The public profile of a body."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction

from members import audit
from members.access import is_manager, is_secretariat
from members.models import Organization, Theme, User

FIELDS = ("introduction", "website", "x_account", "magazine_url")


@transaction.atomic
def edit(
    organization: Organization, *, themes: Iterable[Theme], fields: Iterable[str], by: User
) -> None:
    """Saves the profile alone: what the secretariat changes meanwhile stays."""
    is_own = is_manager(by) and by.seat.organization_id == organization.pk
    if not (is_own or is_secretariat(by)):
        raise PermissionDenied
    organization.save(update_fields=list(FIELDS))
    organization.themes.set(themes)
    audit.record("edit_profile", organization, by=by, fields=sorted(fields))
