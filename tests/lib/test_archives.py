import tracemalloc
import zipfile

import pytest
from django.core.files import File
from django.core.files.base import ContentFile

from lib.archives import zip_of


def _entries(*files):
    with zip_of((name, ContentFile(content)) for name, content in files) as archive:
        return {entry.filename: entry for entry in zipfile.ZipFile(archive).infolist()}


def _names(*names):
    return list(_entries(*((name, b"") for name in names)))


def test_files_come_back_under_their_names():
    files = [("令和８年度　実施要領（案）①.pdf", b"%PDF-"), ("a.txt", "髙".encode())]

    with zip_of((name, ContentFile(content)) for name, content in files) as target:
        archive = zipfile.ZipFile(target)
        assert archive.testzip() is None
        assert [(name, archive.read(name)) for name in archive.namelist()] == files


def test_windows_reads_japanese_names_as_utf_8():
    entry = _entries(("要領.pdf", b""))["要領.pdf"]

    assert entry.flag_bits & 0x800
    assert entry.date_time[0] > 2020


@pytest.mark.parametrize(
    ("names", "inside"),
    [
        (["a.pdf", "a.pdf", "a.pdf"], ["a.pdf", "a（2）.pdf", "a（3）.pdf"]),
        (["要領.PDF", "要領.pdf"], ["要領.PDF", "要領（2）.pdf"]),
        (["a（2）.pdf", "a.pdf", "a.pdf"], ["a（2）.pdf", "a.pdf", "a（3）.pdf"]),
        (["a.pdf", "a.pdf", "a（2）.pdf"], ["a.pdf", "a（2）.pdf", "a（2）（2）.pdf"]),
        (["か\u3099.txt", "が.txt"], ["が.txt", "が（2）.txt"]),
        (["記録", "記録"], ["記録", "記録（2）"]),
        (["../../etc/passwd", "/passwd"], ["passwd", "passwd（2）"]),
        (["CON.txt", "請求書\u202efdp.exe"], ["_CON.txt", "請求書fdp.exe"]),
    ],
)
def test_names_are_clean_and_different(names, inside):
    assert _names(*names) == inside


def test_a_thousand_files_of_one_name_are_told_apart():
    assert len(set(_names(*["a.pdf"] * 1_000))) == 1_000


@pytest.mark.parametrize(
    ("name", "is_smaller"), [("a.csv", True), ("a.TXT", True), ("a.docx", False), ("a.jpg", False)]
)
def test_only_texts_are_compressed(name, is_smaller):
    entry = _entries((name, b"0" * 10_000))[name]

    assert (entry.compress_size < entry.file_size) == is_smaller


def test_no_files_make_an_empty_archive():
    assert _names() == []


def test_memory_is_bounded(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(bytes(20_000_000))
    tracemalloc.start()

    with zip_of((f"{number}.pdf", File(path.open("rb"))) for number in range(3)) as archive:
        peak = tracemalloc.get_traced_memory()[1]
        size = archive.seek(0, 2)

    tracemalloc.stop()
    assert size > 60_000_000
    assert peak < 20_000_000
