"""お知らせ: drafts, hours of publication and expiry, archive, files, feed."""

import html
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import feedparser
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from news.models import NewsItem
from tests import factories
from tests.html import text_of

TOKYO = ZoneInfo("Asia/Tokyo")
LIST = "/news/"
FEED = "/news/feed/"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def places(client, item):
    """Where a reader might meet it."""
    feed = client.get(FEED).content.decode()
    return {
        "page": client.get(item.get_absolute_url()).status_code == 200,
        "list": item.title in text_of(client.get(LIST)),
        "feed": item.title in feed,
    }


def test_item_appears_and_vanishes_at_the_minute(client, db):
    item = factories.make_news_item(
        title="予約のお知らせ",
        publish_at=at("2026-12-01T09:00"),
        expires_at=at("2026-12-10T17:00"),
    )

    shown = {}
    for moment in ("12-01T08:59:59", "12-01T09:00:00", "12-10T16:59:59", "12-10T17:00:00"):
        with time_machine.travel(at(f"2026-{moment}"), tick=False):
            shown[moment] = set(places(client, item).values())

    assert list(shown.values()) == [{False}, {True}, {True}, {False}]


def test_draft_is_found_nowhere_by_anybody(client, secretary):
    draft = factories.make_news_item(title="LEAK-draft", is_draft=True)
    file = factories.attach_to_news(draft)

    assert set(places(client, draft).values()) == {False}
    assert client.get(file.get_absolute_url()).status_code == 404

    client.force_login(secretary)

    assert client.get(draft.get_absolute_url()).status_code == 404
    assert b"".join(client.get(file.get_absolute_url()).streaming_content)


@pytest.mark.parametrize("is_draft", [True, False])
@pytest.mark.parametrize(
    ("begins", "ends"), [(0, None), (1, None), (-2, -1), (-2, 0), (-2, 1), (0, 1), (1, 2)]
)
def test_row_and_set_of_rows_agree_on_what_is_published(db, is_draft, begins, ends):
    with time_machine.travel(at("2026-12-01T09:00"), tick=False):
        now = timezone.now()
        item = factories.make_news_item(
            is_draft=is_draft,
            publish_at=now + timedelta(hours=begins),
            expires_at=None if ends is None else now + timedelta(hours=ends),
        )

        is_found = NewsItem.objects.published().filter(pk=item.pk).exists()

        assert is_found == item.is_published == (not is_draft and begins <= 0 and ends in {None, 1})


def test_expiry_before_publication_is_refused_in_japanese(db):
    item = factories.make_news_item()
    item.expires_at = item.publish_at - timedelta(minutes=1)

    with pytest.raises(ValidationError, match="公開終了日時は、公開日時より後"):
        item.full_clean()


def test_pinned_item_leads_until_its_day_is_over(client, db):
    with time_machine.travel(at("2026-12-01T09:00"), tick=False):
        pinned = factories.make_news_item(title="固定", pinned_until=date(2026, 12, 3))
    with time_machine.travel(at("2026-12-02T09:00"), tick=False):
        newer = factories.make_news_item(title="新しい")

    with time_machine.travel(at("2026-12-03T23:59"), tick=False):
        assert list(client.get(LIST).context["page"]) == [pinned, newer]
    with time_machine.travel(at("2026-12-04T00:01"), tick=False):
        assert list(client.get(LIST).context["page"]) == [newer, pinned]


def test_archive_goes_by_fiscal_year_in_japan(client, db):
    march = factories.make_news_item(title="年度末", publish_at=at("2026-03-31T23:30"))
    april = factories.make_news_item(title="年度初め", publish_at=at("2026-04-01T00:10"))

    page = client.get(LIST, {"year": "2025"})

    assert list(page.context["page"]) == [march]
    assert "令和8年度" in text_of(page)
    assert list(client.get(LIST, {"year": "2026"}).context["page"]) == [april]


def test_category_narrows_and_nonsense_shows_everything(client, db):
    call = factories.make_news_item(category=factories.make_news_category("call"))
    other = factories.make_news_item()

    assert list(client.get(LIST, {"category": "call"}).context["page"]) == [call]
    assert set(client.get(LIST, {"category": "zzz", "year": "x"}).context["page"]) == {call, other}


