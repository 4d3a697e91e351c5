"""回答と確認: once per body, until the deadline; and the table of who has not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from board import files, kinds, notifications
from board.models import Acknowledgement, Answer, Topic, Watch
from board.reach import asked_bodies
from lib.conflicts import EditedMeanwhileError, StaleError
from members import drafts
from members.access import is_contributor, is_secretariat
from members.models import Draft, Organization, User
from members.models.organization import OrganizationQuerySet

# Of requests to everybody, those that end within two weeks are shown as asked of the own body.
ASKED_WITHIN = timedelta(days=14)


def may_answer(topic: Topic, user: User) -> bool:
    """For another body than the asking one; the secretariat answers nothing."""
    asks = topic.asks != Topic.Asks.NOTHING and topic.is_published
    return asks and is_contributor(user) and not topic.is_of(user) and not is_secretariat(user)


def own_answer(topic: Topic, user: User) -> Answer | None:
    own = topic.answers.filter(organization=user.seat.organization_id)
    return own.select_related("topic", "seat", "answered_by").first()


def sees_whole(topic: Topic, user: User) -> bool:
    """Of all bodies, also who has not answered: the asking body and the secretariat."""
    return topic.is_of(user) or is_secretariat(user)


def sees_roster(topic: Topic, user: User) -> bool:
    """Where something is asked: the whole, or the answers alone where the asker shows them."""
    asks = topic.asks != Topic.Asks.NOTHING
    if sees_whole(topic, user):
        return asks or topic.requires_acknowledgement
    return asks and topic.shows_answers and not topic.is_withdrawn


@transaction.atomic
def answer(
    topic: Topic,
    values: dict[str, Any],
    *,
    draft: Draft,
    expected: int | None,
    removed_files: Iterable[str] = (),
    by: User,
) -> Answer:
    """`expected` is Answer.edits as the person read it; None for a first answer.

    Raises StaleError past the deadline, EditedMeanwhileError when a colleague was quicker.
    """
    # Whoever closes or extends in this moment waits, or is waited for.
    now = Topic.objects.select_for_update(no_key=True).order_by().get(pk=topic.pk)
    if not may_answer(now, by):
        raise PermissionDenied
    if not now.is_accepting:
        raise StaleError
    made = _first(now, values, by) if expected is None else _changed(now, values, expected, by)
    files.remove(made.attachments.filter(pk__in=list(removed_files)))
    draft.attachments.update(draft=None, answer=made)
    drafts.close(draft)
    Watch.objects.get_or_create(seat=by.seat, topic=now)
    notifications.answered(made)
    return made


def _first(topic: Topic, values: dict[str, Any], by: User) -> Answer:
    try:
        with transaction.atomic():
            return Answer.objects.create(
                topic=topic,
                organization=by.seat.organization,
                seat=by.seat,
                answered_by=by,
                **values,
            )
    except IntegrityError as error:
        raise EditedMeanwhileError from error


def _changed(topic: Topic, values: dict[str, Any], expected: int, by: User) -> Answer:
    own = Answer.objects.filter(topic=topic, organization=by.seat.organization_id)
    taken = own.filter(edits=expected).update(
        edits=F("edits") + 1, changed_at=timezone.now(), answered_by=by, seat=by.seat, **values
    )
    if not taken:
        raise EditedMeanwhileError
    return own.get()


@transaction.atomic
def acknowledge(topic: Topic, version: int | None, *, by: User) -> Acknowledgement:
    """確認しました, for the whole body. Raises StaleError when the text has changed since it was read."""
    now = Topic.objects.get(pk=topic.pk)
    is_asked = now.requires_acknowledgement and not (now.is_of(by) or is_secretariat(by))
    if not (is_asked and is_contributor(by)):
        raise PermissionDenied
    if now.version != version:
        raise StaleError
    made, _ = Acknowledgement.objects.get_or_create(
        topic=now,
        organization=by.seat.organization,
        version=version,
        defaults={"seat": by.seat, "user": by},
    )
    return made


def may_ask_again(topic: Topic, user: User) -> bool:
    asks = topic.asks != Topic.Asks.NOTHING and topic.is_accepting
    is_asking = asks or topic.requires_acknowledgement
    is_shown = topic.is_published and not topic.is_withdrawn
    return is_asking and is_shown and topic.is_editable_by(user)


def ask_again(topic: Topic, *, by: User) -> bool:
    """再度のお願い to those who have neither answered nor acknowledged. False when sent today already."""
    if not topic.is_editable_by(by):
        raise PermissionDenied
    if not may_ask_again(topic, by):
        raise StaleError
    return notifications.asked_again(topic, by=by.seat)


def asked_of(topics: Any, user: User) -> Any:
    """Of `topics`, what the own body has still to answer or to acknowledge."""
    if is_secretariat(user):
        return topics.none()
    own = user.seat.organization_id
    answered = Answer.objects.filter(topic=OuterRef("pk"), organization=own)
    confirmed = Acknowledgement.objects.filter(
        topic=OuterRef("pk"), organization=own, version=OuterRef("version")
    )
    now = timezone.now()
    to_answer = (
        ~Q(asks=Topic.Asks.NOTHING)
        & ~Q(Exists(answered))
        & (Q(deadline__lte=now + ASKED_WITHIN) | Q(audience=Topic.Audience.CHOSEN))
        & (Q(deadline=None) | Q(deadline__gt=now))
        & Q(status=Topic.Status.OPEN)
    )
    to_confirm = Q(requires_acknowledgement=True) & ~Q(Exists(confirmed))
    asked = topics.published().exclude(organization=own).exclude(status=Topic.Status.WITHDRAWN)
    return asked.filter(to_answer | to_confirm).order_by(
        F("deadline").asc(nulls_last=True), "-active_at", "id"
    )


def done_by(topics: Any, user: User) -> Any:
    """Of `topics`, what the own body has answered or acknowledged, by any section."""
    own = user.seat.organization_id
    answered = Answer.objects.filter(topic=OuterRef("pk"), organization=own)
    confirmed = Acknowledgement.objects.filter(topic=OuterRef("pk"), organization=own)
    return topics.filter(Q(Exists(answered)) | Q(Exists(confirmed)))


@dataclass(frozen=True)
class Line:
    """A body in the roster: what it has answered and whether it has acknowledged, or neither."""

    organization: Organization
    answer: Answer | None
    acknowledgement: Acknowledgement | None

    @property
    def delivery(self) -> list[kinds.Fact]:
        return kinds.delivery(self.answer) if self.answer else []


@dataclass(frozen=True)
class Roster:
    """Every body that was asked, in the order of the codes."""

    topic: Topic
    lines: list[Line]

    @classmethod
    def of(cls, topic: Topic) -> "Roster":
        """As many queries for 1,788 bodies as for one."""
        bodies = asked_bodies(topic, topic.audience_organizations())
        answers = _by_body(topic.answers.order_by(), "seat", "answered_by")
        current = topic.acknowledgements.filter(version=topic.version).order_by()
        confirmed = _by_body(current, "seat", "user")
        found = list(_with_codes(bodies))
        # Who has answered before it left, or before the audience was narrowed, stays in the table.
        left = answers.keys() - {body.pk for body in found}
        found += _with_codes(Organization.objects.filter(pk__in=left))
        lines = [Line(body, answers.get(body.pk), confirmed.get(body.pk)) for body in found]
        return cls(topic, lines)

    @property
    def answered(self) -> list[Line]:
        return [line for line in self.lines if line.answer]

    @property
    def unanswered(self) -> list[Line]:
        return [line for line in self.lines if line.answer is None]

    @property
    def confirmed(self) -> list[Line]:
        return [line for line in self.lines if line.acknowledgement]

    @property
    def unconfirmed(self) -> list[Line]:
        return [line for line in self.lines if line.acknowledgement is None]

    def counts(self) -> list[tuple[str, int]]:
        """Answers by state, in the words of the topic, and how many are missing."""
        from_state = [
            (status, sum(line.answer.status == status for line in self.answered if line.answer))
            for status in Answer.Status
        ]
        said = [
            (Answer(topic=self.topic, status=status).text, number) for status, number in from_state
        ]
        return [*said, ("未回答", len(self.unanswered))]

    def filtered(self, *, state: str = "", prefecture: str = "") -> list[Line]:
        lines = self.lines
        if state == "unanswered":
            lines = self.unanswered
        elif state == "unconfirmed":
            lines = self.unconfirmed
        elif state in Answer.Status.values:
            lines = [line for line in self.answered if line.answer and line.answer.status == state]
        return [line for line in lines if prefecture in ("", line.organization.prefecture)]


def _with_codes(bodies: OrganizationQuerySet) -> OrganizationQuerySet:
    return bodies.in_code_order().select_related("local_government")


def _by_body(rows: Any, *names: str) -> dict[int, Any]:
    """With what the rows refer to by these names.

    Not by joins: while the statistics of PostgreSQL still say "empty", it reads joined tables row
    by row by row, for minutes. Not by prefetch_related: SQLite refuses more than 1,000 ids.
    """
    found = {row.organization_id: row for row in rows}
    for name in names:
        related = rows.model._meta.get_field(name).related_model
        known = {one.pk: one for one in related.objects.filter(pk__in=rows.values(name)).order_by()}
        for row in found.values():
            if getattr(row, f"{name}_id") in known:
                setattr(row, name, known[getattr(row, f"{name}_id")])
    return found
