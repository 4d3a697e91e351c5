"""Who sees which topic: asked from both sides, over the whole matrix, with rows that could leak."""

from datetime import timedelta
from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from board.models import Answer, Attachment, Topic, TopicAudience
from members.models import Organization, User
from tests import factories

Audience, Kind = Topic.Audience, Organization.Kind


@pytest.fixture
def bodies(db):
    """Two of each sort that a rule tells apart."""
    make = factories.make_organization
    return {
        "author": make(prefecture="10"),
        "neighbour": make(prefecture="10"),
        "far": make(prefecture="01"),
        "ward": make(kind=Kind.WARD, prefecture="13"),
        "association": make(kind=Kind.ASSOCIATION, prefecture="20"),
        "secretariat": factories.make_secretariat(),
        "suspended": make(prefecture="10", status=Organization.Status.SUSPENDED),
    }


STATES = {
    "published": {},
    "scheduled": {"publish_at": timezone.now() + timedelta(days=30)},
    "waiting": {"status": Topic.Status.WAITING},
    "hidden": {"hidden_at": timezone.now(), "hidden_reason": "確認中"},
    "withdrawn": {"status": Topic.Status.WITHDRAWN},
    "dropped": {"status": Topic.Status.DROPPED},
}


def make_topics(bodies):
    """Every audience in every state."""
    author = factories.make_user(seat=factories.make_seat(organization=bodies["author"]))
    topics = {}
    for audience, state in product(Audience.values, STATES):
        topic = factories.make_topic(
            author=author,
            audience=audience,
            prefectures=["01", "20"],
            organizations=[bodies["far"], bodies["ward"], bodies["suspended"]],
        )
        Topic.objects.filter(pk=topic.pk).update(**STATES[state])
        topics[audience, state] = Topic.objects.get(pk=topic.pk)
    return topics


READERS = {
    Audience.ALL: {"author", "neighbour", "far", "ward", "association", "secretariat"},
    Audience.WARDS: {"author", "ward", "secretariat"},
    Audience.PREFECTURES: {"author", "far", "association", "secretariat"},
    Audience.CHOSEN: {"author", "far", "ward", "secretariat"},
}


def test_every_body_sees_what_is_for_it_and_the_three_questions_agree(bodies):
    topics = make_topics(bodies)
    people = {
        name: factories.make_user(
            seat=factories.make_seat(organization=body, section="窓口"),
            is_staff=name == "secretariat",
        )
        for name, body in bodies.items()
    }

    for (audience, state), topic in topics.items():
        is_open = state in {"published", "withdrawn"}
        expected = READERS[audience] if is_open else {"author", "secretariat"}
        seen = {n for n, user in people.items() if topic in Topic.objects.visible_to(user)}
        asked = {n for n, body in bodies.items() if body in topic.audience_organizations()}
        assert (audience, state, seen) == (audience, state, expected)
        assert asked == expected
        mailed = {n for n, body in bodies.items() if n != "suspended" and topic.is_for(body)}
        assert mailed == expected


def test_nobody_outside_sees_anything(bodies):
    make_topics(bodies)
    factories.make_answer(factories.make_topic(asks="apply"))
    member = factories.make_user(seat=factories.make_seat(organization=bodies["suspended"]))
    left = factories.make_user(
        seat=factories.make_seat(organization=bodies["neighbour"]), is_active=False
    )

    for user in (AnonymousUser(), member, left):
        assert not Topic.objects.visible_to(user).exists()
        assert not Topic.objects.readable_by(user).exists()
        assert not Attachment.objects.visible_to(user).exists()
        assert not Answer.objects.visible_to(user).exists()


def test_files_follow_their_topic_reply_or_draft(bodies):
    secretary = factories.make_user(
        seat=factories.make_seat(organization=bodies["secretariat"]), is_staff=True
    )
    author = factories.make_user(seat=factories.make_seat(organization=bodies["author"]))
    reader = factories.make_user(seat=factories.make_seat(organization=bodies["far"]))
    outsider = factories.make_user(seat=factories.make_seat(organization=bodies["neighbour"]))
    topic = factories.make_topic(
        author=author, audience=Audience.CHOSEN, organizations=[bodies["far"]]
    )
    reply = factories.make_reply(topic, author=author)
    of_topic, of_reply = factories.attach(topic), factories.attach(reply)
    of_draft = factories.attach(factories.make_draft(author))

    def seen_by(user):
        return set(Attachment.objects.visible_to(user))

    assert seen_by(author) == {of_topic, of_reply, of_draft}
    assert seen_by(reader) == {of_topic, of_reply}
    assert seen_by(outsider) == set()
    assert seen_by(secretary) == {of_topic, of_reply}
    type(reply).objects.filter(pk=reply.pk).update(hidden_at=timezone.now(), hidden_reason="x")
    assert seen_by(reader) == {of_topic}
    Topic.objects.filter(pk=topic.pk).update(status=Topic.Status.WITHDRAWN)
    assert seen_by(reader) == set()
    assert of_topic in seen_by(author)


@pytest.mark.parametrize(
    "fields", [{}, {"prefecture": "10", "organization": True}], ids=["nobody", "both"]
)
def test_audience_row_is_a_prefecture_or_a_body(bodies, fields):
    topic = factories.make_topic()
    if "organization" in fields:
        fields = {**fields, "organization": bodies["far"]}

    with pytest.raises(IntegrityError), transaction.atomic():
        TopicAudience.objects.create(topic=topic, **fields)


def test_role_decides_who_may_edit(bodies):
    def person(body, role, **fields):
        seat = factories.make_seat(organization=bodies[body], section=f"{role}課")
        return factories.make_user(seat=seat, role=role, **fields)

    author = person("author", User.Role.CONTRIBUTOR)
    topic = factories.make_topic(author=author)

    assert topic.is_editable_by(author)
    assert topic.is_editable_by(person("author", User.Role.MANAGER))
    assert not topic.is_editable_by(person("author", User.Role.VIEWER))
    assert not topic.is_editable_by(person("far", User.Role.MANAGER))
    assert topic.is_editable_by(person("secretariat", User.Role.MANAGER, is_staff=True))
