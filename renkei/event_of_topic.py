"""イベントとして提案する: what stands in an own topic, as a draft of a proposal to the calendar."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from board.models import Topic
from lib.forms import new_form_key
from lib.moments import format_moment
from lib.wareki import format_date
from members import drafts
from members.access import MemberRequest, contributor_only
from members.models import Draft, User
from news.models import Event
from news.views.proposals import KIND


@require_POST
@contributor_only
def event_of_topic(request: MemberRequest, pk: int) -> HttpResponse:
    """The event is public, the topic is not: nothing is proposed before it has been read once more."""
    topics = Topic.objects.visible_to(request.user).select_related("organization")
    topic = get_object_or_404(topics, pk=pk)
    if not topic.is_of(request.user):
        raise PermissionDenied
    messages.info(
        request,
        "投稿の内容から下書きを作りました。公開してよい内容に直してから、送信してください。",
    )
    return redirect(draft_of(topic, by=request.user))


def draft_of(topic: Topic, *, by: User) -> Draft:
    """As if it had been typed by `by` into the form of a proposal."""
    body, details = topic.organization, topic.details
    typed = {
        "name": topic.title,
        "kind": Event.Kind.EXCHANGE.value,
        "attendance": Event.Attendance.PLACE.value,
        "body": topic.body,
        "starts_on": format_date(topic.starts_on) if topic.starts_on else "",
        "ends_on": format_date(topic.ends_on) if topic.ends_on else "",
        "schedule_note": details.get("hours", ""),
        "venue": topic.venue,
        "prefecture": body.prefecture,
        "organizer": body.full_name,
        "contact": details.get("contact", ""),
        "fee": details.get("fee", ""),
        "capacity": str(topic.places or ""),
        "apply_until": format_moment(topic.deadline, is_end=True) if topic.deadline else "",
        "url": details.get("link", ""),
        "wants_introduction": "on" if topic.wants_introduction else "",
    }
    return drafts.save(
        new_form_key(),
        kind=KIND,
        address=reverse("news:propose"),
        data={name: [value] for name, value in typed.items() if value},
        title=topic.title,
        by=by,
    )
