"""The search of the board, on folded text: within what the visitor may see."""

from django.db.models import Exists, OuterRef, Q

from board.models import Attachment, Reply, Topic
from board.models.topic import TopicQuerySet
from lib.text import words
from members.access import AnyUser, is_secretariat


def search(topics: TopicQuerySet, query: str, user: AnyUser) -> TopicQuerySet:
    """Topics with every word: in their text, names of their body, visible replies, file names.

    What was withdrawn is found by its own body and the secretariat alone.
    """
    if not is_secretariat(user):
        own = Q(organization=user.seat.organization_id)  # type: ignore[union-attr]
        topics = topics.filter(own | ~Q(status=Topic.Status.WITHDRAWN))
    for word in words(query):
        topics = topics.filter(_has(word))
    return topics


def _has(word: str) -> Q:
    replies = Reply.objects.shown().filter(topic=OuterRef("pk"))
    files = Attachment.objects.filter(folded__contains=word)
    return (
        Q(folded__contains=word)
        | Q(organization__folded__contains=word)
        | Q(Exists(replies.filter(folded__contains=word)))
        | Q(Exists(files.filter(topic=OuterRef("pk"))))
        | Q(Exists(files.filter(reply__in=Reply.objects.shown(), reply__topic=OuterRef("pk"))))
    )
