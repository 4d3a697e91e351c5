"""Plain text in columns, for mail programs that break lines of their own at any place.

A wide character takes two columns. 行頭・行末禁則 as in JIS X 4051: a line begins with no closing
sign and ends with no opening one.
"""

import re
import unicodedata

_NOT_FIRST = frozenset(
    "、。，．・：；？！）」』】〕〉》］｝ー々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ)],.!?"
)
_NOT_LAST = frozenset("（「『【〔〈《［｛([")
# An address is never broken: half of it leads nowhere.
_PIECE = re.compile(r"https?://\S+|[!-~]+|.", re.DOTALL)
# As many characters may stick together; beyond that a line is broken anywhere.
_STUCK = 8


def width(text: str) -> int:
    """In columns; what Unicode calls ambiguous is wide in Japan, a combining mark takes none."""
    return sum(_width_of(character) for character in text)


def _width_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def wrap(text: str, columns: int = 76) -> str:
    """Breaks long lines, changes nothing else. What cannot be broken stays longer."""
    return "\n".join(line for typed in text.split("\n") for line in _lines(typed, columns))


def _lines(text: str, columns: int) -> list[str]:
    if width(text) <= columns:
        return [text]
    lines, line, used = [], list[str](), 0
    for piece in _PIECE.findall(text):
        wide = width(piece)
        if line and used + wide > columns:
            kept = _kept_back(line, piece)
            lines.append("".join(line[: len(line) - kept]).rstrip(" "))
            line = line[len(line) - kept :]
            used = width("".join(line))
            if not line and piece == " ":
                continue
        line.append(piece)
        used += wide
    return [*lines, "".join(line)]


def _kept_back(line: list[str], following: str) -> int:
    """How many pieces go to the next line with `following`; 0 where no place is allowed."""
    for kept in range(min(_STUCK, len(line) - 1)):
        first = line[len(line) - kept] if kept else following
        last = line[len(line) - kept - 1]
        if first[0] not in _NOT_FIRST and last[-1] not in _NOT_LAST:
            return kept
    return 0
