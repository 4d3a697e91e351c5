"""The own mail address: changed by a link that is sent to the new one."""

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

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
    path = reverse("members:address_confirm", args=[make_token(person, address)])
    link = settings.SITE_URL + path
    deliver_to_person("address_confirm", person, address=address, link=link)


def make_token(person: User, address: str) -> str:
    return signing.dumps([person.pk, person.email, _mark(person), address], salt=SALT)


def proposed(token: str) -> tuple[User, str]:
    """Whose link it is, and the new address. Over once the address or the password has changed."""
    try:
        pk, before, mark, address = signing.loads(token, salt=SALT, max_age=LIFETIME)
        person = User.objects.select_related("seat__organization").get(pk=pk, email=before)
    except (signing.BadSignature, ValueError, User.DoesNotExist) as error:
        raise LinkOverError from error
    if mark != _mark(person) or not person.is_admitted:
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
            tell_former(person, before)
            audit.record("change_address", person, by=person)
    except IntegrityError as error:
        raise LinkOverError from error


def tell_former(person: User, address: str) -> None:
    """Whoever reads the address that was in use hears of the change."""
    deliver_to_person("account_changed", person, address=address, what="メールアドレスの変更")


def _mark(person: User) -> str:
    """Of the password: whoever asked in another person's session is out with a new one."""
    return salted_hmac(SALT, person.password).hexdigest()[:16]
