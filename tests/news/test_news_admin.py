"""お知らせ in the secretariat's admin."""

from datetime import timedelta

import pytest
from django.utils import timezone

from news.models import NewsFile, NewsItem
from tests import factories
from tests.html import text_of

CHANGELIST = "/admin/news/newsitem/"


@pytest.fixture
def admin(client, secretary):
    client.force_login(secretary)
    client.get("/contact/")
    return client


def typed(**fields):
    return {
        "category": factories.make_news_category().pk,
        "title": "新しいお知らせ",
        "summary": "",
        "body": "**本文**です。",
        "publish_at": "令和8年12月1日 午前9時",
        "expires_at": "",
        "pinned_until": "",
        "files-TOTAL_FORMS": 0,
        "files-INITIAL_FORMS": 0,
        **fields,
    }


def test_secretary_publishes_for_an_hour_typed_in_japanese(admin):
    response = admin.post(f"{CHANGELIST}add/", typed(expires_at="R8.12.10 17:00"))

    item = NewsItem.objects.get()
    assert response.status_code == 302
    assert not item.is_draft
    assert (item.publish_at.isoformat(), item.expires_at.isoformat()) == (
        "2026-12-01T00:00:00+00:00",
        "2026-12-10T08:00:00+00:00",
    )


def test_preview_shows_the_page_and_saves_nothing(admin):
    item = factories.make_news_item(title="前の表題")

    new = admin.post(f"{CHANGELIST}add/preview/", typed(title="試し"))
    old = admin.post(f"{CHANGELIST}{item.pk}/change/preview/", typed(title="直した表題"))

    assert "<strong>本文</strong>です。" in new.content.decode()
    assert "表示の確認です。まだ保存していません。" in text_of(old)
    assert "直した表題" in text_of(old)
    item.refresh_from_db()
    assert (item.title, NewsItem.objects.count()) == ("前の表題", 1)


def test_preview_of_a_wrong_form_says_what_is_wrong(admin):
    response = admin.post(f"{CHANGELIST}add/preview/", typed(title=""))

    assert "表題：" in text_of(response)


def test_preview_is_a_post_of_somebody_who_may_write(client, manager, admin, secretary):
    assert admin.get(f"{CHANGELIST}add/preview/").status_code == 405

    secretary.is_superuser = False
    secretary.save()

    assert admin.post(f"{CHANGELIST}add/preview/", typed()).status_code == 403


def test_file_is_uploaded_and_tells_how_to_show_it(admin):
    item = factories.make_news_item()
    upload = factories.make_upload("写真.png", factories.make_png())

    admin.post(
        f"{CHANGELIST}{item.pk}/change/",
        typed(**{"files-TOTAL_FORMS": 1, "files-0-title": "会場[表]", "files-0-file": upload}),
    )

    file = NewsFile.objects.get()
    assert (file.title, file.name, file.content_type) == ("会場［表］", "写真.png", "image/png")
    assert file.markdown in admin.get(f"{CHANGELIST}{item.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("![]({own})", "説明（代替テキスト）を"),
        ("![写真](https://evil.example/a.png)", "登録したものではありません"),
        ("![写真]({other})", "登録したものではありません"),
    ],
)
def test_picture_needs_a_description_and_must_be_an_own_file(admin, body, error):
    item = factories.make_news_item()
    addresses = {
        name: factories.attach_to_news(
            owner, name="a.png", content=factories.make_png()
        ).get_absolute_url()
        for name, owner in {"own": item, "other": factories.make_news_item()}.items()
    }

    response = admin.post(
        f"{CHANGELIST}{item.pk}/change/",
        typed(body=body.format(**addresses), **inline_of(item)),
    )

    assert error in str(response.context["adminform"].form.errors["body"])


def inline_of(item):
    rows = {}
    for number, file in enumerate(item.files.all()):
        rows |= {f"files-{number}-id": file.pk, f"files-{number}-title": file.title}
        rows[f"files-{number}-news_item"] = item.pk
    return {**rows, "files-TOTAL_FORMS": len(rows) // 3, "files-INITIAL_FORMS": len(rows) // 3}


def test_page_leads_to_no_stored_file(admin):
    """Stored names are secret and have no address; the public one stands beside."""
    item = factories.make_news_item()
    file = factories.attach_to_news(item)

    page = admin.get(f"{CHANGELIST}{item.pk}/change/").content.decode()

    assert str(file.pk) in page
    assert file.file.name not in page


@pytest.mark.parametrize("name", ["x.svg", "x.exe", "x.docm"])
def test_dangerous_file_is_refused_at_its_row(admin, name):
    item = factories.make_news_item()
    upload = factories.make_upload(name, b"<svg onload=alert(1)>")

    response = admin.post(
        f"{CHANGELIST}{item.pk}/change/",
        typed(**{"files-TOTAL_FORMS": 1, "files-0-title": "x", "files-0-file": upload}),
    )

    assert response.status_code == 200
    assert NewsFile.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_a_constant_number_of_queries(admin, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.make_news_item()

    # Session, person, categories of the filter, count, page.
    with django_assert_num_queries(5):
        admin.get(CHANGELIST)


def test_states_are_named_and_filtered(admin):
    now, day = timezone.now(), timedelta(days=1)
    items = {
        "draft": factories.make_news_item(is_draft=True),
        "published": factories.make_news_item(),
        "scheduled": factories.make_news_item(publish_at=now + day),
        "over": factories.make_news_item(publish_at=now - 2 * day, expires_at=now - day),
    }

    found = {
        state: list(admin.get(CHANGELIST, {"state": state}).context["cl"].queryset)
        for state in items
    }

    assert found == {state: [item] for state, item in items.items()}
    words = [item.state for item in NewsItem.objects.order_by("id")]
    assert words == ["下書き", "公開中", "公開予定", "公開終了"]
