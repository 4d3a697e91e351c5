"""Who asks, and who hears of it."""

import pytest

from members.models import MailSetting, Organization
from tests import factories


@pytest.fixture
def asker(db):
    return factories.make_town(kind=Organization.Kind.WARD, prefecture="13", name="見本区")


@pytest.fixture
def town(db):
    """Hears of everything at once."""
    person = factories.make_town(name="見本市")
    for name in ("watched", f"category-{factories.make_category().pk}"):
        MailSetting.objects.create(seat=person.seat, mail_list=name, rhythm="at_once")
    return person
