"""Who hears of what happens on the board. The act writes a notice; the worker asks here for whom it is.

What a notice says is read when it is spread and when it is mailed, so that nobody hears of what has
become invisible meanwhile.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from board.models import Acknowledgement, Answer, Category, ReadMark, Reply, TodoMark, Topic, Watch
from lib.wareki import format_deadline
from lib.working_days import morning_before
from members import inbox
from members.inbox import Recipient
from members.mail_lists import OWN, REQUESTS, WATCHED, MailList
from members.models import Notice, Notification, NotificationRead, Organization, Rhythm, Seat

Kind = Notice.Kind
# Before a deadline, and on a working day.
REMIND_DAYS = 3
# A topic that is hidden is asked for again; after this time nobody hears of it any more.
HIDDEN_FOR = timedelta(days=30)
ASK_AGAIN = timedelta(hours=1)
MAX_TEXT = 600


def list_of(category: Category) -> MailList:
    """New topics of one category."""
    is_notice = category.kind == Category.Kind.NOTICE
    default = Rhythm.AT_ONCE if is_notice else Rhythm.DAILY
    return MailList(f"category-{category.pk}", category.name, "新しい投稿", default)


def mail_lists() -> list[MailList]:
    """All that an address can choose about; the secretariat's own list apart."""
    return [REQUESTS, OWN, WATCHED, *map(list_of, Category.objects.in_use())]


# What happened: written in the transaction of the act.


def published(topic: Topic) -> None:
    """Now or at its hour."""
    inbox.tell(
        Kind.TOPIC, key=_key(topic, "new"), topic=topic.pk, by=topic.seat, due_at=topic.publish_at
    )
    remind_before_deadline(topic)


def edited(topic: Topic, *, asks_again: bool, has_new_deadline: bool, by: Seat) -> None:
    """Of a topic that nobody has heard of yet only the hour moves."""
    if topic.status == Topic.Status.WAITING:
        return
    is_untold = bool(_first(topic).update(due_at=topic.publish_at, leased_until=None))
    if asks_again and not is_untold:
        _tell(Kind.CHANGE, topic, f"version-{topic.version}", by=by)
    elif has_new_deadline and not is_untold:
        _tell(Kind.DEADLINE, topic, f"deadline-{topic.edits}", by=by)
    remind_before_deadline(topic)


def extended(topic: Topic, *, by: Seat) -> None:
    _tell(Kind.DEADLINE, topic, f"deadline-{topic.edits}", by=by)
    remind_before_deadline(topic)


def ended(topic: Topic, *, by: Seat) -> None:
    """Closed, matched, unfulfilled or withdrawn: nobody is reminded any more.

    Of one that was never published nobody hears at all.
    """
    _reminders(topic).delete()
    if topic.status == Topic.Status.DROPPED:
        _first(topic).delete()
    else:
        _tell(Kind.OUTCOME, topic, f"outcome-{topic.edits}", by=by)


def replied(reply: Reply) -> None:
    key = _key(reply.topic, f"reply-{reply.seq}")
    inbox.tell(Kind.REPLY, key=key, topic=reply.topic_id, seq=reply.seq, by=reply.seat)


def answered(answer: Answer) -> None:
    _tell(Kind.ANSWER, answer.topic, f"answer-{answer.pk}-{answer.edits}", by=answer.seat)


def matched(consultation: Topic, text: str, *, by: Seat) -> None:
    _tell(Kind.MATCH, consultation, f"match-{uuid4().hex}", by=by, text=text)


def approved(topic: Topic) -> None:
    when = format_deadline(topic.publish_at)
    said = f"承認しました。{when}に公開します。" if topic.is_scheduled else "承認し、公開しました。"
    _decided(topic, topic.seat, f"事務局が{said}")
    published(topic)


def sent_back(topic: Topic, reason: str) -> None:
    _decided(topic, topic.seat, f"事務局が承認しませんでした。理由：{reason}")


def hidden(post: Topic | Reply, reason: str) -> None:
    _decided(
        _topic_of(post), post.seat, f"事務局が{_name_of(post)}を非表示にしました。理由：{reason}"
    )


def restored(post: Topic | Reply, reason: str) -> None:
    text = f"事務局が{_name_of(post)}の非表示をやめ、再び公開しました。"
    _decided(_topic_of(post), post.seat, f"{text}理由：{reason}" if reason else text)


def _topic_of(post: Topic | Reply) -> Topic:
    return post.topic if isinstance(post, Reply) else post


def _name_of(post: Topic | Reply) -> str:
    return f"返信（{post.seq}番）" if isinstance(post, Reply) else "投稿"


def _decided(topic: Topic, writer: Seat, text: str) -> None:
    """The writing section hears what the secretariat has decided, and why."""
    inbox.tell(
        Kind.DECISION,
        key=_key(topic, f"decision-{uuid4().hex}"),
        topic=topic.pk,
        to=writer,
        text=text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…",
    )


