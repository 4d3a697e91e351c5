"""Text of the board, typed without markup, to safe HTML and to a one-line summary.

What is recognised, and nothing else:
  paragraphs  between blank lines; every other line break stays one
  lists       consecutive lines that begin with ・ or "- " or "* ", which become the list's own marks; or with
              1. １． (1) （１） ①, which stay as typed, because the text refers to them. A line that begins
              deeper than its list, or with a space and no mark, continues the item
  quotes      lines that begin with "> " or "＞ ", and with "> > " once more
  replies     >>12 or ＞＞12 where a line begins
  links       http, https and mail addresses of ASCII characters, also in the middle of Japanese
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import dropwhile, groupby

from lib.text import clean_text, cut

MAX_CHARACTERS = 20_000
SUMMARY_CHARACTERS = 70
REPLIES_PER_PAGE = 20
_QUOTE_LEVELS = 2

# Both alternatives begin only where a run of their characters begins, and what follows is bounded
# or cannot be read in two ways: the time grows with the length only.
_LINK = re.compile(
    r"(?<![a-z0-9])https?://(?P<host>[a-z0-9][a-z0-9.-]*)(?::[0-9]{1,5})?"
    r"(?:[/?#][a-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*)?"
    r"|(?<![a-z0-9._+-])(?P<mail>[a-z0-9._+-]{1,64}"
    r"@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}\.[a-z]{2,63})",
    re.ASCII | re.IGNORECASE,
)
_AFTER_ADDRESS = ".,;:!?'*(["
_OPENED_BY = {")": "(", "]": "["}
_REPLY = re.compile(r"(?:>>|＞＞)([1-9１-９][0-9０-９]{0,4})(?![0-9０-９])")
_QUOTED = re.compile(r"[>＞](?:[ \u3000]|$)")
_BLANKS = " \u3000"
_BULLET = re.compile(r"・(?!・)|[-*][ \u3000]")
_NUMBER = re.compile(
    r"[0-9]{1,3}\.(?![0-9])|[0-9０-９]{1,3}．(?![0-9０-９])|[(（][0-9０-９]{1,3}[)）]|[①-⑳]"
)

_MARKS = re.compile(rf"^(?:(?:{_REPLY.pattern}|{_NUMBER.pattern})[ \u3000]*)+")
_SENTENCE = re.compile(r"[^。！？]*[。！？]*[」）]*")
# How a letter begins; a list shows the sender anyway.
_GREETING = re.compile(
    r"(?:各位|御中|様)$|お世話(?:に|様)|平素|時下|拝啓|前略|こんにちは|はじめまして|と申します"
)


@dataclass
class _Block:
    """Lines that stand together; a paragraph is one item without a mark."""

    tag: str
    indent: int
    items: list[list[str]]

    def goes_on_with(self, tag: str, indent: int) -> bool:
        """Whether a line continues the last item instead of beginning one."""
        if self.tag == "p":
            return tag == "p"
        return indent > (0 if tag == "p" else self.indent)

    def html(self) -> str:
        items = ["<br>\n".join(map(_line, lines)) for lines in self.items]
        # One number alone is a heading or a sentence.
        if self.tag == "p" or (self.tag == "ol" and len(items) == 1):
            return f"<p>{items[0]}</p>"
        # The role draws it without marks of its own (static/css/portal.css).
        start = '<ol role="list">' if self.tag == "ol" else "<ul>"
        return f"{start}{''.join(f'<li>{item}</li>' for item in items)}</{self.tag}>"


def render(text: str) -> str:
    """Safe HTML, made once, when the text is saved. Raises ValueError over MAX_CHARACTERS."""
    text = clean_text(text)
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"The text has more than {MAX_CHARACTERS} characters.")
    return "\n".join(_html(text.split("\n"), _QUOTE_LEVELS))


def reply_href(seq: int) -> str:
    """From any page of a topic to one of its replies: the page follows from the number."""
    return f"?page={(seq - 1) // REPLIES_PER_PAGE + 1}#reply-{seq}"


def summary_of(text: str, limit: int = SUMMARY_CHARACTERS) -> str:
    """The first sentences that say something, as a proposal for the summary of a topic.

    Greetings, quotes, marks of lists and sentences with links are left out; a first sentence that
    is too long ends with …. Empty when nothing is left.
    """
    sentences = list(dropwhile(_GREETING.search, _sentences(text)))
    summary = ""
    for sentence in sentences:
        gap = " " if summary and summary[-1] not in "。！？」）" else ""
        if len(summary + gap + sentence) > limit:
            break
        summary += gap + sentence
    if sentences and not summary:
        return cut(sentences[0], limit - 1) + "…"
    return summary


def _html(lines: Iterable[str], quote_levels: int) -> Iterator[str]:
    for is_quote, group in groupby(lines, lambda line: bool(quote_levels and _QUOTED.match(line))):
        if not is_quote:
            yield from (block.html() for block in _blocks(group))
        elif inner := "\n".join(_html((line[2:] for line in group), quote_levels - 1)):
            yield f"<blockquote>{inner}</blockquote>"


def _blocks(lines: Iterable[str]) -> list[_Block]:
    blocks: list[_Block] = []
    block = None
    for line in lines:
        tag, indent, content = _item(line)
        if not line.strip():
            block = None
        elif block and block.goes_on_with(tag, indent):
            block.items[-1].append(line)
        elif block and block.tag == tag:
            block.items.append([content])
        else:
            block = _Block(tag, indent, [[content]])
            blocks.append(block)
    return blocks


def _item(line: str) -> tuple[str, int, str]:
    """The block in which the line would begin an item, how deep it stands, and what it says."""
    content = line.lstrip(_BLANKS)
    indent = len(line) - len(content)
    if bullet := _BULLET.match(content):
        return "ul", indent, content[bullet.end() :].lstrip(_BLANKS)
    return ("ol", indent, content) if _NUMBER.match(content) else ("p", indent, line)


def _line(text: str) -> str:
    reply = _REPLY.match(text)
    if reply is None:
        return _linked(text)
    link = f'<a href="{reply_href(int(reply[1]))}">{escape(reply[0])}</a>'
    return link + _linked(text[reply.end() :])


def _linked(text: str) -> str:
    parts, position = [], 0
    for found in _LINK.finditer(text):
        shown = found[0] if found["mail"] else _address(found)
        if shown:
            parts += [escape(text[position : found.start()]), _anchor(shown)]
            position = found.start() + len(shown)
    return "".join(parts) + escape(text[position:])


def _address(found: re.Match[str]) -> str:
    """What of the match belongs to the address; nothing when no host is named."""
    address, depth = found[0], Counter[str]()
    for position, character in enumerate(address):
        if character in _OPENED_BY:
            depth[_OPENED_BY[character]] -= 1
            if depth[_OPENED_BY[character]] < 0:
                address = address[:position]
                break
        depth[character] += 1
    return address.rstrip(_AFTER_ADDRESS) if "." in found["host"].strip(".-") else ""


def _anchor(shown: str) -> str:
    text = escape(shown)
    if "://" in shown:
        return f'<a href="{text}" rel="noopener nofollow ugc">{text}</a>'
    return f'<a href="mailto:{text}">{text}</a>'


def _sentences(text: str) -> Iterator[str]:
    lines = clean_text(text)[:MAX_CHARACTERS].split("\n")
    for block in _blocks("" if _QUOTED.match(line) else line for line in lines):
        for first, *others in block.items:
            said = " ".join([first, *others]).replace("、 ", "、")
            for sentence in _SENTENCE.findall(_LINK.sub("\n", said)):
                bare = _MARKS.sub("", " ".join(sentence.split()))
                # What stood before an address may be gone with the marks.
                if bare and "\n" not in sentence and not _LINK.search(bare):
                    yield bare
