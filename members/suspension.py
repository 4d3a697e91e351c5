"""利用停止 and re-admission of people and bodies: what follows when the status has changed."""

from django.db import transaction

from members import audit
from members.models import Organization, User
from members.sessions import end_sessions


@transaction.atomic
def person_changed(person: User, *, by: User) -> None:
    """Old cookies stay dead when the person comes back."""
    end_sessions(person)
    audit.record("readmit" if person.is_active else "suspend", person, by=by)


@transaction.atomic
def organization_changed(organization: Organization, *, by: User) -> None:
    for person in User.objects.filter(seat__organization=organization):
        end_sessions(person)
    audit.record("change_status", organization, by=by, after=organization.status)