@pytest.mark.parametrize("items", [1, 3])
def test_list_asks_a_constant_number_of_queries(client, django_assert_num_queries, db, items):
    for _ in range(items):
        factories.make_news_item()

    # Years, categories, count, page.
    with django_assert_num_queries(4):
        page = client.get(LIST).context["page"]

    assert len(page.object_list) == items


def test_text_may_link_into_the_portal_but_runs_nothing(client, db):
    item = factories.make_news_item(
        body="[協定](/agreements/regional/)\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))"
    )

    page = client.get(item.get_absolute_url()).content.decode()

    assert '<a href="/agreements/regional/" rel="noopener">協定</a>' in page
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_pictures_of_the_own_files_are_shown_and_others_only_described(client, db):
    item = factories.make_news_item()
    picture = factories.attach_to_news(
        item, title="会場", name="会場.png", content=factories.make_png()
    )
    other = factories.attach_to_news(
        factories.make_news_item(), name="他.png", content=factories.make_png()
    )
    item.body = f"{picture.markdown}\n\n![よその画像]({other.get_absolute_url()})"
    item.save()

    page = client.get(item.get_absolute_url()).content.decode()

    assert f'<img src="{picture.get_absolute_url()}" alt="会場">' in page
    assert other.get_absolute_url() not in page
    assert "よその画像" in page


def test_files_that_the_text_does_not_show_are_offered_below(client, db):
    item = factories.make_news_item()
    shown = factories.attach_to_news(item, name="a.png", content=factories.make_png())
    listed = factories.attach_to_news(item, title="募集要項")
    item.body = shown.markdown
    item.save()

    response = client.get(item.get_absolute_url())

    assert response.context["item"].attachments == [listed]
    assert "募集要項（PDF、15\xa0バイト）" in response.content.decode()


def test_picture_opens_in_the_browser_and_a_document_is_saved(client, db):
    item = factories.make_news_item()
    picture = factories.attach_to_news(item, name="a.png", content=factories.make_png())
    document = factories.attach_to_news(item)

    answers = [client.get(file.get_absolute_url()) for file in (picture, document)]
    for answer in answers:
        b"".join(answer.streaming_content)

    kinds = [answer.headers["Content-Disposition"].partition(";")[0] for answer in answers]
    assert kinds == ["inline", "attachment"]
    assert {answer.headers["Content-Security-Policy"] for answer in answers} == {
        "sandbox; default-src 'none'"
    }
    assert (
        client.get(
            picture.get_absolute_url(), headers={"if-none-match": answers[0].headers["ETag"]}
        ).status_code
        == 304
    )


def test_feed_is_atom_with_addresses_of_the_portal(client, db):
    with time_machine.travel(at("2026-12-01T09:00"), tick=False):
        item = factories.make_news_item(title="お知らせ & 案内", summary="1 < 2 です。")
        content = client.get(FEED, headers={"host": "portal.example.jp"}).content

    feed = feedparser.parse(content)

    assert (feed.version, feed.bozo) == ("atom10", False)
    entry = feed.entries[0]
    assert (html.unescape(entry.title), entry.summary) == ("お知らせ & 案内", "1 &lt; 2 です。")
    assert entry.link == f"https://portal.example.jp{item.get_absolute_url()}"
    assert entry.published == "2026-12-01T09:00:00+09:00"
    assert feed.feed.links[1].href == f"https://portal.example.jp{FEED}"


def test_feed_never_repeats_the_host_of_a_request(client, db, settings):
    settings.ALLOWED_HOSTS = ["*"]
    factories.make_news_item()

    assert b"evil.example" not in client.get(FEED, headers={"host": "evil.example"}).content


@pytest.mark.parametrize("path", [LIST, FEED, "item"])
def test_pages_are_equal_for_all_visitors_and_cacheable(client, client_factory, db, path):
    item = factories.make_news_item()
    address = item.get_absolute_url() if path == "item" else path

    first = client.get(address)
    again = client_factory().get(address)
    kept = client.get(address, headers={"if-none-match": first.headers["ETag"]})

    assert first.content == again.content
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert not first.cookies
    assert kept.status_code == 304


def test_long_text_has_a_short_summary(db):
    item = factories.make_news_item(body="## 見出し\n\n" + "あ" * 500)

    assert item.shown_summary.startswith("見出し ああ")
    assert len(item.shown_summary) == 121


def test_addresses_stay(db):
    assert reverse("news:news_list") == LIST
    assert reverse("news:news_feed") == FEED
    assert reverse("news:news_item", args=[7]) == "/news/7/"
