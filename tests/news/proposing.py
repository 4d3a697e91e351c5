"""Proposals of members, as they are typed, amended and decided on."""

from django.urls import reverse

from news import proposing
from news.models import Event

LIST, NEW = "/events/proposals/", "/events/proposals/new/"
KEY = "0123456789abcdef" * 2


def typed(**fields):
    return {
        "form_key": KEY,
        "name": "見本の収穫祭",
        "kind": "festival",
        "body": "りんごの収穫祭です。\n\n**太字**",
        "starts_on": "令和9年10月3日（日）",
        "starts_at": "午前10時",
        "attendance": "place",
        "organizer": "見本町",
        **fields,
    }


def page_of(event):
    return reverse("news:proposal", args=[event.pk])


def mark_of(event):
    """What the form of the page carries."""
    return proposing.mark_of(Event.objects.get(pk=event.pk))


def amend(client, event, *, read=None, **fields):
    """Typed in a form that was opened when `read` was what stood; now, where nothing is given."""
    return client.post(page_of(event), typed(expected=read or mark_of(event), **fields))


def decide(client, event, **fields):
    marks = {"expected": mark_of(event)}
    return client.post(reverse("admin:news_event_decide", args=[event.pk]), {**marks, **fields})
