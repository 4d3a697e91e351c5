import struct
import time
import unicodedata
import zipfile

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from lib import office_files
from lib.spreadsheets import write_xlsx
from lib.uploads import (
    CONTENT_TYPES,
    MAX_FILE_BYTES,
    MAX_NAME_CHARACTERS,
    Inspected,
    clean_name,
    inspect,
    validate_pdf,
)
from tests.lib.documents import PDF, office, one_of_each, packed, upload

SAMPLES = one_of_each()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
NAMES = st.lists(
    st.sampled_from(list(". ．/\\　:pdfＰＤＦ市か\u3099\u202e\u200d👩①\0conCON1_"))
    | st.text(max_size=2)
)


def _refusal(name, content):
    with pytest.raises(ValidationError) as refusal:
        inspect(upload(name, content))
    return refusal.value.messages[0]


@pytest.mark.parametrize("extension", CONTENT_TYPES)
def test_each_kind_is_accepted_by_extension_and_content(extension):
    file = upload(f"資料.{extension}", SAMPLES[extension])

    is_image = extension in {"png", "jpg", "jpeg", "gif", "webp"}
    assert inspect(file) == Inspected(extension, CONTENT_TYPES[extension], is_image)
    assert file.read() == SAMPLES[extension]


@pytest.mark.parametrize(
    "name",
    ["資料.PDF", "資料．ＰＤＦ", "資料.exe.pdf", "C:\\書類\\資料.pdf", "資料.pdf.", "資料.pdf　"],
)
def test_an_extension_is_read_however_it_is_typed(name):
    assert inspect(upload(name, PDF)).extension == "pdf"


def test_a_sheet_of_our_own_is_accepted():
    sheet = write_xlsx("名簿", ["団体名", "数"], [["見本市", 1]])

    assert inspect(upload("名簿.xlsx", sheet)).extension == "xlsx"


@pytest.mark.parametrize(
    "name",
    [
        "x.exe",
        "x.svg",
        "x.html",
        "ｅｖｉｌ．ｈｔｍｌ",
        "x.xml",
        "x.mht",
        "x.zip",
        "x.pdf.exe",
        "請求書\u202efdp.exe",
        "x",
        "pdf",
        "x.jtd",
    ],
)
def test_other_kinds_are_refused_with_those_that_are_accepted(name):
    message = _refusal(name, PDF)

    assert "は添付できない種類のファイルです。添付できるのは、PDF、" in message
    assert "\u202e" not in message


@pytest.mark.parametrize("extension", CONTENT_TYPES)
def test_an_empty_file_is_refused(extension):
    assert _refusal(f"空.{extension}", b"") == f"「空.{extension}」は空のファイルです（0バイト）。"


def test_a_file_over_the_limit_is_refused_by_name_and_limit():
    message = _refusal("大きい.txt", b"a" * (MAX_FILE_BYTES + 1))

    assert message == "「大きい.txt」は20MBを超えています。小さくしてください。"


@pytest.mark.parametrize("extension", sorted(set(CONTENT_TYPES) - {"csv", "txt"}))
@pytest.mark.parametrize("other", ["pdf", "png", "gif", "docx", "ods", "csv"])
def test_content_of_another_kind_is_refused(extension, other):
    if extension == other:
        return

    assert _refusal(f"x.{extension}", SAMPLES[other]).startswith(
        f"「x.{extension}」の内容は、拡張子"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>",
        PDF[:8],
        b"GIF89a" + PDF,
        b" " + PDF,
        PDF + b"0" * 2000,
    ],
)
def test_what_is_no_whole_pdf_is_refused(content):
    with pytest.raises(ValidationError, match="PDFではありません"):
        validate_pdf(upload("x.pdf", content))

    assert "壊れて" in _refusal("x.pdf", content)


