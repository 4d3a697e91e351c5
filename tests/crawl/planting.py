"""Everything that could leak, each with a mark of its own and who may read it."""

import re
from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from board import consulting, moderation
from board.models import Answer, ApprovalRule, Reply, Revision, Topic
from board.search import index
from lib.forms import new_form_key
from members.models import (
    ApplicationStep,
    AuditEntry,
    CareNote,
    Delivery,
    FormerName,
    Introduction,
    MailAddress,
    MailText,
    Notice,
    Notification,
    Organization,
    Seat,
    SiteText,
    User,
    YearlyCheck,
)
from members.staff import Desk
from news.models import Event
from renkei.jobs import JOBS
from renkei.models import JobRun, SiteNotice
from tests import factories

DESKS = frozenset({"secretary", *(desk.name for desk in Desk)})
MEMBERS = DESKS | {"viewer", "contributor", "manager", "ward"}
NOBODY = frozenset()
WORD = "zqleak"
_MARK = re.compile(rf"{WORD}-([a-z-]+?)-{WORD}", re.IGNORECASE)
A_MONTH = timedelta(days=30)


def found_in(text):
    """The names of the secrets that a text tells. What a search marks is read as one."""
    return set(_MARK.findall(re.sub(r"</?mark>", "", text)))


class Secrets:
    """By name: who may read it. A call gives the mark that stands in the row."""

    def __init__(self):
        self.readers = {}

    def __call__(self, name, readers=DESKS):
        self.readers[name] = frozenset(readers)
        return f"{WORD}-{name}-{WORD}"

    def kept_from(self, role):
        return {name for name, readers in self.readers.items() if role not in readers}


def show(secrets, people):
    """What members may read and the public may not."""
    author = people["author"]
    # Posts are signed.
    name, mailbox = secrets("writer", MEMBERS), secrets("mailbox", MEMBERS)
    User.objects.filter(pk=author.pk).update(name=name)
    Seat.objects.filter(pk=author.seat_id).update(mailbox=f"{mailbox}@example.jp")


def plant(people, secrets):
    """`people`: author and other, of bodies in another prefecture, and the roles."""
    for sow in (_topics, _posts, _consultation, _drafts, _members, _outside, _mails, _records):
        sow(secrets, people)
    for sow in (_news, _texts, _accounts):
        sow(secrets, people)


def _topics(secrets, people):
    later, now = timezone.now() + A_MONTH, timezone.now()
    ward = DESKS | {"ward"}
    kinds = {
        "chosen": (
            {"audience": "chosen", "organizations": [people["other"].seat.organization]},
            {},
        ),
        "wards": ({"audience": "wards"}, {}),
        "prefectures": ({"audience": "prefectures", "prefectures": ["01"]}, {}),
        "scheduled": ({"publish_at": later}, {}),
        "waiting": ({}, {"status": "waiting"}),
        "hidden": ({}, {"hidden_at": now, "hidden_reason": secrets("hidden-reason")}),
    }
    for kind, (fields, state) in kinds.items():
        mark = secrets(f"topic-{kind}", ward if kind == "wards" else DESKS)
        topic = _full_topic(people, mark, **fields)
        Topic.objects.filter(pk=topic.pk).update(**state)


def _full_topic(people, mark, **fields):
    """Title, text, file, picture, reply and its file, old words."""
    author = people["author"]
    texts = {"title": mark, "summary": mark, "body": mark, "venue": mark, "details": {"a": mark}}
    category = factories.make_category("proposal")
    topic = factories.make_topic(
        author=author, category=category, outcome_note=mark, asks="interest", **texts, **fields
    )
    factories.attach(topic, name=f"{mark}.txt", content=mark.encode())
    factories.attach(topic, name=f"{mark}.png", content=factories.make_png())
    reply = Reply.objects.create(
        **{"topic": topic, "seq": 1, "author": author, "seat": author.seat},
        **{"organization": author.seat.organization, "form_key": new_form_key()},
        **{"body": mark, "body_html": mark},
    )
    index.write_reply(reply)
    factories.attach(reply, name=f"{mark}-reply.txt", content=mark.encode())
    Revision.objects.create(topic=topic, number=0, before={"本文": mark}, by=author)
    Topic.objects.filter(pk=topic.pk).update(last_seq=1, newest_seq=1)
    return topic