def reported(pk: int) -> None:
    """Says nothing of the post: the secretariat opens the report."""
    path = reverse("admin:board_report_change", args=[pk])
    inbox.tell(Kind.REPORT, key=f"report-{pk}", text="通報がありました。", path=path)


def asked_again(topic: Topic, *, by: Seat) -> bool:
    """再度のお願い, once a day. False when it was sent today already."""
    key = _key(topic, f"request-{timezone.localdate().isoformat()}")
    if Notice.objects.filter(key=key).exists():
        return False
    inbox.tell(Kind.REQUEST, key=key, topic=topic.pk, by=by)
    return True


def remind_before_deadline(topic: Topic) -> None:
    """One reminder per deadline; another deadline takes away the one that has not gone out."""
    _reminders(topic).delete()
    asks = topic.asks != Topic.Asks.NOTHING or topic.requires_acknowledgement
    if topic.deadline is None or not asks or topic.status != Topic.Status.OPEN:
        return
    due_at = morning_before(topic.deadline, REMIND_DAYS)
    if due_at <= max(timezone.now(), topic.publish_at):
        return
    inbox.tell(Kind.REMINDER, key=_key_of_reminder(topic), topic=topic.pk, due_at=due_at)


def _key_of_reminder(topic: Topic) -> str:
    """Of another deadline it is another one; without a deadline there is none."""
    return _key(topic, f"reminder-{topic.deadline:%Y%m%d%H%M}" if topic.deadline else "reminder")


def _first(topic: Topic) -> Any:
    """That it is there, as long as nobody has heard of it."""
    return Notice.objects.waiting().filter(key=_key(topic, "new"))


def _reminders(topic: Topic) -> Any:
    return Notice.objects.waiting().filter(kind=Kind.REMINDER, topic=topic.pk)


def _tell(kind: Notice.Kind, topic: Topic, what: str, **fields: Any) -> None:
    inbox.tell(kind, key=_key(topic, what), topic=topic.pk, **fields)


def _key(topic: Topic, what: str) -> str:
    return f"topic-{topic.pk}-{what}"


# For whom: asked by the worker.


def spread(notice: Notice) -> None:
    """Writes it into inboxes and outbox, or puts it off while the topic is hidden or scheduled."""
    topic = Topic.objects.select_related("category", "seat").filter(pk=notice.topic or 0).first()
    if topic is None:
        inbox.spread(notice, [])
    elif topic.is_published or notice.kind == Kind.DECISION:
        if inbox.spread(notice, recipients(notice, topic)):
            _mark_what_was_seen(notice)
    elif topic.is_scheduled:
        notice.postpone(topic.publish_at)
    elif notice.created_at < timezone.now() - HIDDEN_FOR:
        inbox.spread(notice, [])
    else:
        notice.postpone(timezone.now() + ASK_AGAIN)


def recipients(notice: Notice, topic: Topic) -> list[Recipient]:
    """Sections of active bodies that may see the topic now, but for the one that did it."""
    return _WHOM[Kind(notice.kind)](notice, topic)


def _new_topic(notice: Notice, topic: Topic) -> list[Recipient]:
    """As a request where it is addressed to bodies one by one or asks for 確認."""
    own_list = list_of(topic.category)
    is_request = topic.audience == Topic.Audience.CHOSEN or topic.requires_acknowledgement
    found = []
    for seat in _seats(topic, notice):
        is_asked = is_request and not _is_bystander(seat, topic)
        if topic.audience == Topic.Audience.CHOSEN and not is_asked:
            continue
        mail_list = REQUESTS if is_asked else own_list
        found.append(Recipient(seat, mail_list, is_asked and topic.requires_acknowledgement))
    return found


def _is_bystander(seat: Seat, topic: Topic) -> bool:
    """Colleagues of the writer, and the secretariat, which reads everything and is asked nothing."""
    is_secretariat = seat.organization.kind == Organization.Kind.SECRETARIAT
    return is_secretariat or seat.organization_id == topic.organization_id


def _new_reply(notice: Notice, topic: Topic) -> list[Recipient]:
    reply = topic.replies.filter(seq=notice.seq, hidden_at=None)
    if not reply.exists():
        return []
    watching = _seats(topic, notice).filter(_watches(topic))
    silent = inbox.seats_still_behind(notice)
    return [
        Recipient(seat, _own_or_watched(seat, topic)) for seat in watching.exclude(pk__in=silent)
    ]


def _new_answer(notice: Notice, topic: Topic) -> list[Recipient]:
    own = _seats(topic, notice).filter(pk=topic.seat_id)
    return [Recipient(seat, OWN) for seat in own.exclude(pk__in=inbox.seats_still_behind(notice))]


def _new_text(notice: Notice, topic: Topic) -> list[Recipient]:
    """確認 is asked for again: always mailed."""
    seats = _seats(topic, notice)
    return [Recipient(seat, REQUESTS, True) for seat in seats if not _is_bystander(seat, topic)]