@pytest.mark.parametrize(
    "content", [PDF + b"\0" * 5000, b"%PDF-1.7 /OpenAction /JavaScript /Encrypt\n%%EOF"]
)
def test_a_padded_an_encrypted_and_a_scripted_pdf_are_accepted(content):
    validate_pdf(upload("x.pdf", content))

    assert inspect(upload("x.pdf", content)).content_type == "application/pdf"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("表".encode("utf-16"), "文字を読み取れません"),
        ("表".encode("iso2022_jp"), "文字を読み取れません"),
        (b"a\0b", "文字を読み取れません"),
        (b"\x1b[2J", "文字を読み取れません"),
        (bytes(range(128, 256)), "文字を読み取れません"),
        (b"\xa0\xfd\xfe", "文字を読み取れません"),
        (b"PK\x03\x04", "文字を読み取れません"),
        (b"<script>alert(1)</script>", "HTMLかXML"),
        (b"\xef\xbb\xbf \r\n<!DOCTYPE html>", "HTMLかXML"),
        (b"<?xml version='1.0'?><a/>", "HTMLかXML"),
        (b"<SVG onload=alert(1)>", "HTMLかXML"),
        (b"</p>", "HTMLかXML"),
    ],
)
@pytest.mark.parametrize("extension", ["csv", "txt"])
def test_what_is_no_text_is_refused(extension, content, problem):
    assert problem in _refusal(f"x.{extension}", content)