def _posts(secrets, people):
    """On a topic that everybody sees."""
    author, topic = people["author"], people["open"]
    reply = Reply.objects.get(topic=topic, author=author)
    mark = secrets("reply-hidden")
    Reply.objects.filter(pk=reply.pk).update(
        body=mark, body_html=mark, hidden_at=timezone.now(), hidden_reason=mark
    )
    index.write_reply(Reply.objects.get(pk=reply.pk))
    factories.attach(reply, name=f"{mark}.txt", content=mark.encode())
    mark = secrets("answer")
    answer = Answer.objects.get(topic=topic, organization=people["other"].seat.organization)
    Answer.objects.filter(pk=answer.pk).update(message=mark, details={"a": mark})
    factories.attach(answer, name=f"{mark}.txt", content=mark.encode())
    moderation.report(topic, secrets("report"), by=people["other"])
    ApprovalRule.objects.create(
        organization=people["other"].seat.organization, reason=secrets("approval-rule")
    )


def _consultation(secrets, people):
    mark = secrets("consultation")
    begun = consulting.begin(
        people["proposal"], mark, draft=factories.make_draft(people["other"]), by=people["other"]
    )
    factories.attach(begun, name=f"{mark}.txt", content=mark.encode())
    consulting.propose_match(begun, secrets("match"), by=people["other"])


def _drafts(secrets, people):
    """Their titles stand on the sheet of a hand-over, which the secretariat prints, too."""
    for name, owner in (("draft", "author"), ("draft-of-manager", "manager")):
        readers = {owner} & MEMBERS
        mark, title = secrets(name, readers), secrets(f"title-of-{name}", readers | DESKS)
        draft = factories.make_draft(people[owner], title=title, data={"body": [mark]})
        factories.attach(draft, name=f"{mark}.txt", content=mark.encode())


def _members(secrets, people):
    author = people["author"]
    factories.make_user(seat=author.seat, name=secrets("colleague"))
    User.objects.filter(pk=author.pk).update(
        username=secrets("username"),
        email=f"{secrets('person-mail')}@example.jp",
    )
    application = factories.make_application(
        local_government=people["town"],
        token=secrets("application-token", NOBODY),
        contact_name=secrets("applicant"),
        email=f"{secrets('applicant-mail')}@example.jp",
        purpose=secrets("purpose"),
        note=secrets("application-note"),
    )
    ApplicationStep.objects.create(
        application=application, status="returned", reason=secrets("application-step")
    )
    factories.make_invitation(
        seat=author.seat,
        token=secrets("invitation-token", NOBODY),
        name=secrets("invited"),
        address=f"{secrets('invited-mail')}@example.jp",
    )


def _outside(secrets, people):
    """A body whose membership is suspended, and who was there."""
    body = people["outside"]
    mark = secrets("suspended-body")
    Organization.objects.filter(pk=body.pk).update(introduction=mark)
    factories.make_seat(organization=body, section=mark, mailbox=f"{mark}@example.jp")
    FormerName.objects.create(organization=body, name=mark, kana="", until=date(2026, 3, 31))


def _mails(secrets, people):
    author, mark = people["author"], secrets("mail")
    Delivery.objects.create(
        address=f"{secrets('mail-address')}@example.jp",
        **{"key": "k", "subject": mark, "body": secrets("mail-body", NOBODY), "seat": author.seat},
    )
    MailAddress.objects.create(address=f"{secrets('bounced')}@example.jp", problem=mark)
    notice = Notice.objects.create(
        key="n", kind="membership", text=secrets("notice"), path="/", to=author.seat
    )
    Notification.objects.create(notice=notice, seat=author.seat)


