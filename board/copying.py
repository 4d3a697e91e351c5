"""複製して新規作成: a draft of an own topic, without its dates, files and answers."""

from django.urls import reverse

from board.draft_kinds import TOPIC
from board.models import Topic
from lib.forms import new_form_key
from members import drafts
from members.models import Draft, User

BOXES = ("shows_answers", "requires_acknowledgement", "wants_introduction")


def draft_of(topic: Topic, *, by: User) -> Draft:
    """As if it had been typed anew by `by`; a category out of use is left to be chosen."""
    address = f"{reverse('board:topic_new')}?category={topic.category.slug}"
    rows = topic.audience_rows.all()
    typed: dict[str, list[str]] = {
        "category": [str(topic.category_id)],
        "title": [topic.title],
        "summary": [topic.summary],
        "body": [topic.body],
        "venue": [topic.venue],
        "places": [str(topic.places or "")],
        "themes": [str(theme.pk) for theme in topic.themes.all()],
        "audience": [topic.audience],
        "asks": [topic.asks],
        **{name: ["on"] for name in BOXES if getattr(topic, name)},
        "prefectures": [row.prefecture for row in rows if row.prefecture],
        "organizations": ["\n".join(str(row.organization) for row in rows if row.organization)],
        **{name: [str(value)] for name, value in topic.details.items()},
    }
    return drafts.save(
        new_form_key(), kind=TOPIC, address=address, data=typed, title=topic.title, by=by
    )
