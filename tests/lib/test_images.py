import io
import struct
import zlib
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lib.images import MAX_PIXELS, THUMBNAIL_SIZE, reencode, thumbnail
from lib.uploads import inspect
from tests.lib.documents import picture, upload

FORMATS = {"png": "PNG", "jpg": "JPEG", "gif": "GIF", "webp": "WEBP"}
SECRET = b"35.6895N139.6917E"
SAMPLES = {extension: picture(format_, color=90) for extension, format_ in FORMATS.items()}


def _exif(orientation=1):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = SECRET.decode()
    return exif


def _drawn(content, name="写真.png"):
    return Image.open(io.BytesIO(reencode(upload(name, content)).read()))


def _refusal(name, content):
    with pytest.raises(ValidationError) as refusal:
        reencode(upload(name, content))
    return refusal.value.messages[0]


def _png_header(width, height):
    header = struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
        for kind, part in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("extension", FORMATS)
def test_a_picture_stays_what_it_is(extension):
    name = f"写真.{extension}"

    drawn = reencode(upload(name, SAMPLES[extension]))

    image = Image.open(io.BytesIO(drawn.read()))
    assert (drawn.name, image.format, image.size) == (name, FORMATS[extension], (40, 30))
    assert inspect(upload(name, drawn.open().read())).is_image


@pytest.mark.parametrize(
    ("format_", "options"),
    [
        ("JPEG", {"exif": _exif(), "comment": SECRET, "icc_profile": SECRET, "xmp": SECRET}),
        ("WEBP", {"exif": _exif(), "icc_profile": SECRET, "xmp": SECRET}),
        ("GIF", {"comment": SECRET}),
        ("PNG", {"exif": _exif(), "icc_profile": SECRET}),
    ],
)
def test_nothing_remains_but_the_picture(format_, options):
    if format_ == "PNG":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_text("Comment", SECRET.decode())
    content = picture(format_, **options) + b"<script>alert(1)</script>PK\x03\x04"

    drawn = reencode(upload("写真.png", content)).read()

    assert SECRET in content
    assert SECRET not in drawn
    assert b"<script>" not in drawn
    assert not Image.open(io.BytesIO(drawn)).getexif()


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_picture_of_a_turned_camera_stands_upright(format_):
    assert _drawn(picture(format_, exif=_exif(orientation=6))).size == (30, 40)


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG"])
def test_an_animation_becomes_its_first_frame(format_):
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue", "lime")]
    target = io.BytesIO()
    frames[0].save(target, format_, save_all=True, append_images=frames[1:])

    drawn = _drawn(target.getvalue())

    assert getattr(drawn, "n_frames", 1) == 1
    red, green, blue = drawn.convert("RGB").getpixel((0, 0))
    assert (red > 200, green < 50, blue < 50) == (True, True, True)


def test_a_picture_of_a_telephone_with_a_second_one_behind_it_is_a_jpeg():
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(
        target, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))]
    )

    assert _drawn(target.getvalue()).format == "JPEG"


def test_a_picture_for_print_becomes_one_for_the_screen():
    assert _drawn(picture("JPEG", mode="CMYK")).mode == "RGB"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_a_png_keeps_its_colours(mode):
    assert _drawn(picture("PNG", mode=mode)).mode == mode


def test_a_png_keeps_what_is_transparent():
    assert _drawn(picture("PNG", mode="P", transparency=0)).convert("RGBA").getpixel((0, 0))[3] == 0
    assert _drawn(picture("GIF", mode="P", transparency=0)).convert("RGBA").getpixel((0, 0))[3] == 0


def test_grey_in_sixteen_bits_keeps_its_shade():
    content = picture("PNG", mode="I;16", color=0x4000)

    small = Image.open(thumbnail(upload("灰.png", content)))

    assert _drawn(content).getpixel((0, 0)) == 0x40
    assert abs(small.getpixel((0, 0))[0] - 0x40) < 3


@pytest.mark.parametrize(
    "size", [(13_000, 13_000), (30_000, 30_000), (6_400, 6_251), (65_535, 611)]
)
def test_too_many_pixels_are_refused_by_the_header(size):
    assert size[0] * size[1] > MAX_PIXELS

    message = _refusal("広い.png", _png_header(*size))

    assert message == "「広い.png」は画素数が多すぎます（4,000万画素まで）。縮小してください。"


def test_a_gif_that_grows_with_a_later_frame_is_bounded():
    grown = SAMPLES["gif"].replace(b"\x28\x00\x1e\x00", b"\xff\xff\xff\xff")

    assert "画素数" in _refusal("x.gif", grown)


def test_the_largest_picture_is_drawn():
    assert _drawn(picture("PNG", size=(8_000, 5_000), mode="1")).size == (8_000, 5_000)


@pytest.mark.parametrize("extension", FORMATS)
def test_a_picture_that_breaks_off_is_refused(extension):
    content = picture(FORMATS[extension], size=(400, 300), color=90)

    message = _refusal(f"途中.{extension}", content[: len(content) * 2 // 3])

    assert message.startswith(f"「途中.{extension}」は画像として読み取れません。")


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg/>", b"%!PS-Adobe-3.0 EPSF-3.0\n", picture("BMP"), picture("TIFF"), picture("ICO")],
)
def test_other_formats_are_refused(content):
    assert "読み取れません" in _refusal("x.png", content)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("extension", FORMATS)
@given(data=st.data())
def test_a_damaged_picture_is_drawn_or_refused(extension, data):
    content = bytearray(
        picture(FORMATS[extension], **({"exif": _exif()} if extension != "gif" else {}))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    # Anything but a refusal fails the test.
    for draw in (reencode, thumbnail):
        with suppress(ValidationError):
            assert draw(upload("x.png", bytes(content))).size


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1_600, 1_200), (320, 240)),
        ((100, 1_000), (24, 240)),
        ((3_000, 1), (320, 1)),
        ((8, 8), (8, 8)),
    ],
)
def test_a_thumbnail_fits_into_its_frame(extension, size, expected):
    small = thumbnail(upload(f"x.{extension}", picture(FORMATS[extension], size=size)))

    image = Image.open(small)
    assert (image.format, image.size, small.name) == ("WEBP", expected, "thumbnail.webp")
    assert THUMBNAIL_SIZE == (320, 240)


def test_a_thumbnail_shows_through_where_the_picture_does():
    small = thumbnail(upload("x.png", picture("PNG", mode="RGBA", color=(0, 0, 0, 0))))

    assert Image.open(small).convert("RGBA").getpixel((0, 0))[3] == 0


def test_an_upload_can_be_read_again():
    file = upload("x.png", SAMPLES["png"])

    reencode(file)
    thumbnail(file)

    assert file.read() == SAMPLES["png"]
