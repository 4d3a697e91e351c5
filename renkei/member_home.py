"""What a member sees first on the home page: what is asked of the own body, then what is new."""

from typing import Any

from board import answering
from board.lists import rows_of
from board.models import Topic
from members.access import is_contributor
from members.models import User

ASKED_SHOWN = 5
NEWEST_TOPICS = 5


def board_news(user: User) -> dict[str, Any]:
    topics = Topic.objects.visible_to(user)
    asked = list(answering.asked_of(topics, user).values_list("pk", flat=True)[:ASKED_SHOWN])
    newest = topics.order_by("-active_at", "-id").values_list("pk", flat=True)
    shown = [key for key in newest[: NEWEST_TOPICS + ASKED_SHOWN] if key not in asked]
    asked_topics, new_topics = rows_of(user, asked, shown[:NEWEST_TOPICS])
    return {"asked": asked_topics, "topics": new_topics, "may_post": is_contributor(user)}
