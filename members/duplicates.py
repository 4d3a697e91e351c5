"""重複の可能性: what may be the same as an application that waits."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from lib import prefectures
from lib.text import fold, half_width
from members.models import Application, Organization, Seat

RECENT = timedelta(days=365)
MIN_DIGITS = 9
_SUFFIX = re.compile("[都道府県市区町村]$")

Mailbox = tuple[str, str]


@dataclass(frozen=True)
class Duplicate:
    """One line for the secretariat: what it is, where it stands, why it was found."""

    label: str
    url: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """An application or a member body, as far as it is compared."""

    row: Application | Organization
    name: str
    mailboxes: frozenset[Mailbox]
    telephones: frozenset[str]

    @property
    def label(self) -> str:
        return f"{self.row._meta.verbose_name}：{self.row.full_name}（{self.row.get_status_display()}）"

    @property
    def url(self) -> str:
        return reverse(f"admin:members_{self.row._meta.model_name}_change", args=[self.row.pk])


@dataclass
class Index:
    """Each row is compared with the few that share something with it, not with all."""

    by_prefecture: dict[str, list[Candidate]] = field(default_factory=lambda: defaultdict(list))
    by_mailbox: dict[Mailbox, list[Candidate]] = field(default_factory=lambda: defaultdict(list))
    by_telephone: dict[str, list[Candidate]] = field(default_factory=lambda: defaultdict(list))

    def add(self, candidate: Candidate) -> None:
        self.by_prefecture[candidate.row.prefecture].append(candidate)
        for mailbox in candidate.mailboxes:
            self.by_mailbox[mailbox].append(candidate)
        for telephone in candidate.telephones:
            self.by_telephone[telephone].append(candidate)

    def duplicates_of(self, asked: Candidate) -> list[Duplicate]:
        reasons: dict[Candidate, list[str]] = defaultdict(list)
        for other in self.by_prefecture[asked.row.prefecture]:
            if reason := _same_name(asked, other):
                reasons[other].append(reason)
        for mailbox in asked.mailboxes:
            for other in self.by_mailbox[mailbox]:
                reasons[other].append("メールのドメインと部署名が同じ")
        for telephone in asked.telephones:
            for other in self.by_telephone[telephone]:
                reasons[other].append("電話番号が同じ")
        return [
            Duplicate(other.label, other.url, tuple(why))
            for other, why in reasons.items()
            if other.row != asked.row
        ]


def possible_duplicates(applications: Iterable[Application]) -> dict[int, list[Duplicate]]:
    """By application, for those that are open. Three queries, however many there are."""
    asked = [application for application in applications if application.status in Application.OPEN]
    if not asked:
        return {}
    index = Index()
    for candidate in (*_applications(), *_members()):
        index.add(candidate)
    return {
        application.pk: index.duplicates_of(_candidate_of(application)) for application in asked
    }


def _applications() -> Iterator[Candidate]:
    """Open ones, and all of the last year; nobody has stood up for an unverified one yet."""
    recent = Application.objects.filter(created_at__gt=timezone.now() - RECENT)
    found = (Application.objects.open() | recent).filter(erased_at=None)
    verified = found.exclude(status=Application.Status.UNVERIFIED)
    return map(_candidate_of, verified.select_related("local_government"))


def _candidate_of(application: Application) -> Candidate:
    return Candidate(
        application,
        name=prefectures.name_within(application.prefecture, application.body_name),
        mailboxes=_mailboxes([(application.email, application.section)]),
        telephones=_telephones([application.telephone]),
    )


def _members() -> Iterator[Candidate]:
    seats: dict[int, list[Seat]] = defaultdict(list)
    for seat in Seat.objects.order_by():
        seats[seat.organization_id].append(seat)
    for body in Organization.objects.exclude(kind=Organization.Kind.SECRETARIAT).order_by():
        yield Candidate(
            body,
            name=prefectures.name_within(body.prefecture, body.name),
            mailboxes=_mailboxes((seat.mailbox, seat.section) for seat in seats[body.pk]),
            telephones=_telephones(seat.telephone for seat in seats[body.pk]),
        )


def _same_name(one: Candidate, other: Candidate) -> str:
    """Empty where the names differ, or where both have a code: 大町市 is not 大町村."""
    codes = one.row.local_government_id, other.row.local_government_id
    if all(codes):
        return "同じ団体" if codes[0] == codes[1] else ""
    if one.name == other.name:
        return "団体名が同じ"
    shorter, longer = sorted((_stem(one.name), _stem(other.name)), key=len)
    is_part = len(shorter) > 2 and shorter in longer
    return "団体名が似ている" if shorter == longer or is_part else ""


def _stem(name: str) -> str:
    return _SUFFIX.sub("", name)


def _mailboxes(rows: Iterable[tuple[str, str]]) -> frozenset[Mailbox]:
    """Domain and section."""
    return frozenset(
        (address.rpartition("@")[2].lower(), fold(section)) for address, section in rows if address
    )


def _telephones(numbers: Iterable[str]) -> frozenset[str]:
    """Their digits alone."""
    digits = (re.sub("[^0-9]", "", half_width(number)) for number in numbers)
    return frozenset(number for number in digits if len(number) >= MIN_DIGITS)
