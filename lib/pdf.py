"""What a PDF shows: number of pages, a picture of the first one, its text and its bookmarks.

PDFium is written in C++, is not thread-safe, and reads what somebody uploaded: it works in a process of its own
(lib/pdf_process.py) with little memory and little time. Whatever becomes of that process, ours goes on.
"""

import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile

from lib.images import thumbnail
from lib.text import clean_line, clean_text
from lib.uploads import refusal

COVER_SIZE = (480, 680)
SECONDS = 60

_PROGRAM = Path(__file__).with_name("pdf_process.py")
_PROBLEMS = {
    "encrypted": "はパスワードで保護されています。保護を外したPDFを選んでください。",
    "no_pages": "にはページがありません。PDFを作り直してください。",
    "too_many_pages": "は500ページを超えています。分けてください。",
}
_BROKEN = "はPDFとして読み取れません。壊れていないか確かめて、作り直してください。"
_TOO_MUCH = (
    "は複雑すぎて、表紙とページ数を読み取れません。ページを画像にするなどして、作り直してください。"
)


@dataclass(frozen=True)
class PdfContent:
    """`text` has a form feed between pages; `bookmarks` is one line each."""

    pages: int
    text: str
    bookmarks: str
    cover: ContentFile


def read(upload: File) -> PdfContent:
    """Raises ValidationError, naming the file. Leaves the file at its beginning."""
    upload.seek(0)
    try:
        # -I: the folder does not decide what is imported. No environment: it holds our secrets.
        finished = subprocess.run(  # noqa: S603 - our own program, nothing of the upload in the command
            [sys.executable, "-I", str(_PROGRAM)],
            input=upload.read(),
            capture_output=True,
            timeout=SECONDS,
            env={},
            cwd="/",
        )
    except subprocess.TimeoutExpired as error:
        raise refusal(upload, _TOO_MUCH) from error
    finally:
        upload.seek(0)
    if finished.returncode:
        # It stops by itself with a word on what is wrong; a signal or a full memory says none.
        word = finished.stdout.decode(errors="replace")
        raise refusal(upload, _PROBLEMS.get(word, _BROKEN if word == "broken" else _TOO_MUCH))
    return _content(json.loads(finished.stdout))


def _content(found: dict) -> PdfContent:
    picture = ContentFile(base64.b64decode(found["cover"]), name="cover.png")
    return PdfContent(
        pages=found["pages"],
        text="\f".join(map(clean_text, found["text"].split("\f"))),
        bookmarks="\n".join(map(clean_line, found["bookmarks"].split("\n"))),
        cover=thumbnail(picture, COVER_SIZE),
    )
