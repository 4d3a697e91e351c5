"""PDF of an agreement: uploaded in the admin, downloaded by anybody."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from agreements.forms import AgreementFileForm
from agreements.models import AgreementFile
from lib.uploads import MAX_FILE_BYTES
from tests import factories

PDF = b"%PDF-1.7\n%%EOF\n"
NAME = "令和8年度　協定書（案）①.pdf"


def upload(name=NAME, content=PDF):
    return AgreementFileForm({"title": "協定書"}, {"file": SimpleUploadedFile(name, content)})


def save_upload(form, agreement):
    form.instance.regional = agreement
    assert form.is_valid(), form.errors
    return form.save()


def test_pdf_is_described_and_stored_under_a_random_name(db):
    file = save_upload(upload(), factories.make_regional_agreement())

    assert (file.name, file.size, len(file.sha256)) == (NAME, len(PDF), 64)
    assert "協定書" not in file.file.name


def test_name_of_a_file_loses_what_nobody_sees(db):
    file = save_upload(upload("協定\u202e書.pdf"), factories.make_regional_agreement())

    assert file.name == "協定書.pdf"


def test_download_keeps_the_japanese_name_and_cannot_run(client, db):
    file = save_upload(upload(), factories.make_regional_agreement())

    response = client.get(file.get_absolute_url())

    assert b"".join(response.streaming_content) == PDF
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.html", PDF),
        ("x.pdf", b"<html><script>alert(1)</script>"),
        ("x.pdf", b""),
        ("x.pdf.exe", PDF),
        ("x.svg", b"<svg onload=alert(1)>"),
        ("x.pdf", b"GIF89a%PDF-"),
    ],
)
def test_what_is_no_pdf_is_refused_at_the_field(db, name, content):
    form = upload(name, content)

    assert not form.is_valid()
    assert list(form.errors) == ["file"]


def test_one_byte_too_many_is_refused_with_name_and_limit(db):
    form = upload("大きい.pdf", PDF + b"0" * (MAX_FILE_BYTES + 1 - len(PDF)))

    assert form.errors["file"] == ["「大きい.pdf」は20MBを超えています。小さくしてください。"]


def test_title_can_be_changed_without_a_new_file(db):
    file = save_upload(upload(), factories.make_regional_agreement())

    form = AgreementFileForm({"title": "協定書（写し）"}, instance=file)

    assert form.is_valid(), form.errors
    assert form.save().sha256 == file.sha256


def test_detail_page_links_the_file_with_type_and_size(client, db):
    agreement = factories.make_regional_agreement()
    file = save_upload(upload(), agreement)

    html = client.get(agreement.get_absolute_url()).content.decode()

    assert file.get_absolute_url() in html
    assert "協定書（PDF、15\xa0バイト）" in html


@pytest.mark.parametrize("owners", [{}, {"regional", "corporate"}])
def test_file_belongs_to_exactly_one_agreement(db, owners):
    made = {
        "regional": factories.make_regional_agreement(),
        "corporate": factories.make_corporate_agreement(),
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementFile.objects.create(
            name="a.pdf", size=1, sha256="0", **{owner: made[owner] for owner in owners}
        )
