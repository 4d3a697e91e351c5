"""応対記録: written on the page of the body, struck out with a reason, never changed."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from lib.conflicts import StaleError
from members import audit
from members.access import is_secretariat
from members.models import CareNote, Organization, User


def write(
    organization: Organization, *, text: str, spoken_to: str, form_key: str, by: User
) -> CareNote:
    """Sent twice with one form_key, it is saved once."""
    if not (is_secretariat(by) and by.has_perm("members.add_carenote")):
        raise PermissionDenied
    try:
        with transaction.atomic():
            note = CareNote.objects.create(
                organization=organization, text=text, spoken_to=spoken_to, form_key=form_key, by=by
            )
            audit.record("write_note", note, by=by, organization=organization.pk)
    except IntegrityError:
        return CareNote.objects.get(form_key=form_key)
    return note


@transaction.atomic
def strike(note: CareNote, *, reason: str, by: User) -> None:
    """One conditional UPDATE: of two who strike it out, one is told."""
    if not (is_secretariat(by) and by.has_perm("members.change_carenote")):
        raise PermissionDenied
    standing = CareNote.objects.filter(pk=note.pk, struck_at=None)
    if not standing.update(struck_at=timezone.now(), struck_by=by, struck_reason=reason):
        raise StaleError
    audit.record("strike_note", note, by=by, organization=note.organization_id)