def _records(secrets, people):
    author, body = people["author"], people["author"].seat.organization
    CareNote.objects.create(
        **{"organization": body, "by": people["secretary"], "form_key": new_form_key()},
        **{"text": secrets("care-note"), "spoken_to": secrets("care-person")},
    )
    AuditEntry.objects.create(
        **{"actor": author, "act": "suspend", "target_type": "members.user"},
        **{"target_id": "1", "detail": {"before": secrets("audit")}},
    )
    Introduction.objects.create(
        **{"organization": body, "seat": author.seat, "key": "topic-9", "url": "/board/topics/9/"},
        **{"title": secrets("introduction"), "text": secrets("introduction-text")},
    )
    YearlyCheck.objects.create(
        **{"fiscal_year": 2030, "starts_on": date(2030, 4, 1), "due_on": date(2030, 5, 1)},
        text=secrets("yearly-check"),
    )
    LogEntry.objects.create(
        **{"user": people["secretary"], "object_id": body.pk, "action_flag": CHANGE},
        **{"content_type": ContentType.objects.get_for_model(body), "object_repr": "x"},
        change_message=secrets("log-entry", NOBODY),
    )
    JobRun.objects.create(
        job=next(iter(JOBS)),
        period="2026",
        failure=secrets("failure"),
        finished_at=timezone.now(),
    )


def _news(secrets, people):
    later = timezone.now() + A_MONTH
    states = {
        "draft": {"is_draft": True},
        "scheduled": {"publish_at": later},
        "expired": {
            "publish_at": timezone.now() - A_MONTH,
            "expires_at": timezone.now() - timedelta(days=1),
        },
    }
    for state, fields in states.items():
        mark = secrets(f"news-{state}")
        item = factories.make_news_item(title=mark, body=mark, summary=mark, **fields)
        factories.attach_to_news(item, title=mark, name=f"{mark}.pdf")
        mark = secrets(f"event-{state}")
        event = factories.make_event(name=mark, body=mark, venue=mark, **fields)
        factories.attach_to_news(event, title=mark, name=f"{mark}.pdf")
        mark = secrets(f"publication-{state}")
        publication = factories.make_publication(title=mark, summary=mark, **fields)
        factories.make_edition(publication, name=f"{mark}.pdf", note=mark)
    mark = secrets("proposal")
    proposal = factories.make_proposal(by=people["author"], name=mark, body=mark)
    Event.objects.filter(pk=proposal.pk).update(refusal=secrets("refusal"))
    mark = secrets("entry")
    factories.make_entry(
        people["event"], name=mark, body_name=mark, telephone="00", email=f"{mark}@example.jp"
    )
    people["event"].entries.update(note=mark, token=secrets("entry-token", NOBODY))


def _texts(secrets, people):
    ahead = timezone.localdate() + A_MONTH
    agreements = {"regional": factories.make_regional_agreement}
    agreements["corporate"] = factories.make_corporate_agreement
    for name in agreements:
        mark, row = secrets(f"{name}-note"), people[name]
        type(row).objects.filter(pk=row.pk).update(note=mark)
    mark = secrets("future-text")
    SiteText.objects.create(slug="privacy", version=9, title=mark, body=mark, effective_from=ahead)
    mark = secrets("mail-text")
    MailText.objects.create(
        slug="invitation", version=9, subject=mark, body=mark, effective_from=ahead
    )
    later = timezone.now() + A_MONTH
    SiteNotice.objects.create(text=secrets("site-notice"), starts_at=later, ends_at=later + A_MONTH)


def _accounts(secrets, people):
    """What not even the secretariat reads."""
    author = people["author"]
    User.objects.filter(pk=author.pk).update(password=secrets("password", NOBODY))
    Authenticator.objects.create(user=author, type="totp", data={"secret": secrets("totp", NOBODY)})
    UserSession.objects.create(
        **{"user": author, "ip": "192.0.2.1", "session_key": secrets("session", NOBODY)},
        user_agent=secrets("browser", NOBODY),
    )
