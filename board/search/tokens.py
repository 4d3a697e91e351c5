"""How text is cut for the index, the same for storing and for asking, on both databases.

Folded text is cut at its spaces into runs, a run into overlapping pairs, and the last character of a
run stands alone, too: so a word of one character is the beginning of some token, and a longer one
lies in a text only if all its pairs do. Punctuation is kept: 100% is found by its sign.
"""

from dataclasses import dataclass, replace
from typing import Self

from board.models import SearchEntry

# Rows of about 13 days, and of about 100: keys are microseconds over 12 bits.
FINE, COARSE = 52, 55


def pairs(folded: str) -> list[str]:
    """In the order of the text, with the last characters of runs."""
    return [run[at : at + 2] for run in folded.split() for at in range(len(run))]


def pairs_within(run: str) -> list[str]:
    """Those of a word that a text must have side by side; a single character is a beginning."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def enough_pairs(run: str) -> list[str]:
    """Every second pair and the last: a long word has few posts with these and without itself."""
    found = pairs_within(run)
    return list(dict.fromkeys([*found[::2], found[-1]]))


def marks(entry: SearchEntry) -> list[str]:
    """What narrows a search inside the index: writer, category, files, time."""
    return [
        *(["t"] if entry.seq == 0 else []),
        *(["f"] if entry.has_files else []),
        of_organization(entry.organization_id),
        of_category(entry.category_id),
        f"d{entry.pk >> FINE}",
        f"e{entry.pk >> COARSE}",
    ]


def of_organization(pk: int) -> str:
    return f"o{pk}"


def of_category(pk: int) -> str:
    return f"c{pk}"


@dataclass(frozen=True)
class Word:
    """Lies in the text, or in a name of the body whose topic it is."""

    text: str
    organizations: tuple[int, ...] = ()


@dataclass(frozen=True)
class Window:
    """Keys from `first` to below `end`, and the marks of time that they have: none for all."""

    first: int
    end: int
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """What the index is asked. It may find too much (pairs far apart), never too little."""

    words: tuple[Word, ...]
    # Of each group one mark.
    marks: tuple[tuple[str, ...], ...] = ()
    in_title: bool = False

    @property
    def is_short(self) -> bool:
        """Single characters alone, in the text."""
        return not self.in_title and all(len(word.text) == 1 for word in self.words)

    def titled(self) -> Self:
        return replace(self, in_title=True)
