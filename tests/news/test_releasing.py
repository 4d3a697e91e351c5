"""Publishing and withdrawing: of two secretaries at once the second is told."""

import pytest

from members.models import AuditEntry
from news import releasing
from tests import factories


def test_what_is_published_is_not_published_again(secretary):
    item = factories.make_news_item(is_draft=False)

    with pytest.raises(releasing.StaleError):
        releasing.publish(item, by=secretary)

    assert not AuditEntry.objects.exists()


def test_draft_is_not_withdrawn(secretary):
    item = factories.make_news_item(is_draft=True)

    with pytest.raises(releasing.StaleError):
        releasing.withdraw(item, by=secretary)

    assert not AuditEntry.objects.exists()
