"""Documents of Office and OpenDocument: ZIP containers, judged without unpacking them.

Refused: macros, passwords, containers that unpack to far more than they are. Not looked for:
links to templates and DDE fields, which Office asks about for any file that was downloaded.
"""

import io
import re
import stat
import struct
import zlib
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
# Sheets of repeated rows reach about 50; the most that the method can do is 1,032.
MAX_RATIO = 200

_OPENXML = "application/vnd.openxmlformats-officedocument."
_OPENDOCUMENT = "application/vnd.oasis.opendocument."
CONTENT_TYPES = {
    "docx": f"{_OPENXML}wordprocessingml.document",
    "xlsx": f"{_OPENXML}spreadsheetml.sheet",
    "pptx": f"{_OPENXML}presentationml.presentation",
    "odt": f"{_OPENDOCUMENT}text",
    "ods": f"{_OPENDOCUMENT}spreadsheet",
    "odp": f"{_OPENDOCUMENT}presentation",
}
WITH_MACROS = {"docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm", "potm", "ppsm", "ppam"}
OLD = {"doc", "xls", "ppt"}

OTHER_CONTENT = "の内容は、拡張子（{}）と合わないか、壊れています。保存し直してください。"
_PROTECTED = "はパスワードで保護されています。保護を外して保存し直してください。"
_PROTECTED_OR_OLD = (
    "はパスワードで保護されているか、古い形式です。保護を外し、{}形式で保存し直してください。"
)
_MACROS = "はマクロを含んでいます。マクロを除いて保存し直してください。"
_TOO_LARGE_INSIDE = "は、開くと大きくなりすぎるファイルです。内容を減らすか、分けてください。"

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY = b"PK\x01\x02"
_PART_BYTES = 1024 * 1024
_MACRO_ENTRY = re.compile(
    r"(?:.*/)?vba(?:project|data)[^/]*|xl/macrosheets/.*|scripts/.+|basic/[^/]+/(?!script-lb\.xml).+",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(r"[/\\]|[a-z]:|(?:.*[/\\])?\.\.(?:[/\\]|\Z)", re.IGNORECASE)


def problem_of(content: bytes, extension: str) -> str:
    """Why the file is refused, as the rest of a sentence that begins with its name; or nothing."""
    if content.startswith(_COMPOUND_FILE):
        return _PROTECTED_OR_OLD.format(extension)
    # Before ZipFile reads them all; each entry of the directory begins so.
    if content.count(_ENTRY) > MAX_ENTRIES:
        return _TOO_LARGE_INSIDE
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            return (
                _problem_of_entries(archive.infolist(), len(content))
                or _problem_of_kind(archive, extension)
                or ("" if content.startswith(b"PK\x03\x04") else OTHER_CONTENT.format(extension))
            )
    # All that ZipFile is known to raise for bytes that are no ZIP or a damaged one.
    except (
        *(BadZipFile, EOFError, KeyError, NotImplementedError, OSError, OverflowError),
        *(RuntimeError, ValueError, struct.error, zlib.error),
    ):
        return OTHER_CONTENT.format(extension)


def _problem_of_entries(entries: list[ZipInfo], size: int) -> str:
    if any(entry.flag_bits & 1 for entry in entries):
        return _PROTECTED
    if sum(entry.file_size for entry in entries) > min(MAX_UNPACKED_BYTES, MAX_RATIO * size):
        return _TOO_LARGE_INSIDE
    if any(_MACRO_ENTRY.fullmatch(entry.filename) for entry in entries):
        return _MACROS
    names = {entry.filename for entry in entries}
    if len(names) < len(entries) or any(map(_leads_outside, entries)):
        return "の中に、あってはならない名前のファイルがあります。保存し直してください。"
    return ""


def _leads_outside(entry: ZipInfo) -> bool:
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    return is_link or bool(_OUTSIDE.match(entry.filename)) or "\0" in entry.orig_filename


def _problem_of_kind(archive: ZipFile, extension: str) -> str:
    content_type = CONTENT_TYPES[extension].encode()
    if extension.startswith("od"):
        is_right = _part(archive, "mimetype").strip() == content_type
        if is_right and b"encryption-data" in _part(archive, "META-INF/manifest.xml"):
            return _PROTECTED
    else:
        parts = _part(archive, "[Content_Types].xml")
        if b"macroEnabled" in parts or b"vbaProject" in parts:
            return _MACROS
        is_right = content_type + b".main+xml" in parts
    return "" if is_right else OTHER_CONTENT.format(extension)


def _part(archive: ZipFile, name: str) -> bytes:
    """The beginning of one entry; raises KeyError when it is missing."""
    entry = archive.getinfo(name)
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise BadZipFile(entry.compress_type)
    with archive.open(entry) as part:
        return part.read(_PART_BYTES)
