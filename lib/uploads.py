"""What may be uploaded, under which stored and which shown name, and how it is described.

Extension and content must both be of a kind in CONTENT_TYPES. A PDF may be encrypted or hold scripts: a search for
/JavaScript or /Launch refuses honest forms and misses whatever is compressed, and a PDF is only ever
served as an attachment or under a sandboxing policy. Images are re-encoded by lib/images.py.
"""

import hashlib
import re
import secrets
import unicodedata
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files import File

from lib import office_files
from lib.text import clean_line, cut, decoded

# A request holds at most settings.MAX_REQUEST_BYTES.
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_FILES = 10
MAX_NAME_CHARACTERS = 150
UNTITLED = "無題"

IMAGES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
CONTENT_TYPES = {
    "pdf": "application/pdf",
    **IMAGES,
    **office_files.CONTENT_TYPES,
    "csv": "text/csv",
    "txt": "text/plain",
}
ACCEPTED = (
    "添付できるのは、PDF、画像（PNG・JPEG・GIF・WebP）、Word・Excel・PowerPoint（docx・xlsx・pptx）、"
    "OpenDocument（odt・ods・odp）、CSV、テキスト（txt）です。"
)
_BY_WINDOWS = "." + "".join(filter(str.isspace, map(chr, range(0x3001))))

_SIGNATURES = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
# Also what Python's cp932 makes of the bytes that mean nothing there.
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\uf8f0-\uf8f3\ufffe\uffff]")
_MARKUP = re.compile(
    r"\s*<(?:[!?]|/?(?:html|head|title|meta|link|base|style|script|body|iframe|frameset|object|embed|form"
    r"|svg|math|img|table|div|font|br|h[1-6]|a|b|p)[\s/>])",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"(.*)[.．]([0-9a-z０-９ａ-ｚＡ-Ｚ]{1,10})", re.DOTALL | re.IGNORECASE)
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])[ \u3000]*(?:\.|\Z)", re.IGNORECASE
)
_NOT_IN_NAMES = str.maketrans('<>:"|?*', "＜＞：”｜？＊")


class Inspected(NamedTuple):
    extension: str
    content_type: str
    is_image: bool


PRIVATE_FOLDER, PRIVATE_NAME = re.compile(r"[0-9a-f]{2}"), re.compile(r"[0-9a-f]{32}")


def private_name(instance: object, filename: str) -> str:
    """A random stored name in two levels of folders; the original name is kept in a column."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


def clean_name(name: str) -> str:
    """The name that is shown and downloaded: no path, nothing invisible, at home on every system."""
    last = clean_line(name).replace("\\", "/").rpartition("/")[2].rstrip(_BY_WINDOWS)
    # Python normalises long runs of marks in quadratic time; no system has longer names.
    stem, extension = _parts(unicodedata.normalize("NFC", last[-1000:]).translate(_NOT_IN_NAMES))
    if not stem and extension.lower() not in CONTENT_TYPES:
        stem, extension = extension, ""
    if _DEVICE.match(stem):
        stem = f"_{stem}"
    suffix = f".{extension}" if extension else ""
    short = cut(stem, MAX_NAME_CHARACTERS - len(suffix)).rstrip(_BY_WINDOWS)
    return (short or UNTITLED) + suffix


def extension_of(name: str) -> str:
    """In small letters, without its dot; of the name as it is shown."""
    stem, _, extension = clean_name(name).rpartition(".")
    return extension.lower() if stem else ""


def refusal(upload: File, problem: str) -> ValidationError:
    """`problem` goes on with a sentence that begins with the name of the file."""
    return ValidationError(f"「{clean_name(upload.name or '')}」{problem}")


def inspect(upload: File) -> Inspected:
    """Raises ValidationError, naming the file, for what may not be uploaded."""
    extension = extension_of(upload.name or "")
    problem = _problem_of_name(extension) or _problem_of_size(upload)
    if not problem:
        content = upload.read()
        upload.seek(0)
        problem = _problem_of_content(content, extension)
    if problem:
        raise refusal(upload, problem)
    return Inspected(extension, CONTENT_TYPES[extension], extension in IMAGES)


def validate_pdf(upload: File) -> None:
    """As inspect, where nothing but a PDF will do."""
    if problem := _problem_of_size(upload):
        raise refusal(upload, problem)
    is_pdf = extension_of(upload.name or "") == "pdf" and _is_pdf(upload.read())
    upload.seek(0)
    if not is_pdf:
        raise refusal(upload, "はPDFではありません。PDFを選んでください。")


def checksum(upload: File) -> str:
    """SHA-256 of the whole content in hexadecimal; leaves the file at its beginning."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def _parts(name: str) -> tuple[str, str]:
    """Before and after the last dot; a full-width one counts where one of our kinds follows."""
    found = _EXTENSION.fullmatch(name)
    if found is None:
        return name.lstrip(_BY_WINDOWS), ""
    typed = found[2]
    half_width = unicodedata.normalize("NFKC", typed)
    is_plain = typed.isascii() and name[found.end(1)] == "."
    if not is_plain and half_width.lower() not in CONTENT_TYPES:
        return name.lstrip(_BY_WINDOWS), ""
    return found[1].strip(_BY_WINDOWS), half_width


def _problem_of_name(extension: str) -> str:
    if extension in office_files.WITH_MACROS:
        return (
            "はマクロを含む形式です。マクロのない形式（docx・xlsx・pptx）で保存し直してください。"
        )
    if extension in office_files.OLD:
        return "は古い形式です。docx・xlsx・pptxのいずれかで保存し直してください。"
    return "" if extension in CONTENT_TYPES else f"は添付できない種類のファイルです。{ACCEPTED}"


def _problem_of_size(upload: File) -> str:
    if (upload.size or 0) > MAX_FILE_BYTES:
        return "は20MBを超えています。小さくしてください。"
    return "" if upload.size else "は空のファイルです（0バイト）。"


def _problem_of_content(content: bytes, extension: str) -> str:
    if extension in office_files.CONTENT_TYPES:
        return office_files.problem_of(content, extension)
    if extension in {"csv", "txt"}:
        return _problem_of_text(content)
    is_right = _is_pdf(content) if extension == "pdf" else _SIGNATURES[extension].match(content)
    return "" if is_right else office_files.OTHER_CONTENT.format(extension)


def _is_pdf(content: bytes) -> bool:
    """Also its end: an upload that broke off shows as damaged to everybody."""
    return content.startswith(b"%PDF-") and b"%%EOF" in content.rstrip(b"\0\r\n\t ")[-1024:]


def _problem_of_text(content: bytes) -> str:
    text = decoded(content)
    if text is None or _NO_TEXT.search(text):
        return "の文字を読み取れません。UTF-8かシフトJISのテキストで保存し直してください。"
    if _MARKUP.match(text):
        return "はテキストではなく、HTMLかXMLです。"
    return ""
