"""A busy Monday of the secretariat on top of the demonstration, so that no list and no page is empty.

`python -m audit.monday ROLE` prints the key of a new session of that role. Runs in the environment of
the server that is audited.
"""

import logging
import os
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renkei.settings")
django.setup()

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from audit.roles import ROLES  # noqa: E402
from board import moderation  # noqa: E402
from board.models import Attachment, Category, Reply, Topic  # noqa: E402
from members.models import (  # noqa: E402
    Application,
    ApplicationStep,
    Delivery,
    Introduction,
    LocalGovernment,
    MailAddress,
    User,
)
from tests import factories  # noqa: E402
from tests.renkei.admin_rows import MAKE  # noqa: E402

LOGINS = [*filter(None, ROLES.values()), "ward"]
HOUR = timedelta(hours=1)
# Prefecture, body, state: what the weekend has brought.
APPLICANTS = (
    ("01", "室蘭市", "received"),
    ("20", "伊那市", "received"),
    ("34", "府中市", "received"),
    ("43", "水俣市", "reviewing"),
    ("15", "佐渡市", "returned"),
    ("07", "会津若松市", "refused"),
)
REASON = "部署の代表メールアドレスが個人のものに見えます。部署のアドレスをご記入ください。"


def main() -> None:
    logging.disable(logging.CRITICAL)
    people = {person.username: person for person in User.objects.filter(username__in=LOGINS)}
    with transaction.atomic():
        if not Application.objects.exists():
            _begin(people)
    if name := ROLES[sys.argv[1]]:
        sys.stdout.write(_session(people[name]))


def _begin(people: dict[str, User]) -> None:
    _applications()
    _board(people)
    _mails(people)
    _news(people)
    _other_lists()


def _applications() -> None:
    for number, (prefecture, name, status) in enumerate(APPLICANTS):
        body = LocalGovernment.objects.get(prefecture=prefecture, name=name)
        application = factories.make_application(
            local_government=body,
            status=status,
            email=f"kikaku{number}@{'city' if number % 2 else 'mail'}.example.jp",
            contact_name="見本 花子",
            telephone="00-0000-0000",
            purpose="特別区との交流事業を提案し、パンフレットの配布をお願いしたいと考えています。",
        )
        if status in {"returned", "refused"}:
            ApplicationStep.objects.create(application=application, status=status, reason=REASON)


def _board(people: dict[str, User]) -> None:
    town, ward = people["town"], people["ward"]
    category = Category.objects.get(slug="proposal")
    waiting = factories.make_topic(
        author=town, category=category, title="移住体験会の合同開催について（見本）"
    )
    Topic.objects.filter(pk=waiting.pk).update(status=Topic.Status.WAITING)
    hidden = factories.make_topic(author=town, category=category, title="重複した投稿（見本）")
    moderation.hide(hidden, reason="同じ内容の投稿が先にあるため。", by=people["jimukyoku"])
    shown = factories.make_topic(
        author=ward, category=category, title="区民まつりの出展のご案内（見本）"
    )
    reply = factories.make_reply(
        shown, author=town, body="担当者の個人の携帯番号は次のとおりです。"
    )
    moderation.report(reply, "個人の電話番号が書かれています。", by=people["city"])
    for number, scan in enumerate(Attachment.Scan):
        found = factories.attach(shown, name=f"出展要項（見本）{number}.txt")
        Attachment.objects.filter(pk=found.pk).update(scan=scan, uploaded_at=timezone.now() - HOUR)
    factories.attach(Reply.objects.get(pk=reply.pk), name="写真.png", content=factories.make_png())


def _mails(people: dict[str, User]) -> None:
    seat = people["town"].seat
    states = [Delivery.State.FAILED, Delivery.State.BOUNCED, Delivery.State.SENT]
    for number, state in enumerate([*states, *states[:1] * 3]):
        Delivery.objects.create(
            address=f"soumu{number}@town.example.jp",
            key=f"monday-{number}",
            subject="【特別区全国連携】新しい投稿のお知らせ",
            body="本文",
            seat=seat,
            state=state,
            reason="550 5.1.1 User unknown" if state != Delivery.State.SENT else "",
        )
    address = MailAddress.objects.create(address="soumu1@town.example.jp")
    MailAddress.objects.filter(pk=address.pk).update(
        bounced_at=timezone.now(), problem="550 5.1.1 User unknown"
    )


def _news(people: dict[str, User]) -> None:
    factories.make_proposal(by=people["town"], name="見本町 収穫まつり", organizer="見本町")
    seat = people["city"].seat
    Introduction.objects.create(
        organization=seat.organization,
        seat=seat,
        key="topic-1",
        title="見本市の物産展",
        url="/board/topics/1/",
        text="見本市の物産展が開かれます。",
    )


def _other_lists() -> None:
    for number, (model, make) in enumerate(MAKE.items(), start=50):
        if not model._default_manager.exists():
            make(number)


def _session(person: User) -> str:
    """As after the password and a second factor."""
    client = Client()
    client.force_login(person)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": method, "at": time.time(), "reauthenticated": False}
        for method in ("password", "mfa")
    ]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(person.pk)
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main()
