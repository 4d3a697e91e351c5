"""刊行物: list, page, PDF and its editions, counts of downloads, open data."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from news.models import Publication
from tests import factories
from tests.html import text_of
from tests.lib.pdf_files import make_pdf

LIST = "/publications/"


@pytest.fixture
def publication(db):
    return factories.make_publication(
        number=12, title="夏の号", summary="概要です。", contents="特集\n\n 連載 "
    )


def fetch(client, address, **headers):
    response = client.get(address, headers=headers)
    if response.streaming:
        return response, b"".join(response.streaming_content)
    return response, response.content


def test_page_tells_what_is_in_the_pdf_without_opening_it(client, publication):
    edition = factories.make_edition(publication, content=make_pdf(("One", "Two")))

    response = client.get(publication.get_absolute_url())
    text = text_of(response)

    assert "種類 news 第12号 夏の号" in text
    assert "2ページ" in text
    assert "目次 特集 連載" in text
    assert f'<img class="cover" src="{edition.cover_url}" alt="種類 news 第12号　夏の号の表紙"' in (
        response.content.decode()
    )


def test_text_of_the_pdf_is_a_page_of_its_own_and_found_by_search(client, publication):
    factories.make_edition(publication, content=make_pdf(("Alpha", "Beta <b>")))

    html = client.get(f"{publication.get_absolute_url()}text/").content.decode()

    assert "<p>Alpha</p>" in html
    assert "Beta &lt;b&gt;" in html
    assert list(Publication.objects.published().search("ａlpha beta")) == [publication]


def test_text_page_of_a_pdf_of_pictures_says_so(client, publication):
    factories.make_edition(publication, content=make_pdf(("",)))

    assert "画像だけのPDFです" in text_of(client.get(f"{publication.get_absolute_url()}text/"))


def test_newest_edition_is_offered_and_older_ones_stay(client, publication):
    old = factories.make_edition(publication, content=make_pdf(("Old",)))
    new = factories.make_edition(publication, content=make_pdf(("New",)), note="日付の誤り")

    response = client.get(publication.get_absolute_url())

    assert response.context["edition"] == new
    assert response.context["publication"].older_editions == [old]
    assert "訂正：日付の誤り" in text_of(response)
    assert b"New" in fetch(client, new.get_absolute_url())[1]
    assert b"Old" in fetch(client, old.get_absolute_url())[1]


def test_pdf_is_saved_under_its_name_and_its_cover_is_shown(client, publication):
    edition = factories.make_edition(publication, name="全国連携NEWS 第12号.pdf")

    pdf, _ = fetch(client, edition.get_absolute_url())
    cover, _ = fetch(client, edition.cover_url)

    assert pdf.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert (cover.headers["Content-Type"], cover.headers["Content-Disposition"]) == (
        "image/webp",
        'inline; filename="cover.webp"',
    )


def test_only_whole_downloads_are_counted(client, publication, django_assert_num_queries):
    edition = factories.make_edition(publication)
    address = edition.get_absolute_url()

    etag = fetch(client, address)[0].headers["ETag"]
    fetch(client, address)
    close(client.head(address))
    fetch(client, address, **{"if-none-match": etag})
    fetch(client, edition.cover_url)
    client.get(publication.get_absolute_url())
    client.get(LIST)

    edition.refresh_from_db()
    assert edition.downloads == 2


def close(response):
    """response.close() would close the database of the test, too."""
    for closer in response._resource_closers:
        closer()


@pytest.mark.parametrize(
    "fields",
    [
        {"is_draft": True},
        {"publish_at": timezone.now() + timedelta(days=365)},
        {"publish_at": timezone.now() - timedelta(days=9), "expires_at": timezone.now()},
    ],
    ids=["draft", "scheduled", "expired"],
)
def test_unpublished_publication_and_its_files_are_not_found(client, secretary, fields):
    hidden = factories.make_publication(title="LEAK-title", **fields)
    edition = factories.make_edition(hidden)
    addresses = [
        hidden.get_absolute_url(),
        f"{hidden.get_absolute_url()}text/",
        edition.get_absolute_url(),
        edition.cover_url,
    ]

    assert [client.get(address).status_code for address in addresses] == [404] * 4
    assert "LEAK-title" not in client.get(LIST).content.decode()
    assert "LEAK-title" not in client.get("/publications.json").content.decode()

    client.force_login(secretary)

    assert fetch(client, edition.get_absolute_url())[0].status_code == 200


def test_list_is_narrowed_by_series_and_fiscal_year(client, db):
    paper = factories.make_publication(
        series=factories.make_series("pamphlet"), issued_on=date(2026, 4, 1)
    )
    news = factories.make_publication(issued_on=date(2026, 3, 31))

    assert list(client.get(LIST).context["page"]) == [paper, news]
    assert list(client.get(LIST, {"series": "pamphlet"}).context["page"]) == [paper]
    assert list(client.get(LIST, {"year": "2025"}).context["page"]) == [news]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_a_constant_number_of_queries(client, django_assert_num_queries, db, rows):
    for _ in range(rows):
        factories.make_edition()

    # Years, series, count, page, editions.
    with django_assert_num_queries(5):
        client.get(LIST)


@pytest.mark.parametrize("rows", [1, 3])
def test_page_asks_a_constant_number_of_queries(client, django_assert_num_queries, db, rows):
    publications = [factories.make_edition().publication for _ in range(rows + 1)]

    # The publication and its editions, the others and theirs.
    with django_assert_num_queries(4):
        client.get(publications[0].get_absolute_url())


def test_same_number_twice_is_refused_in_japanese(publication):
    second = Publication(
        series=publication.series, number=12, title="別", issued_on=date(2026, 5, 1)
    )

    with pytest.raises(ValidationError, match="同じ号があります"):
        second.full_clean()


def test_several_publications_may_have_no_number(db):
    factories.make_publication()
    factories.make_publication()

    assert Publication.objects.filter(number=None).count() == 2


def test_open_data_holds_what_the_page_shows(client, publication):
    edition = factories.make_edition(publication)

    row = next(
        csv.DictReader(io.StringIO(client.get("/publications.csv").content.decode("utf-8-sig")))
    )

    assert list(row) == [
        *(
            "番号",
            "種類",
            "号",
            "表題",
            "発行日",
            "発行日（和暦）",
            "概要",
            "目次",
            "ページ数",
            "大きさ",
        ),
        *("ページのURL", "PDFのURL"),
    ]
    assert (row["目次"], row["ページ数"], row["発行日"]) == ("特集｜連載", "1", "2026-03-01")
    assert row["PDFのURL"] == f"https://portal.example.jp{edition.get_absolute_url()}"


@pytest.mark.parametrize("path", [LIST, "page", "/publications.json"])
def test_pages_are_equal_for_all_visitors_and_cacheable(client, client_factory, db, path):
    edition = factories.make_edition()
    address = edition.publication.get_absolute_url() if path == "page" else path

    first, again = client.get(address), client_factory().get(address)
    kept = client.get(address, headers={"if-none-match": first.headers["ETag"]})

    assert first.content == again.content
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert not first.cookies
    assert kept.status_code == 304


def test_addresses_stay(db):
    assert reverse("news:publication_list") == LIST
    assert reverse("news:publication", args=[7]) == "/publications/7/"