def _concerned(notice: Notice, topic: Topic) -> list[Recipient]:
    """Who watches it, who has answered, and who was asked by name."""
    answered = Answer.objects.filter(topic=topic).values("organization")
    concerned = _watches(topic) | Q(organization__in=answered)
    if topic.audience == Topic.Audience.CHOSEN:
        named = topic.audience_rows.exclude(organization=None).values("organization")
        concerned |= Q(organization__in=named)
    seats = _seats(topic, notice).filter(concerned)
    return [Recipient(seat, _own_or_watched(seat, topic)) for seat in seats]


def _parties(notice: Notice, topic: Topic) -> list[Recipient]:
    seats = _seats(topic, notice).exclude(organization__kind=Organization.Kind.SECRETARIAT)
    return [Recipient(seat, REQUESTS) for seat in seats]


def _writers(notice: Notice, topic: Topic) -> list[Recipient]:
    """Also of a post that nobody else sees."""
    seats = Seat.objects.filter(
        pk=notice.to_id or 0, organization__in=Organization.objects.active()
    )
    return [Recipient(seat, OWN, True) for seat in seats.select_related("organization")]


def _reminded(notice: Notice, topic: Topic) -> list[Recipient]:
    """Of a call to everybody only those who showed that they think about it."""
    if not topic.is_accepting or notice.key != _key_of_reminder(topic):
        return []
    missing = _missing(notice, topic)
    is_for_all = topic.audience != Topic.Audience.CHOSEN and not topic.requires_acknowledgement
    if is_for_all:
        considering = Answer.objects.filter(topic=topic, status=Answer.Status.CONSIDERING)
        marked = TodoMark.objects.filter(topic=topic, seat=OuterRef("pk"))
        thinks = Q(Exists(marked)) | Q(organization__in=considering.values("organization"))
        missing = missing.filter(thinks | _watches(topic))
    return [Recipient(seat, REQUESTS) for seat in missing]


def _requested(notice: Notice, topic: Topic) -> list[Recipient]:
    is_required = topic.requires_acknowledgement
    return [Recipient(seat, REQUESTS, is_required) for seat in _missing(notice, topic)]


def _missing(notice: Notice, topic: Topic) -> Any:
    """Sections of bodies that have neither answered for good nor acknowledged what is asked."""
    seats = _seats(topic, notice).exclude(organization=topic.organization_id)
    seats = seats.exclude(organization__kind=Organization.Kind.SECRETARIAT)
    return seats.exclude(organization__in=done_by_bodies(topic))


def done_by_bodies(topic: Topic) -> Any:
    """Bodies of which nothing is asked any more; who is still considering is asked."""
    answers = Answer.objects.filter(topic=topic).exclude(status=Answer.Status.CONSIDERING)
    answered = answers.order_by().values("organization")
    current = Acknowledgement.objects.filter(topic=topic, version=topic.version)
    confirmed = current.order_by().values("organization")
    if not topic.requires_acknowledgement:
        return answered
    asks = topic.asks != Topic.Asks.NOTHING
    return confirmed.filter(organization__in=answered) if asks else confirmed


def _seats(topic: Topic, notice: Notice) -> Any:
    bodies = topic.audience_organizations().order_by().values("pk")
    seats = Seat.objects.filter(organization__in=bodies).exclude(pk=notice.by_id or 0)
    return seats.select_related("organization").order_by("pk")


def _watches(topic: Topic) -> Q:
    return Q(Exists(Watch.objects.filter(topic=topic, seat=OuterRef("pk"))))


def _own_or_watched(seat: Seat, topic: Topic) -> MailList:
    return OWN if seat.pk == topic.seat_id else WATCHED


_WHOM = {
    Kind.TOPIC: _new_topic,
    Kind.REPLY: _new_reply,
    Kind.ANSWER: _new_answer,
    Kind.CHANGE: _new_text,
    Kind.DEADLINE: _concerned,
    Kind.OUTCOME: _concerned,
    Kind.REMINDER: _reminded,
    Kind.REQUEST: _requested,
    Kind.MATCH: _parties,
    Kind.DECISION: _writers,
}


def _mark_what_was_seen(notice: Notice) -> None:
    """Who was quicker than the worker does not hear of what is on the screen already."""
    if notice.kind not in (Kind.TOPIC, Kind.REPLY):
        return
    seen = ReadMark.objects.filter(topic=notice.topic, seq__gte=notice.seq, user__is_active=True)
    inboxes = Notification.objects.filter(notice=notice, seat__users__read_marks__in=seen)
    rows = inboxes.order_by().values_list("pk", "seat__users__read_marks__user")
    NotificationRead.objects.bulk_create(
        [NotificationRead(notification_id=pk, user_id=user) for pk, user in rows],
        ignore_conflicts=True,
    )
