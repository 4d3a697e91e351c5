"""Every list and form of the admin: constant queries, no full counts, no long selects, Japanese."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from django import forms
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Matter
from board.models import Answer, Category, Reply
from lib.admin import CappedPaginator
from members.models import Delivery, LocalGovernment, Notice, Organization, SiteText, Theme
from news.models import NewsCategory, Series
from tests import factories
from tests.renkei.admin_rows import MAKE

MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label != "auth"),
    key=lambda model: model._meta.label,
)
# A select holds all of them: only of what is few.
# Events: those of the project that take entries and are to come.
FEW = {"auth.permission", "auth.group", "members.sitetext", "news.event"} | {
    model._meta.label_lower for model in (Category, NewsCategory, Series, Theme, Matter)
}
ENGLISH = re.compile(r"[A-Za-z]{2,}")
# Names and abbreviations that are said so in Japanese, and what is no word: addresses, examples.
SAID_SO = {
    *("URL", "CSV", "PDF", "Excel", "ID", "FAX", "SAMPLE", "NEWS", "ON", "OFF", "JPEG", "PNG"),
    *(
        "Control",
        "Command",
        "Mac",
        "QR",
        "IP",
        "xlsx",
        "Enter",
        "PR",
        "WebP",
        "GIF",
        "UTF",
        "MB",
        "YouTube",
        "TEL",
    ),
}
NO_WORDS = re.compile(
    r"(?:分類|種類) [\w-]+|md5|[0-9a-f*]{8,}|https?://\S*|[\w.+-]+@[\w.-]+|[\w.-]+\.(?:jp|xlsx|csv|pdf)\b|R8\.|/[\w/-]+/|[a-z0-9]+(?:-[a-z0-9]+)+"
)


@pytest.fixture
def admin_client(client, secretary):
    client.force_login(secretary)
    return client


def address_of(model, page, *arguments):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def list_queries(client, model, query=""):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address_of(model, "changelist") + query)
    assert response.status_code == 200
    return [query["sql"] for query in queries]


def test_every_list_has_a_row_here():
    assert set(MAKE) == set(MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_queries_of_a_list_do_not_grow_with_its_rows(admin_client, model):
    MAKE[model](1)
    list_queries(admin_client, model)
    one = list_queries(admin_client, model)
    MAKE[model](2)
    MAKE[model](3)

    three = list_queries(admin_client, model)

    assert len(one) == len(three), three


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_list_counts_no_whole_table(admin_client, model):
    MAKE[model](1)

    queries = list_queries(admin_client, model, "?q=見本") + list_queries(admin_client, model)

    table = model._meta.db_table
    counts = [sql for sql in queries if "COUNT(" in sql and f'FROM "{table}"' in sql]
    assert [sql for sql in counts if "LIMIT" not in sql and "GROUP BY" not in sql] == []


def test_help_is_given_for_fields_that_there_are():
    forms_of = [form for page in admin.site._registry.values() for form in (page, *page.inlines)]

    unknown = {
        (str(form.model), name)
        for form in forms_of
        for name in getattr(form, "help_texts", ())
        if name not in {field.name for field in form.model._meta.get_fields()}
    }

    assert unknown == set()


def test_help_for_the_secretariat_is_not_said_to_members(admin_client, other_client, manager):
    body = manager.seat.organization
    other_client.force_login(manager)

    desk = admin_client.get(address_of(Organization, "change", body.pk)).content.decode()
    own = other_client.get(reverse("members:organization_edit")).content.decode()

    assert "団体の管理担当者も書き換えられます" not in own
    assert "団体の管理担当者も書き換えられます" in desk
    assert "部署で共有するアドレスにします" in desk


YEAR_OF_THE_WEST = re.compile(r"(?:19|20)\d\d年")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_days_of_lists_and_forms_are_in_japanese_years(admin_client, model):
    MAKE[model](1)
    row = model._default_manager.first()

    pages = [admin_client.get(address_of(model, "changelist"))]
    if admin.site._registry[model].has_change_permission(pages[0].wsgi_request):
        pages.append(admin_client.get(address_of(model, "change", row.pk)))

    for page in pages:
        assert YEAR_OF_THE_WEST.findall(page.content.decode()) == []


def test_list_and_record_say_a_moment_as_the_portal_does(admin_client):
    MAKE[Delivery](1)
    mail = Delivery.objects.get()
    Delivery.objects.update(created_at=datetime(2026, 3, 12, 4, 30, tzinfo=UTC))

    for page in (("changelist",), ("change", mail.pk)):
        html = admin_client.get(address_of(Delivery, *page)).content.decode()
        moment = '<time datetime="2026-03-12T13:30:00+09:00">令和8年3月12日（木）午後1時30分</time>'
        assert moment in html


def test_capped_list_says_so_and_its_last_page_is_shown(admin_client, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "MOST", 2)
    for number in range(3):
        MAKE[Delivery](number)

    page = admin_client.get(address_of(Delivery, "changelist"))

    assert "2件以上あります。" in page.content.decode()
    assert page.context["cl"].result_count == 2


@pytest.mark.parametrize(
    "model", [Answer, Delivery, Notice, Reply], ids=lambda model: model._meta.label
)
def test_long_list_is_read_in_the_order_of_its_key(admin_client, model):
    table = model._meta.db_table

    queries = list_queries(admin_client, model)

    rows = [sql for sql in queries if f'FROM "{table}"' in sql and "ORDER BY" in sql]
    assert rows
    assert all(f'ORDER BY "{table}"."id" DESC' in sql for sql in rows)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_form_holds_a_select_of_a_large_table(admin_client, rf, secretary, model):
    request = rf.get("/")
    request.user = secretary
    page = admin.site._registry[model]
    if not page.has_add_permission(request):
        return
    forms_of_page = [page.get_form(request), *inline_forms(page, request)]

    large = {
        name: field.queryset.model._meta.label_lower
        for form in forms_of_page
        for name, field in form.base_fields.items()
        if isinstance(field, forms.ModelChoiceField) and is_select(field.widget)
        if field.queryset.model._meta.label_lower not in FEW
        if not isinstance(field, forms.models.InlineForeignKeyField)
        if field.queryset.model is not model
    }

    assert large == {}


def inline_forms(page, request):
    return [inline.get_formset(request).form for inline in page.get_inline_instances(request)]


def is_select(widget):
    inner = getattr(widget, "widget", widget)
    is_searched = hasattr(inner, "get_url")
    return isinstance(inner, forms.Select) and not is_searched


class Words(HTMLParser):
    """What a page says: its text and what is read aloud, but no rows of data and nothing typed."""

    SKIPPED = ("script", "style", "tbody", "textarea", "title")
    SAID = ("alt", "title", "placeholder", "aria-label")

    def __init__(self):
        super().__init__()
        self.depth, self.said = 0, []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.depth += tag in self.SKIPPED
        names = self.SAID
        if tag == "input" and found.get("type") in ("submit", "button"):
            names = (*names, "value")
        if not self.depth:
            self.said += [found[name] for name in names if found.get(name)]

    def handle_endtag(self, tag):
        self.depth -= tag in self.SKIPPED

    def handle_data(self, data):
        if not self.depth:
            self.said.append(data)


def english_in(response, row=None):
    """What the row itself is called is not counted."""
    words = Words()
    words.feed(response.content.decode())
    text = "\n".join(words.said).replace(str(row), " ")
    found = ENGLISH.findall(NO_WORDS.sub(" ", text))
    return sorted({word for word in found if word not in SAID_SO})


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_list_and_forms_speak_japanese(admin_client, model):
    row = MAKE[model](1)
    pages = [
        admin_client.get(address_of(model, "changelist")),
        admin_client.get(address_of(model, "changelist"), {"q": "見本"}),
        admin_client.get(address_of(model, "add")),
        admin_client.get(address_of(model, "change", row.pk)),
        admin_client.get(address_of(model, "delete", row.pk)),
        admin_client.get(address_of(model, "history", row.pk)),
    ]

    english = {
        page.request["PATH_INFO"]: words
        for page in pages
        if page.status_code == 200 and (words := english_in(page, row))
    }

    assert english == {}


def test_word_of_another_language_is_noticed():
    class Page:
        content = b'<label>Colour</label> <input type="submit" value="Save"> <p>CSV</p>'

    assert english_in(Page) == ["Colour", "Save"]


def test_body_is_found_by_its_code_of_any_width(admin_client):
    body = factories.make_local_government(kind=LocalGovernment.Kind.CITY)
    organization = factories.make_organization(local_government=body, name="見本市")
    factories.make_organization(name="別の市")
    wide = body.code[:5].translate({ord("0") + digit: chr(0xFF10 + digit) for digit in range(10)})

    page = admin_client.get("/admin/members/organization/", {"q": wide})

    assert list(page.context["cl"].result_list) == [organization]


def test_versions_of_texts_are_few_enough_for_a_select():
    assert len(SiteText.Slug) < 60
