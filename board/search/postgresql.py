"""The index on PostgreSQL: a tsvector without positions, and a GIN index that is never behind.

Both are in the migration alone, for the model must fit SQLite, too. Lexemes are pairs as they are;
those of a title begin with one space, marks with two: no text has a space in a pair.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from board.models import SearchEntry
from board.models.search_entry import SearchEntryQuerySet
from board.search.tokens import Condition, Window, Word, enough_pairs, marks, pairs

# As in the migration. fastupdate=on would let a reply wait for the entries of many others.
CREATE_INDEX = (
    "CREATE INDEX board_searchentry_tokens ON board_searchentry"
    " USING gin (tokens) WITH (fastupdate = off)"
)
_COPY = """
    COPY board_searchentry
        (id, topic_id, seq, category_id, organization_id, has_files, title, folded, tokens)
    FROM STDIN
"""
_UPDATE = "UPDATE board_searchentry SET tokens = array_to_tsvector(%s::text[]) WHERE id = %s"
_TOKENS = "SELECT id, tsvector_to_array(tokens) FROM board_searchentry WHERE id = ANY(%s)"


def add(entries: Iterable[SearchEntry]) -> None:
    """COPY costs one row no more than an INSERT, and many far less."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for entry in entries:
            copy.write_row((*_columns(entry), " ".join(map(_quoted, lexemes(entry)))))


@contextmanager
def loading() -> Iterator[None]:
    """Building a GIN index at the end takes a fraction of the time of growing it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX board_searchentry_tokens")
        try:
            yield
        finally:
            # In a transaction, the checks of the rows that were added come first.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET maintenance_work_mem = '512MB'")
            cursor.execute(CREATE_INDEX)
            cursor.execute("RESET maintenance_work_mem")
            cursor.execute("ANALYZE board_searchentry")


def remove(entries: Iterable[SearchEntry]) -> None:
    SearchEntry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()


def narrow(entries: SearchEntryQuerySet, sought: str, first: int, end: int) -> SearchEntryQuerySet:
    """Those that the index names, in a range of keys."""
    names = RawSQL(
        '"board_searchentry"."tokens" @@ %s::tsquery', [sought], output_field=BooleanField()
    )
    return entries.filter(names, pk__gte=first, pk__lt=end)


def broken(entries: list[SearchEntry]) -> list[SearchEntry]:
    """Those with other tokens than their text has."""
    with connection.cursor() as cursor:
        cursor.execute(_TOKENS, [[entry.pk for entry in entries]])
        stored = dict(cursor.fetchall())
    return [entry for entry in entries if set(stored.get(entry.pk, ())) != set(lexemes(entry))]


def mend(entries: Iterable[SearchEntry]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE, [(lexemes(entry), entry.pk) for entry in entries])


def lexemes(entry: SearchEntry) -> list[str]:
    return list(
        {
            *pairs(entry.folded),
            *(f" {pair}" for pair in pairs(entry.title)),
            *(f"  {mark}" for mark in marks(entry)),
        }
    )


def sought(condition: Condition, window: Window) -> str:
    """A tsquery."""
    before = " " if condition.in_title else ""
    groups = [*condition.marks, *([window.marks] if window.marks else [])]
    return " & ".join(
        [_word(word, before) for word in condition.words]
        + [f"({_any(f'  {mark}' for mark in group)})" for group in groups]
    )


def _word(word: Word, before: str) -> str:
    text = " & ".join(_run(run, before) for run in word.text.split())
    if not word.organizations or before:
        return f"({text})"
    writers = _any(f"  o{pk}" for pk in word.organizations)
    return f"({text} | ({_quoted('  t')} & ({writers})))"


def _run(run: str, before: str) -> str:
    begins = ":*" if len(run) == 1 else ""
    return " & ".join(_quoted(before + pair) + begins for pair in enough_pairs(run))


def _any(lexemes: Iterable[str]) -> str:
    return " | ".join(_quoted(lexeme) for lexeme in lexemes)


def _quoted(lexeme: str) -> str:
    doubled = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def _columns(entry: SearchEntry) -> tuple[Any, ...]:
    return (
        entry.pk,
        entry.topic_id,
        entry.seq,
        entry.category_id,
        entry.organization_id,
        entry.has_files,
        entry.title,
        entry.folded,
    )
