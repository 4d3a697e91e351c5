"""Markdown of the secretariat's pages to safe HTML. Board posts are plain text, not Markdown."""

import html
import unicodedata
from collections.abc import Container, Iterator, Sequence
from typing import Any, NamedTuple

import nh3
from django.utils.html import strip_tags
from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# nh3 takes minutes for deeply nested input of a megabyte: longer texts are refused before rendering.
MAX_CHARACTERS = 50_000

_TAGS = {"a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre"} | {
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}


class Image(NamedTuple):
    """As a text refers to it: ![alt](address)."""

    alt: str
    address: str


class _WideFriendlyInline(StateInline):
    """CommonMark leaves ** beside 「」 unrendered, because it expects spaces between words."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803 - markdown-it's
        scanned = super().scanDelims(start, canSplitWord)
        end = start + scanned.length
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        if canSplitWord and (_is_wide(before) or _is_wide(after)):
            return Scanned(not after.isspace(), not before.isspace(), scanned.length)
        return scanned


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF" and not character.isspace()


class _WideFriendlyParser(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _WideFriendlyInline(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _Markdown(MarkdownIt):
    def configure(self, *args: Any, **kwargs: Any) -> MarkdownIt:
        # Called by __init__ once its parsers stand: the moment to put in ours, to be configured too.
        self.inline = _WideFriendlyParser()
        return super().configure(*args, **kwargs)


def _image(
    renderer: Any, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """An image that the page does not know is left as its description."""
    token = tokens[index]
    if token.attrGet("src") in env.get("images", ()):
        return renderer.image(tokens, index, options, env)
    return nh3.clean_text(token.content)


_markdown = _Markdown("commonmark", {"html": False, "breaks": True})
_markdown.enable("table")
_markdown.add_render_rule("image", _image)


def render(text: str, *, images: Container[str] = ()) -> str:
    """Safe HTML: no scripts, links to http, https, mailto and within the portal, images at the addresses given.

    Raises ValueError over MAX_CHARACTERS.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"The text has more than {MAX_CHARACTERS} characters.")
    return nh3.clean(
        _markdown.render(text, {"images": images}),
        tags=_TAGS | {"img"} if images else _TAGS,
        attributes={"a": {"href", "title"}, "img": {"src", "alt"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    )


def plain(text: str) -> str:
    """The words alone, on one line: for summaries, search and mails."""
    return " ".join(html.unescape(strip_tags(render(text))).split())


def images_in(text: str) -> Iterator[Image]:
    """In their order, whether or not a page would show them."""
    for block in _markdown.parse(text[:MAX_CHARACTERS]):
        for token in block.children or ():
            if token.type == "image":
                yield Image(token.content.strip(), str(token.attrGet("src") or ""))
