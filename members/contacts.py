"""会員名簿, the members' own directory: bodies with their sections, and names of who agreed."""

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from lib.text import words
from members import audit
from members.models import Organization, Seat, User

# A sheet, not an export: more than this is asked for in parts, as by prefecture.
MAX_PRINTED = 300


def bodies(query: str = "", *, prefecture: str = "", kind: str = "") -> "QuerySet[Organization]":
    """The secretariat first, the others in the order of the codes, with what a list of them shows.

    Every word is found in the names, kana or code of the body or in one of its sections.
    """
    found = Organization.objects.in_directory()
    if prefecture:
        found = found.filter(prefecture=prefecture)
    if kind:
        found = found.filter(kind=kind)
    for word in words(query):
        seats = Seat.objects.filter(organization=OuterRef("pk"), folded__contains=word)
        named = Q(folded__contains=word) | Q(local_government__folded__contains=word)
        found = found.filter(named | Exists(seats))
    return (
        found.annotate(
            names_people=Exists(_named_people().filter(seat__organization=OuterRef("pk")))
        )
        .order_by(
            Case(When(kind=Organization.Kind.SECRETARIAT, then=Value(0)), default=Value(1)),
            "prefecture",
            F("local_government__code").asc(nulls_last=True),
            "kana",
            "id",
        )
        .select_related("local_government")
        .prefetch_related("seats__former_names")
    )


@transaction.atomic
def show_names(organization: Organization, *, by: User) -> list[User]:
    """People of a body who agreed, by section. Whoever asks is recorded, with ids alone."""
    people = list(
        _named_people()
        .filter(seat__organization=organization)
        .select_related("seat")
        .order_by("seat", "id")
    )
    audit.record("show_names", organization, by=by, people=[person.pk for person in people])
    return people


@transaction.atomic
def choose(person: User, *, shows_name: bool) -> None:
    """The person's own choice: nobody else makes it, the secretariat neither."""
    person.shows_name = shows_name
    person.save(update_fields=["shows_name"])
    audit.record("choose_name", person, by=person, after=shows_name)


def _named_people() -> "QuerySet[User]":
    """Who works on a section today, and agreed."""
    return User.objects.filter(shows_name=True, is_active=True)
