"""The demo members on a day that is always the same, with something waiting for everybody."""

import logging
import os
from datetime import time, timedelta

import django
import time_machine

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renkei.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - after setup
from django.utils import timezone  # noqa: E402

from board import answering, moderation  # noqa: E402
from board.models import Answer, Topic  # noqa: E402
from lib.forms import new_form_key  # noqa: E402
from members import drafts, registration  # noqa: E402
from members.models import Application, SiteText, User  # noqa: E402
from news import proposing  # noqa: E402
from news.models import Event  # noqa: E402
from pictures.clock import MORNING  # noqa: E402


def main() -> None:
    with time_machine.travel(MORNING, tick=False):
        logging.disable(logging.CRITICAL)
        call_command("prepare_demo", verbosity=0)
        people = {user.username: user for user in User.objects.select_related("seat__organization")}
        _apply("【見本】見本町村会", "事務局", "20", entered_by=people["jimukyoku"])
        _apply("【見本】見本広域連合", "総務課", "43")
        _answer(people["town"], "りんごの直売で参加します。机を1台お借りします。")
        _answer(people["village"], "特産のみかんを販売します。")
        moderation.report(
            Topic.objects.get(category__slug="media"),
            "リンク先のページが見つからないようです。",
            by=people["village"],
        )
        _propose(people["village"])
        call_command("run_due", verbosity=0)


def _apply(name: str, section: str, prefecture: str, entered_by: User | None = None) -> None:
    application = Application(
        prefecture=prefecture,
        body_name=name,
        section=section,
        contact_name="見本 九郎",
        email=f"kikaku{prefecture}@demo.example.jp",
        telephone="00-0000-0000",
        purpose="東京23区のイベントに参加し、地域の特産品を紹介したい。",
        wishes=[Application.Wish.JOIN, Application.Wish.PUBLICISE],
        terms=SiteText.objects.current("terms"),
        form_key=new_form_key(),
    )
    if entered_by:
        registration.enter(
            application,
            channel=Application.Channel.TELEPHONE,
            note="電話で申し出がありました。",
            by=entered_by,
        )
    else:
        registration.verify(registration.apply(application))


def _answer(person: User, message: str) -> None:
    topic = Topic.objects.get(category__slug="call")
    draft = drafts.save(
        new_form_key(), kind="answer", address=topic.get_absolute_url(), data={}, by=person
    )
    values = {"status": Answer.Status.YES, "quantity": 1, "message": message}
    answering.answer(topic, values, draft=draft, expected=None, by=person)


def _propose(person: User) -> None:
    day = timezone.localdate() + timedelta(days=60)
    event = Event(
        name="【見本】見本村みかん祭り",
        kana="みほんむらみかんまつり",
        kind=Event.Kind.FESTIVAL,
        body="この催しは見本です。みかんの収穫を体験できます。",
        starts_on=day,
        starts_at=time(10),
        ends_on=day,
        prefecture="43",
        venue="見本村広場",
        organizer="見本村",
    )
    proposing.propose(event, form_key=new_form_key(), by=person)


if __name__ == "__main__":
    main()
