"""Publishing and withdrawing: of two secretaries at once the second is told."""

import pytest

from lib.conflicts import StaleError
from members.models import AuditEntry
from news import releasing
from tests import factories


def test_what_is_published_is_not_published_again(secretary):
    item = factories.make_news_item(is_draft=False)

    with pytest.raises(StaleError):
        releasing.publish(item, by=secretary)

    assert not AuditEntry.objects.exists()


def test_draft_is_not_withdrawn(secretary):
    item = factories.make_news_item(is_draft=True)

    with pytest.raises(StaleError):
        releasing.withdraw(item, by=secretary)

    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "make", [factories.make_news_item, factories.make_publication, factories.make_event]
)
def test_who_deletes_a_page_stands_in_the_audit_trail(client, secretary, make):
    one, other = make(), make()
    changelist = f"/admin/news/{one._meta.model_name}/"
    client.force_login(secretary)

    client.post(f"{changelist}{one.pk}/delete/", {"post": "yes"})
    client.post(
        changelist, {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
    )

    acts = AuditEntry.objects.values_list("act", "actor", "target_id").order_by("pk")
    act = f"delete_{one._meta.model_name}"
    assert list(acts) == [(act, secretary.pk, str(row)) for row in (one.pk, other.pk)]
    assert not type(one).objects.exists()
