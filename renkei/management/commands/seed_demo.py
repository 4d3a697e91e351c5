"""Fictional bodies and people to try the portal with. Only where DEMO=1."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from lib.progress import shown_on
from members import consent, staff
from members.models import Organization, Seat, User
from renkei import demo_news, demo_topics
from renkei.demo_load import Load

Kind, Role = Organization.Kind, User.Role


@dataclass(frozen=True)
class DemoPerson:
    login: str
    name: str
    role: User.Role
    section: str
    body: tuple[Organization.Kind, str, str, str]

    @property
    def email(self) -> str:
        return f"{self.login}@demo.example.jp"


SECRETARY = "jimukyoku@demo.example.jp"
WARD = (Kind.WARD, "13", "見本区", "みほんく")
CITY = (Kind.MUNICIPALITY, "10", "見本市", "みほんし")
TOWN = (Kind.MUNICIPALITY, "20", "見本町", "みほんまち")
VILLAGE = (Kind.MUNICIPALITY, "43", "見本村", "みほんむら")

PEOPLE = (
    DemoPerson("ward", "見本 一郎", Role.MANAGER, "企画課", WARD),
    DemoPerson("city", "見本 花子", Role.MANAGER, "企画課 連携担当", CITY),
    DemoPerson("city2", "見本 次郎", Role.CONTRIBUTOR, "観光課", CITY),
    DemoPerson("town", "見本 三郎", Role.CONTRIBUTOR, "総務課", TOWN),
    DemoPerson("viewer", "見本 四葉", Role.VIEWER, "総務課", TOWN),
    DemoPerson("village", "見本 五月", Role.CONTRIBUTOR, "村づくり課", VILLAGE),
)

# One of each role of the secretariat, beside the superuser.
DESKS = (
    ("kanri", "見本 六花", staff.Desk.ALL),
    ("henshu", "見本 七海", staff.Desk.EDITOR),
    ("etsuran", "見本 八雲", staff.Desk.VIEWER),
)


class Command(BaseCommand):
    help = "Create the demo bodies, accounts and topics (DEMO=1 only). Existing ones stay."

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("organizations", "topics", "replies"):
            parser.add_argument(f"--{name}", type=int, default=0, help="at least so many, for load")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo accounts have a published password: they need DEMO=1.")
        self._seed()
        if options["topics"]:
            load = Load(lambda what: shown_on(self.stdout, what))
            load.organizations(max(options["organizations"], 1))
            load.board(options["topics"], options["replies"])

    @transaction.atomic
    def _seed(self) -> None:
        made = self._secretary() + sum(self._person(person) for person in PEOPLE)
        made += sum(self._clerk(*desk) for desk in DESKS)
        self._agree_to_terms()
        self.stdout.write(f"demo accounts: {made} new, topics: {demo_topics.post_all()} new")
        if news := demo_news.publish_all():
            self.stdout.write(f"news, events, publications: {news} new")

    def _secretary(self) -> bool:
        if User.objects.filter(email=SECRETARY).exists():
            return False
        User.objects.create_superuser(
            username="jimukyoku", email=SECRETARY, name="見本 事務", password=settings.DEMO_PASSWORD
        )
        return True

    def _clerk(self, login: str, name: str, desk: staff.Desk) -> bool:
        email = f"{login}@demo.example.jp"
        if User.objects.filter(email=email).exists():
            return False
        secretary = User.objects.get(email=SECRETARY)
        clerk = User.objects.create_user(
            username=login,
            email=email,
            name=name,
            seat=secretary.seat,
            password=settings.DEMO_PASSWORD,
        )
        staff.assign(clerk, desk, by=secretary)
        return True

    def _person(self, person: DemoPerson) -> bool:
        if User.objects.filter(email=person.email).exists():
            return False
        User.objects.create_user(
            username=person.login,
            email=person.email,
            name=person.name,
            role=person.role,
            shows_name=person.role == Role.MANAGER,
            seat=self._seat(person),
            password=settings.DEMO_PASSWORD,
        )
        return True

    def _agree_to_terms(self) -> None:
        """Once, so that a log-in leads straight in; later versions are asked for."""
        logins = ["jimukyoku", *(login for login, *_ in DESKS), *(one.login for one in PEOPLE)]
        emails = [f"{login}@demo.example.jp" for login in logins]
        for person in User.objects.filter(email__in=emails, consents=None):
            consent.agree_to_current(person)

    def _seat(self, person: DemoPerson) -> Seat:
        kind, prefecture, name, kana = person.body
        organization, _ = Organization.objects.get_or_create(
            prefecture=prefecture,
            name=name,
            defaults={
                "kind": kind,
                "kana": kana,
                "is_demo": True,
                "joined_on": timezone.localdate(),
            },
        )
        seat, _ = Seat.objects.get_or_create(
            organization=organization,
            section=person.section,
            defaults={
                "mailbox": f"{person.login}-section@demo.example.jp",
                "telephone": "00-0000-0000",
            },
        )
        return seat
