"""What is read from a PDF, and what becomes of one that cannot be read."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lib import pdf
from tests.lib.pdf_files import make_pdf


def upload(content, name="第1号.pdf"):
    return SimpleUploadedFile(name, content)


def error_of(content):
    with pytest.raises(ValidationError) as caught:
        pdf.read(upload(content))
    return caught.value.messages[0]


def test_pages_text_and_bookmarks_are_read():
    found = pdf.read(upload(make_pdf(("First", "Second"), bookmarks=("特集", "連載"))))

    assert found.pages == 2
    assert [page.strip() for page in found.text.split("\f")] == ["First", "Second"]
    assert found.bookmarks == "特集\n連載"


def test_cover_is_a_picture_of_the_first_page_drawn_by_us():
    found = pdf.read(upload(make_pdf()))

    with Image.open(io.BytesIO(found.cover.read())) as cover:
        assert cover.format == "WEBP"
        assert max(cover.width / 480, cover.height / 680) == 1
        assert cover.convert("L").getextrema()[0] < 100


def test_file_is_left_at_its_beginning():
    file = upload(make_pdf())

    pdf.read(file)

    assert file.read(5) == b"%PDF-"


@pytest.mark.parametrize("size", [(14400, 1), (1, 14400), (10**9, 10**9)])
def test_size_of_a_page_does_not_decide_the_size_of_the_picture(size):
    found = pdf.read(upload(make_pdf(size=size)))

    with Image.open(io.BytesIO(found.cover.read())) as cover:
        assert max(cover.size) <= 680


def test_encrypted_pdf_is_refused_with_the_way_out():
    assert error_of(make_pdf(is_encrypted=True)) == (
        "「第1号.pdf」はパスワードで保護されています。保護を外したPDFを選んでください。"
    )


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n%%EOF", b"\0" * 1000, b"<html>"])
def test_broken_pdf_is_refused(content):
    assert error_of(content).startswith("「第1号.pdf」はPDFとして読み取れません。")


def test_too_many_pages_are_refused():
    assert "500ページを超えています" in error_of(make_pdf(["x"] * 501))


def test_pdf_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(pdf, "SECONDS", 0.001)

    assert "複雑すぎて" in error_of(make_pdf())


def test_reader_that_dies_takes_nothing_with_it(monkeypatch, tmp_path):
    program = tmp_path / "crash.py"
    program.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr(pdf, "_PROGRAM", program)

    assert "複雑すぎて" in error_of(make_pdf())