@pytest.mark.parametrize(
    "text", ["<募集要項>\n", "<PR>", "a<b>c</b>", "=1+1,\t2\f", "< 5人", "①㈱髙～", "1,2\r\n\x1a"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_texts_as_town_halls_write_them_are_accepted(text, encoding):
    assert inspect(upload("x.txt", text.encode(encoding))).content_type == "text/plain"


@pytest.mark.parametrize("extension", office_files.CONTENT_TYPES)
def test_a_protected_document_is_refused_with_its_reason(extension):
    assert _refusal(f"x.{extension}", OLE).startswith(
        f"「x.{extension}」はパスワードで保護されているか、"
    )


def test_a_protected_opendocument_is_refused_with_its_reason():
    content = office("odt", {"META-INF/manifest.xml": "<manifest:encryption-data/>"})

    assert _refusal("x.odt", content).startswith("「x.odt」はパスワードで保護されています。")


def test_an_entry_with_a_password_is_refused():
    content = bytearray(office("docx"))
    content[content.index(b"PK\x01\x02") + 8] |= 1

    assert "パスワード" in _refusal("x.docx", bytes(content))


@pytest.mark.parametrize(
    ("extension", "changes"),
    [
        ("docx", {"word/vbaProject.bin": "x"}),
        ("xlsx", {"xl/VBAPROJECT.BIN": "x"}),
        ("xlsx", {"xl/macrosheets/sheet1.xml": "x"}),
        ("docx", {"[Content_Types].xml": "application/vnd.ms-office.vbaProject"}),
        ("pptx", {"[Content_Types].xml": "…presentation.macroEnabled.main+xml"}),
        ("odt", {"Basic/Standard/Module1.xml": "x"}),
        ("ods", {"Scripts/python/a.py": "x"}),
    ],
)
def test_macros_are_refused(extension, changes):
    assert "マクロを含んで" in _refusal(f"x.{extension}", office(extension, changes))


@pytest.mark.parametrize("extension", ["docm", "xlsm", "XLSB", "pptm"])
def test_a_kind_for_macros_is_refused_with_its_reason(extension):
    assert "マクロを含む形式" in _refusal(f"x.{extension}", SAMPLES["docx"])


@pytest.mark.parametrize("extension", ["doc", "xls", "ppt"])
def test_an_old_kind_is_refused_with_what_to_do(extension):
    assert "古い形式です。docx" in _refusal(f"x.{extension}", OLE)


def test_a_document_without_macros_in_an_empty_library_is_accepted():
    content = office("odt", {"Basic/Standard/script-lb.xml": "<l/>", "Configurations2/": ""})

    assert inspect(upload("x.odt", content)).extension == "odt"


@pytest.mark.parametrize("extension", office_files.CONTENT_TYPES)
def test_a_plain_archive_is_no_document(extension):
    assert "拡張子" in _refusal(f"x.{extension}", packed([("a.txt", "a")]))


def test_a_document_behind_other_bytes_is_no_document():
    assert "拡張子" in _refusal("x.docx", b"<html>" + SAMPLES["docx"])


def _link(name):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry


@pytest.mark.parametrize(
    "name",
    ["../../x", "word/../../x", "/etc/passwd", "..\\x", "C:/x", "\\\\host\\x", _link("word/l")],
)
def test_an_entry_that_leads_outside_is_refused(name):
    assert "あってはならない名前" in _refusal("x.docx", office("docx", {name: "x"}))


@pytest.mark.parametrize("name", ["word/a..b.xml", "..rels", "customXml/item1.xml", "資料/①.xml"])
def test_an_entry_with_an_odd_name_is_accepted(name):
    assert inspect(upload("x.docx", office("docx", {name: "x"})))


def test_two_entries_of_one_name_are_refused():
    # writestr would warn.
    content = office("docx", {"word/a.xml": "x", "word/b.xml": "y"}).replace(b"b.xml", b"a.xml")

    assert "あってはならない名前" in _refusal("x.docx", content)


def test_a_container_that_unpacks_to_far_more_is_refused():
    bomb = office("docx", {"word/media/zeros": b"\0" * 30_000_000})

    assert len(bomb) < 40_000
    assert "大きくなりすぎる" in _refusal("x.docx", bomb)


def test_a_large_sheet_of_repeated_rows_is_accepted():
    rows = b"".join(b'<row r="%d"><c t="n"><v>%d</v></c></row>' % (n, n) for n in range(200_000))

    assert inspect(upload("x.xlsx", office("xlsx", {"xl/worksheets/sheet1.xml": rows})))


def test_too_many_entries_are_refused():
    content = office("pptx", {f"ppt/media/{number}": "" for number in range(2_000)})

    assert "大きくなりすぎる" in _refusal("x.pptx", content)


def test_a_directory_of_half_a_million_entries_is_refused_before_it_is_read():
    entry = b"PK\x01\x02".ljust(46, b"\0")
    directory = entry * (MAX_FILE_BYTES // 46 - 10)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, len(directory), 4, 0)
    begin = time.perf_counter()

    assert "大きくなりすぎる" in _refusal("x.docx", b"PK\x03\x04" + directory + end)
    # Reading it takes 2 s here, counting 0.03 s.
    assert time.perf_counter() - begin < 1


@given(st.data())
def test_a_damaged_document_is_accepted_or_refused(data):
    extension = data.draw(st.sampled_from(sorted(office_files.CONTENT_TYPES)))
    content = bytearray(SAMPLES[extension])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = bytes(content[: data.draw(st.integers(1, len(content)))])

    problem = office_files.problem_of(content, extension)

    assert problem == "" or problem.endswith("。")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("令和８年度　実施要領（案）①.xlsx", "令和８年度　実施要領（案）①.xlsx"),
        ("髙﨑𠮷野家👨‍👩‍👧.pdf", "髙﨑𠮷野家👨‍👩‍👧.pdf"),
        ("か\u3099くし\u3099.pdf", "がくじ.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\要領.pdf", "要領.pdf"),
        ("請求書\u202efdp.exe", "請求書fdp.exe"),
        ("市\u200b役\0所\n.pdf", "市役所.pdf"),
        (".htaccess", "htaccess"),
        ("..x.pdf", "x.pdf"),
        ("CON.txt", "_CON.txt"),
        ("con .tar.pdf", "_con .tar.pdf"),
        ("nul", "_nul"),
        ("com1.csv", "_com1.csv"),
        ("console.txt", "console.txt"),
        ('<img src=x>:?*|".png', "＜img src=x＞：？＊｜”.png"),
        ("a;filename=evil.html", "a;filename=evil.html"),
        ("要領．ＰＤＦ", "要領.PDF"),
        ("要領.Ｐｄｆ", "要領.Pdf"),
        ("第１．５", "第１．５"),
        ("要領.pdf. .", "要領.pdf"),
        ("x/\u2003要領.pdf\xa0.", "要領.pdf"),
        (".\xa0.", "無題"),
        ("", "無題"),
        ("/", "無題"),
        ("\u202e.pdf", "無題.pdf"),
        (".PDF", "無題.PDF"),
        ("あ" * 300 + ".docx", "あ" * 145 + ".docx"),
        ("あ" * 144 + "か\u309a.docx", "あ" * 144 + ".docx"),
        ("a." + "x" * 300, "a." + "x" * 148),
    ],
)
def test_a_name_is_shown_so_that_it_is_at_home_everywhere(name, shown):
    assert clean_name(name) == shown


@given(NAMES.map("".join))
def test_any_name_becomes_a_clean_one(name):
    shown = clean_name(name)

    assert clean_name(shown) == shown == unicodedata.normalize("NFC", shown)
    assert 0 < len(shown) <= MAX_NAME_CHARACTERS
    assert not set(shown) & set('/\\\0\n\u202e<>:"|?*')
    assert not shown.startswith(".")
    assert not shown.endswith((".", " "))


def test_a_long_name_takes_no_time():
    begin = time.perf_counter()

    clean_name("a" + "\u0300\u0327" * 50_000)
    assert time.perf_counter() - begin < 3
