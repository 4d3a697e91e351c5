"""What may be uploaded, under which stored name, and how it is described."""

import hashlib
import secrets

from django.core.exceptions import ValidationError
from django.core.files import File

MAX_FILE_BYTES = 20 * 1024 * 1024
_PDF_SIGNATURE = b"%PDF-"


def private_name(instance: object, filename: str) -> str:
    """A random stored name in two levels of folders; the original name is kept in a column."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


def validate_pdf(upload: File) -> None:
    """Extension and first bytes must both say PDF, and the size be within the limit."""
    name = upload.name or ""
    if (upload.size or 0) > MAX_FILE_BYTES:
        raise ValidationError(f"「{name}」は20MBを超えています。小さくしてください。")
    signature = upload.read(len(_PDF_SIGNATURE))
    upload.seek(0)
    if not name.lower().endswith(".pdf") or signature != _PDF_SIGNATURE:
        raise ValidationError(f"「{name}」はPDFではありません。PDFを選んでください。")


def checksum(upload: File) -> str:
    """SHA-256 of the whole content in hexadecimal; leaves the file at its beginning."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
