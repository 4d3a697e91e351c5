"""Acts on many rows of an admin list: chosen, and confirmed on the page that says what will happen."""

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse


def list_of(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def choose(client, act, *rows):
    """The page that asks."""
    data = {"action": f"bulk_{act}", ACTION_CHECKBOX_NAME: [row.pk for row in rows]}
    return client.post(list_of(rows[0]), data)


def confirm(client, act, *rows, **data):
    """The list afterwards, with what is told of the act."""
    chosen = {"action": f"bulk_{act}", ACTION_CHECKBOX_NAME: [row.pk for row in rows]}
    return client.post(list_of(rows[0]), {**chosen, "confirmed": "1", **data}, follow=True)
