"""Acts on many rows of an admin list: chosen, and confirmed on the page that says what will happen."""

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse


def list_of(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def choose(client, act, *rows, query=""):
    """The page that asks."""
    return client.post(list_of(rows[0]) + query, _chosen(act, rows))


def confirm(client, act, *rows, query="", **data):
    """The list afterwards, with what is told of the act; posts are bound to the text as it was read."""
    seen = {f"expected-{row.pk}": row.edits for row in rows if hasattr(row, "edits")}
    sent = {**_chosen(act, rows), **seen, "confirmed": "1", **data}
    return client.post(list_of(rows[0]) + query, sent, follow=True)


def _chosen(act, rows):
    return {"action": f"bulk_{act}", ACTION_CHECKBOX_NAME: [row.pk for row in rows]}
