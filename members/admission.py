"""The member body that an approved application makes, or brings back."""

from django.utils import timezone

from members import audit, suspension
from members.models import Application, LocalGovernment, Organization, User

Status = Organization.Status


def admit(application: Application, *, by: User) -> Organization:
    """Joins today, unless it takes part already or was merely suspended.

    A body that was there before keeps what it says of itself.
    """
    organization = _existing_body(application) or _new_body(application)
    before = organization.status if organization.pk else None
    if before == Status.WITHDRAWN:
        _leave_outside(organization, by=by)
    if before in (None, Status.WITHDRAWN):
        organization.joined_on = timezone.localdate()
    organization.status = Status.ACTIVE
    organization.merged_into = organization.merged_on = None
    organization.save()
    organization.themes.add(*application.themes.all())
    if before in (Status.SUSPENDED, Status.WITHDRAWN):
        suspension.organization_changed(organization, by=by)
    return organization


def _new_body(application: Application) -> Organization:
    local_government = application.local_government
    return Organization(
        kind=_kind_of(local_government),
        prefecture=application.prefecture,
        name=local_government.own_name if local_government else application.body_name,
        kana=local_government.kana if local_government else "",
        local_government=local_government,
        website=application.website,
        x_account=application.x_account,
        magazine_url=application.magazine_url,
    )


def _leave_outside(organization: Organization, *, by: User) -> None:
    """People of before 退会: the new 管理担当者 takes back who still works there."""
    for person in User.objects.filter(seat__organization=organization, is_active=True):
        person.is_active = False
        person.save(update_fields=["is_active"])
        audit.record("suspend", person, by=by, seat=person.seat_id)


def _existing_body(application: Application) -> Organization | None:
    """A body that had left comes back as itself."""
    body = application.local_government
    if body is None:
        return Organization.objects.group_named(application.prefecture, application.body_name)
    return Organization.objects.filter(local_government=body).first()


def _kind_of(local_government: LocalGovernment | None) -> Organization.Kind:
    if local_government is None:
        return Organization.Kind.ASSOCIATION
    if local_government.kind == LocalGovernment.Kind.PREFECTURE:
        return Organization.Kind.PREFECTURE
    return Organization.Kind.MUNICIPALITY
