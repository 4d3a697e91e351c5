"""The index on SQLite: a contentless FTS5 table, made by the migration, whose rowid is the key.

It keeps no text, so a row is taken out by giving it the same tokens again. Tokens are written as
numbers of letters: FTS5 then never has to know what a letter is.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from board.models import SearchEntry
from board.models.search_entry import SearchEntryQuerySet
from board.search.tokens import Condition, Window, Word, marks, pairs, pairs_within

_INSERT = "INSERT INTO board_search (rowid, text, title, marks) VALUES (%s, %s, %s, %s)"
_DELETE = (
    "INSERT INTO board_search (board_search, rowid, text, title, marks)"
    " VALUES ('delete', %s, %s, %s, %s)"
)
_FIND = "SELECT rowid FROM board_search WHERE board_search MATCH %s AND rowid >= %s AND rowid < %s"

_SIZES = "SELECT id, sz FROM board_search_docsize WHERE id IN"


def add(entries: Iterable[SearchEntry]) -> None:
    entries = list(entries)
    SearchEntry.objects.bulk_create(entries)
    _run(_INSERT, entries)


@contextmanager
def loading() -> Iterator[None]:
    """FTS5 gathers pages by itself; one transaction saves the waiting for the disk."""
    with transaction.atomic():
        yield


def remove(entries: Iterable[SearchEntry]) -> None:
    """As they stand in the table."""
    entries = list(entries)
    _run(_DELETE, entries)
    SearchEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()


def narrow(entries: SearchEntryQuerySet, sought: str, first: int, end: int) -> SearchEntryQuerySet:
    """Those that the index names, in a range of keys."""
    return entries.filter(pk__in=RawSQL(_FIND, [sought, first, end]))  # noqa: S611 - a constant


def broken(entries: list[SearchEntry]) -> list[SearchEntry]:
    """Those with another number of tokens than their text has: more the table does not tell."""
    with connection.cursor() as cursor:
        keys = [entry.pk for entry in entries]
        cursor.execute(f"{_SIZES} ({', '.join(['%s'] * len(keys))})", keys)
        stored = {pk: _numbers(sizes) for pk, sizes in cursor.fetchall()}
    return [entry for entry in entries if stored.get(entry.pk) != _sizes(entry)]


@transaction.atomic
def mend(entries: Iterable[SearchEntry]) -> None:
    """All anew, in one transaction: of what is wrong nobody knows which tokens to take out."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO board_search (board_search) VALUES ('delete-all')")
    rows = SearchEntry.objects.iterator()
    while batch := list(islice(rows, 1000)):
        _run(_INSERT, batch)


def _sizes(entry: SearchEntry) -> list[int]:
    return [len(pairs(entry.folded)), len(pairs(entry.title)), len(marks(entry))]


def _numbers(packed: bytes) -> list[int]:
    """Seven bits to a byte, the highest first; the last byte of a number has no eighth bit."""
    numbers, number = [], 0
    for byte in packed:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    return numbers


def sought(condition: Condition, window: Window) -> str:
    """An expression of FTS5; the range of keys says the window."""
    column = "title" if condition.in_title else "text"
    return " AND ".join(
        [_word(word, column) for word in condition.words]
        + [f"marks : ({' OR '.join(group)})" for group in condition.marks]
    )


def _word(word: Word, column: str) -> str:
    text = " AND ".join(f"{column} : {_phrase(part)}" for part in word.text.split())
    if not word.organizations or column == "title":
        return f"({text})"
    writers = " OR ".join(f"o{pk}" for pk in word.organizations)
    return f"({text} OR marks : (t AND ({writers})))"


def _phrase(run: str) -> str:
    """Pairs side by side are the word itself; of one character the beginning of a pair."""
    begins = " *" if len(run) == 1 else ""
    return f'"{_spelled(pairs_within(run))}"{begins}'


def _spelled(tokens: Iterable[str]) -> str:
    return " ".join("".join(f"{ord(letter):06x}" for letter in token) for token in tokens)


def _run(statement: str, entries: Iterable[SearchEntry]) -> None:
    rows = [
        (
            entry.pk,
            _spelled(pairs(entry.folded)),
            _spelled(pairs(entry.title)),
            " ".join(marks(entry)),
        )
        for entry in entries
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
