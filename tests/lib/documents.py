"""Small files of every kind that may be uploaded, and what can be done to them."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lib import office_files

PDF = b"%PDF-1.7\n%%EOF\n"
MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def upload(name, content):
    return SimpleUploadedFile(name, content)


def picture(format_, size=(40, 30), mode="RGB", **options):
    target = io.BytesIO()
    Image.new(mode, size, options.pop("color", 0)).save(target, format_, **options)
    return target.getvalue()


def office(extension, changes=(), content_type=None):
    """A container as Office or LibreOffice writes it; changes: name (or ZipInfo) and text of entries."""
    content_type = content_type or office_files.CONTENT_TYPES[extension]
    if extension in MAIN:
        part = f'<Override PartName="/{MAIN[extension]}" ContentType="{content_type}.main+xml"/>'
        entries = {"[Content_Types].xml": f"<Types>{part}</Types>", MAIN[extension]: "<d/>"}
    else:
        entries = {"mimetype": content_type, "META-INF/manifest.xml": "<m/>", "content.xml": "<d/>"}
    return packed((entries | dict(changes)).items())


def packed(entries):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries:
            archive.writestr(name, text)
    return target.getvalue()


def one_of_each():
    """Extension and content of every kind."""
    return {
        "pdf": PDF,
        "png": picture("PNG"),
        "jpg": picture("JPEG"),
        "jpeg": picture("JPEG"),
        "gif": picture("GIF"),
        "webp": picture("WEBP"),
        **{extension: office(extension) for extension in office_files.CONTENT_TYPES},
        "csv": "団体名,数\r\n見本市,１\r\n".encode("cp932"),
        "txt": "\ufeff①㈱髙\n".encode(),
    }
