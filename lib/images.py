"""Images of the board, drawn anew: without place, camera, comments or anything behind the picture.

An animation becomes its first frame: what moves beside a text must be possible to stop (WCAG 2.2.2), and
thousands of frames would cost memory. Colour profiles go as well; a photo of a wide-gamut
camera looks slightly paler.
"""

import io
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files import File
from django.core.files.base import ContentFile
from PIL import Image, ImageOps
from PIL.ImageFile import ImageFile

from lib.uploads import refusal

MAX_PIXELS = 40_000_000
THUMBNAIL_SIZE = (320, 240)

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
# Pillow's name for a JPEG with more pictures behind the first, as telephones take them.
_SAVED_AS = {"MPO": "JPEG"}
# The longest takes 5 s for 40 megapixels here; Pillow's own choices take 10 s and 25 s for a few per cent.
_OPTIONS: dict[str, dict[str, int]] = {
    "JPEG": {"quality": 90},
    "PNG": {"compress_level": 4},
    "WEBP": {"quality": 90, "method": 2},
}
# What Pillow raises for damaged files, by format and by how they are damaged.
_DAMAGED = (
    *(OSError, EOFError, SyntaxError, ValueError, TypeError, IndexError, KeyError),
    *(OverflowError, struct.error, zlib.error),
)

# For what grows while it is read: Pillow warns above its limit and refuses twice as much.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# 40 megapixels take 160 MB and more: one image at a time in each process.
_one_at_a_time = threading.Lock()


def reencode(upload: File) -> ContentFile:
    """The same picture in the same format, upright; raises ValidationError, naming the file."""
    with _opened(upload) as image:
        ImageOps.exif_transpose(image, in_place=True)
        upright = _in_eight_bits(image)
        format_ = _SAVED_AS.get(image.format or "", image.format or "")
        if format_ == "JPEG" and upright.mode == "CMYK":
            upright = upright.convert("RGB")
        return ContentFile(_saved(upright, format_), name=upload.name)


def thumbnail(file: File, size: tuple[int, int] = THUMBNAIL_SIZE) -> ContentFile:
    """A WebP that fits into the size, of an image that was re-encoded and so stands upright."""
    with _opened(file) as image:
        # JPEG is decoded at a fraction of its size.
        image.draft("RGB", (2 * size[0], 2 * size[1]))
        is_transparent = image.has_transparency_data
        small = _in_eight_bits(image).convert("RGBA" if is_transparent else "RGB")
        small.thumbnail(size)
        return ContentFile(_saved(small, "WEBP"), name="thumbnail.webp")


@contextmanager
def _opened(file: File) -> Iterator[ImageFile]:
    """The image, not decoded yet; whatever goes wrong with it becomes a ValidationError."""
    too_large = refusal(file, "は画素数が多すぎます（4,000万画素まで）。縮小してください。")
    try:
        with _one_at_a_time, Image.open(file, formats=_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise too_large
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large from error
    except _DAMAGED as error:
        problem = "は画像として読み取れません。壊れていないか確かめて、保存し直してください。"
        raise refusal(file, problem) from error
    finally:
        file.seek(0)


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Grey in 16 bits would be cut off at white instead of scaled."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _saved(image: Image.Image, format_: str) -> bytes:
    # Pillow writes comments and profiles that it has read.
    image.info = {key: value for key, value in image.info.items() if key == "transparency"}
    target = io.BytesIO()
    image.save(target, format_, **_OPTIONS.get(format_, {}))
    return target.getvalue()
