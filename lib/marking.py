"""Found words in the text as it was written: <mark>塩竈</mark> for 塩釜, and the sentence around them.

A word is sought in the fold, where it was found; this module knows from which letters of the text
each letter of the fold has come. Where it cannot know (combinations that no Japanese text has),
nothing is marked.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from lib.text import cut, fold

BEFORE, LENGTH = 40, 140
_PART = 1000
# A character with what belongs to it: combining marks, half-width ﾞ and ﾟ, what is never shown.
_CLUSTER = re.compile(
    r"\s+|.[\u0300-\u036f\u3099\u309a\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\U000e0100-\U000e01efﾞﾟ゛゜]*",
    re.S,
)
_DASH = fold("-")

Span = tuple[int, int]


def marked(text: str, words: Iterable[str]) -> SafeString:
    """Escaped, with every occurrence of the folded words in <mark>."""
    return _html(text, spans(text, words))


def excerpt(texts: Sequence[str], words: Sequence[str]) -> SafeString:
    """From the first of the texts that has a word: what stands around it; else how the first begins."""
    text = next((text for text in texts if any(word in fold(text) for word in words)), texts[0])
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    at = next(
        (number for number, line in enumerate(lines) if any(word in fold(line) for word in words)),
        0,
    )
    whole = _joined(lines[at:])
    skipped, piece = _near(whole, words)
    found = spans(piece, words)
    start = _start(piece, found[0][0]) if found else 0
    shown = cut(piece[start:], LENGTH)
    inside = [(first - start, min(end - start, len(shown))) for first, end in found]
    inside = [span for span in inside if span[0] < span[1]]
    before = "…" if skipped + start or at else ""
    after = "…" if skipped + start + len(shown) < len(whole) else ""
    return mark_safe(f"{before}{_html(shown, inside)}{after}")  # noqa: S308 - both are escaped


def spans(text: str, words: Iterable[str]) -> list[Span]:
    """From and to, in the text, of every occurrence; those that touch or overlap are one."""
    words = list(words)
    found = _same_places(text, words)
    if found is None:
        folded, origins = _with_origins(text)
        found = [
            (origins[at][0], origins[at + len(word) - 1][1])
            for word in words
            for at in _occurrences(folded, word)
        ]
    joined: list[Span] = []
    for first, end in sorted(found):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    return joined


def _same_places(text: str, words: Iterable[str]) -> list[Span] | None:
    """Nearly every text is as long as its fold, letter for letter; None where this one is not."""
    folded = fold(text)
    found = [(at, at + len(word)) for word in words for at in _occurrences(folded, word)]
    is_same = len(folded) == len(text) and all(
        fold(text[first:end]) == folded[first:end] for first, end in found
    )
    return found if is_same else None


def _occurrences(folded: str, word: str) -> Iterable[int]:
    at = folded.find(word) if word else -1
    while at >= 0:
        yield at
        at = folded.find(word, at + 1)


def _with_origins(text: str) -> tuple[str, list[Span]]:
    """The fold, and for each of its letters the part of the text that it stands for."""
    letters: list[str] = []
    origins: list[Span] = []
    for cluster in _CLUSTER.finditer(text):
        for letter in _folded_cluster(cluster[0]):
            if letter == _DASH and letters and letters[-1] == _DASH:
                origins[-1] = (origins[-1][0], cluster.end())
            else:
                letters.append(letter)
                origins.append(cluster.span())
    folded = fold(text)
    lead = len(letters) - len("".join(letters).lstrip())
    letters, origins = letters[lead:], origins[lead:]
    # After kana a dash is a long mark, which only the whole text shows.
    is_known = len(folded) <= len(letters) and all(
        ours in (theirs, _DASH) for ours, theirs in zip(letters, folded, strict=False)
    )
    return (folded, origins) if is_known else ("", [])


@lru_cache(maxsize=20_000)
def _folded_cluster(cluster: str) -> str:
    """White space as one space; else as fold() would have it in the midst of a text."""
    return " " if cluster.isspace() else fold(cluster)


def _joined(lines: list[str]) -> str:
    """As much as an excerpt can need, on one line."""
    piece = ""
    for line in lines:
        piece = f"{piece} {line}".strip()
        if len(piece) > LENGTH:
            break
    return piece


def _near(line: str, words: Sequence[str]) -> tuple[int, str]:
    """The first part that has a word, and what stands before it: a line may be 20,000 letters long."""
    for at in range(0, len(line), _PART):
        part = line[at : at + 2 * _PART]
        if any(word in fold(part) for word in words):
            return at, line[at : at + 2 * _PART + LENGTH]
    return 0, line


def _start(piece: str, found_at: int) -> int:
    """At the beginning of the sentence, if that is near; else some letters before."""
    if found_at < BEFORE:
        return 0
    end_of_last = max(piece.rfind(sign, 0, found_at) for sign in "。！？ 　")
    start = end_of_last + 1 if found_at - end_of_last < BEFORE else found_at - BEFORE
    while start < found_at and unicodedata.combining(piece[start]):
        start += 1
    return start


def _html(text: str, found: Iterable[Span]) -> SafeString:
    parts, last = [], 0
    for first, end in found:
        parts += [escape(text[last:first]), "<mark>", escape(text[first:end]), "</mark>"]
        last = end
    parts.append(escape(text[last:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part of the text is escaped
