from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.models import SiteText
from tests import factories

Slug = SiteText.Slug


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-23 10:00+09:00", tick=False):
        yield


def test_newest_version_in_effect_is_shown(db):
    factories.make_site_text(Slug.TERMS, version=1, effective_from=date(2026, 1, 1))
    second = factories.make_site_text(Slug.TERMS, version=2, effective_from=date(2026, 11, 23))
    factories.make_site_text(Slug.TERMS, version=3, effective_from=date(2026, 11, 24))

    assert SiteText.objects.current(Slug.TERMS) == second


def test_several_texts_are_read_in_one_query(db, django_assert_num_queries):
    factories.make_site_text(Slug.PURPOSE)
    factories.make_site_text(Slug.MEMBERSHIP_FIGURE, version=1)
    figure = factories.make_site_text(Slug.MEMBERSHIP_FIGURE, version=2)

    with django_assert_num_queries(1):
        texts = SiteText.objects.by_slug("membership-figure", "purpose", "terms")

    assert list(texts) == ["membership_figure", "purpose"]
    assert texts["membership_figure"] == figure


def test_version_exists_once(db):
    factories.make_site_text(Slug.TERMS)

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_site_text(Slug.TERMS)


def test_first_versions_are_loaded_once_and_never_overwritten(db):
    call_command("load_site_texts", stdout=StringIO())
    SiteText.objects.filter(slug=Slug.TERMS).update(body="事務局が改めた規約")
    out = StringIO()

    call_command("load_site_texts", stdout=out)

    assert SiteText.objects.count() == len(Slug)
    assert out.getvalue() == "texts: 0 new\n"
    assert SiteText.objects.current(Slug.TERMS).body == "事務局が改めた規約"


def test_figures_and_texts_of_the_source_document(db):
    call_command("load_site_texts", stdout=StringIO())
    texts = SiteText.objects.by_slug("membership-figure", "prospectus", "purpose")

    figure = texts["membership_figure"]
    assert (figure.body, figure.as_of) == ("**390**を超える自治体・団体", date(2026, 3, 12))
    assert texts["purpose"].body == "東京23区が全国各地と連携して進める「日本の元気づくり」"
    assert texts["prospectus"].html.count("<p>") == 5
    assert texts["prospectus"].html.count("<strong>自治体間が対立し財源を奪い合う構図は、") == 1
    assert texts["prospectus"].html.count("憂慮しています。</strong>") == 1


def test_policies_ship_as_drafts_and_contact_data_are_not_invented(db):
    call_command("load_site_texts", stdout=StringIO())

    drafts = SiteText.objects.filter(is_draft=True).values_list("slug", flat=True)
    empty = SiteText.objects.filter(body="").values_list("slug", flat=True)

    assert set(drafts) == {Slug.TERMS, Slug.PRIVACY, Slug.ACCESSIBILITY, Slug.SERVICE_SHEET}
    assert set(empty) == {Slug.CONTACT_ADDRESS, Slug.CONTACT_TELEPHONE, Slug.CONTACT_HOURS}


def test_text_that_pages_show_is_not_deleted_and_a_planned_one_is(client, secretary):
    shown = factories.make_site_text("terms", version=1)
    tomorrow = timezone.localdate() + timedelta(days=1)
    planned = factories.make_site_text("terms", version=2, effective_from=tomorrow)
    client.force_login(secretary)

    answers = [
        client.post(f"/admin/members/sitetext/{text.pk}/delete/", {"post": "yes"}).status_code
        for text in (shown, planned)
    ]

    assert answers == [403, 302]
    assert list(SiteText.objects.all()) == [shown]
