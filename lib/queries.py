"""What people type to search: words, 「語句」, -除外; parted by spaces of either width."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from lib.text import MAX_WORDS, fold, words

# Characters. Of more nobody types; each mark without its other half would be looked for to the end.
MAX_TYPED = 1000
# A dash or minus sign of any width before a word or a phrase. The long mark ー is a letter.
_DASH = "[-\u2010-\u2013\u2212\uff0d]"
_QUOTED = r"\"([^\"]*)\"|＂([^＂]*)＂|“([^”]*)”|「([^」]*)」|『([^』]*)』"
_PART = re.compile(rf"({_DASH}?)(?:{_QUOTED})|(\S(?:[^\s\"＂“「『])*)")
_EXCLUDED = re.compile(rf"{_DASH}(?={_DASH}*[^\s\-\u2010-\u2013\u2212\uff0d])")


@dataclass(frozen=True)
class Query:
    """Folded: a text matches when its fold contains every wanted word and no unwanted one."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    @classmethod
    def parse(cls, typed: str) -> Self:
        """At most MAX_WORDS of each kind, of the first MAX_TYPED characters.

        What is only excluded asks for nothing.
        """
        wanted: list[str] = []
        unwanted: list[str] = []
        for is_excluded, found in _parts(typed[:MAX_TYPED]):
            (unwanted if is_excluded else wanted).extend(found)
        first = dict.fromkeys(wanted)
        rest = dict.fromkeys(word for word in unwanted if word not in first)
        return cls(tuple(first)[:MAX_WORDS], tuple(rest)[:MAX_WORDS])

    def __bool__(self) -> bool:
        return bool(self.wanted)

    def matches(self, folded: str) -> bool:
        return all(word in folded for word in self.wanted) and not any(
            word in folded for word in self.unwanted
        )


def _parts(typed: str) -> Iterator[tuple[bool, list[str]]]:
    """Whether it is excluded, and its words; a phrase is one word, spaces included."""
    for part in _PART.finditer(typed):
        dash, *phrases, bare = part.groups()
        if bare is None:
            phrase = fold(next(text for text in phrases if text is not None))
            yield bool(dash), [phrase] if phrase else []
        elif excluded := _EXCLUDED.match(bare):
            yield True, words(bare[excluded.end() :])
        else:
            # A quotation mark without its other half is no part of a word.
            yield False, words(bare.strip('"＂“”「」『』'))
