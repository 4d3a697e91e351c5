"""The program that lib/pdf.py starts: PDF on standard input, JSON (or one word and a failure) on standard output."""

import base64
import io
import json
import resource
import sys
from itertools import islice
from typing import Any, NoReturn

import pypdfium2

MAX_PAGES = 500
MAX_CHARACTERS = 400_000
MAX_BOOKMARKS = 200
MEMORY = 1 << 30
CPU_SECONDS = 40
COVER_PIXELS = 900


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    for forbidden in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(forbidden, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        _stop("encrypted" if "password" in str(error).lower() else "broken")
    if len(document) > MAX_PAGES:
        _stop("too_many_pages")
    if not len(document):
        _stop("no_pages")
    try:
        found = {
            "pages": len(document),
            "cover": base64.b64encode(_cover(document)).decode(),
            "text": _text(document),
            "bookmarks": _bookmarks(document),
        }
    except pypdfium2.PdfiumError:
        _stop("broken")
    sys.stdout.write(json.dumps(found))


def _stop(word: str) -> NoReturn:
    sys.stdout.write(word)
    sys.exit(1)


def _cover(document: Any) -> bytes:
    """The size of a page is the file's own word: the picture's is ours."""
    page = document[0]
    width, height = page.get_size()
    picture = page.render(scale=COVER_PIXELS / max(width, height, 1)).to_pil()
    target = io.BytesIO()
    picture.convert("RGB").save(target, "PNG", compress_level=1)
    return target.getvalue()


def _text(document: Any) -> str:
    parts, left = [], MAX_CHARACTERS
    for page in document:
        text = page.get_textpage().get_text_range()[:left]
        parts.append(text)
        left -= len(text)
        page.close()
        if left <= 0:
            break
    return "\f".join(parts)


def _bookmarks(document: Any) -> str:
    first = islice(document.get_toc(max_depth=3), MAX_BOOKMARKS)
    return "\n".join(bookmark.get_title() for bookmark in first)


if __name__ == "__main__":
    main()
