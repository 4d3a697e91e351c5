"""刊行物 in the secretariat's admin."""

import pytest

from news.models import Edition, Publication
from tests import factories
from tests.lib.pdf_files import make_pdf

CHANGELIST = "/admin/news/publication/"


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


def typed(**fields):
    return {
        "series": factories.make_series().pk,
        "number": "12",
        "title": "夏の号",
        "issued_on": "令和8年7月1日",
        "summary": "",
        "contents": "",
        "publish_at": "令和8年7月1日 午前9時",
        "expires_at": "",
        "editions-TOTAL_FORMS": 1,
        "editions-INITIAL_FORMS": 0,
        "editions-0-note": "",
        **fields,
    }


def test_uploading_a_pdf_reads_pages_cover_text_and_contents(admin):
    upload = factories.make_upload("第12号.pdf", make_pdf(("Alpha", "B"), bookmarks=("特集",)))

    response = admin.post(f"{CHANGELIST}add/", typed(**{"editions-0-file": upload}))

    edition = Edition.objects.get()
    assert response.status_code == 302
    assert (edition.name, edition.pages, len(edition.text_pages)) == ("第12号.pdf", 2, 2)
    assert edition.cover.size > 0
    assert Publication.objects.get().contents == "特集"
    assert Publication.objects.search("alpha").count() == 1


def test_typed_contents_are_not_replaced(admin):
    upload = factories.make_upload("a.pdf", make_pdf(bookmarks=("しおり",)))

    admin.post(f"{CHANGELIST}add/", typed(contents="手で書いた目次", **{"editions-0-file": upload}))

    assert Publication.objects.get().contents == "手で書いた目次"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (make_pdf(is_encrypted=True), "パスワードで保護されています"),
        (b"%PDF-1.7\n%%EOF", "PDFとして読み取れません"),
        (b"<html>", "はPDFではありません"),
    ],
)
def test_unreadable_pdf_is_refused_at_its_field(admin, content, error):
    upload = factories.make_upload("壊れた.pdf", content)

    response = admin.post(f"{CHANGELIST}add/", typed(**{"editions-0-file": upload}))

    assert error in response.content.decode()
    assert not Publication.objects.exists()


def test_pdf_of_an_edition_cannot_be_replaced(admin):
    edition = factories.make_edition()
    rows = {
        "editions-INITIAL_FORMS": 1,
        "editions-0-id": edition.pk,
        "editions-0-publication": edition.publication_id,
        "editions-0-note": "訂正",
        "editions-0-file": factories.make_upload("b.pdf", make_pdf(("Other",))),
    }

    admin.post(f"{CHANGELIST}{edition.publication_id}/change/", typed(**rows))

    after = Edition.objects.get()
    assert (after.note, after.sha256, after.name) == ("訂正", edition.sha256, edition.name)


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_a_constant_number_of_queries(admin, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.make_edition()

    # Session, person, series of the filter, count, page.
    with django_assert_num_queries(5):
        response = admin.get(CHANGELIST)

    assert len(response.context["cl"].result_list) == rows
