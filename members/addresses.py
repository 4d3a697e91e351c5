"""The own mail address: changed by a link that is sent to the new one."""

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse

from members import audit
from members.mailing import deliver_to_person
from members.models import User
from members.passwords import LinkOverError

LIFETIME = 3 * 24 * 60 * 60
SALT = "members.addresses"


def mail_link(person: User, address: str) -> None:
    """Nothing goes to an address that somebody uses; the person is told the same in both cases."""
    if User.objects.filter(email__iexact=address).exists():
        return
    token = signing.dumps([person.pk, person.email, address], salt=SALT)
    link = settings.SITE_URL + reverse("members:address_confirm", args=[token])
    deliver_to_person("address_confirm", person, address=address, link=link)


def proposed(token: str) -> tuple[User, str]:
    """Whose link it is, and the new address. Over once the address has changed."""
    try:
        pk, before, address = signing.loads(token, salt=SALT, max_age=LIFETIME)
        person = User.objects.select_related("seat__organization").get(pk=pk, email=before)
    except (signing.BadSignature, User.DoesNotExist) as error:
        raise LinkOverError from error
    if not person.is_admitted:
        raise LinkOverError
    return person, address


def change(token: str) -> None:
    """Raises LinkOverError, also when somebody else took the address meanwhile."""
    person, address = proposed(token)
    before = person.mail_address
    same = User.objects.filter(pk=person.pk, email=person.email)
    try:
        with transaction.atomic():
            if not same.update(email=address):
                raise LinkOverError
            deliver_to_person(
                "account_changed", person, address=before, what="メールアドレスの変更"
            )
            audit.record("change_address", person, by=person)
    except IntegrityError as error:
        raise LinkOverError from error
