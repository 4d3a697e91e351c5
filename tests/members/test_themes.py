"""関心のあるテーマ: from the application to the page that everybody reads."""

from io import StringIO

import pytest
from django.core.management import call_command

from members import registration
from members.models import Application, Theme
from tests import factories
from tests.html import text_of
from tests.members.registering import REGISTER, send, typed


def load():
    out = StringIO()
    call_command("load_themes", stdout=out)
    return out.getvalue()


@pytest.fixture
def town(db):
    return factories.make_local_government(name="見本町", kana="みほんまち", prefecture="10")


def test_first_themes_are_loaded_once_and_what_was_edited_stays(db):
    assert load() == "themes: 12 new\n"
    Theme.objects.filter(name="防災").update(name="防災・減災")
    Theme.objects.filter(name="教育").delete()

    assert load() == "themes: 0 new\n"
    assert Theme.objects.count() == 11
    assert Theme.objects.filter(name="防災・減災").exists()


def test_chosen_themes_and_wishes_go_from_the_form_to_the_public_page(client, town, secretary):
    load()
    chosen = Theme.objects.filter(name__in=["防災", "観光振興"])
    themes = [theme.pk for theme in chosen]

    assert "移住・関係人口" in text_of(client.get(REGISTER))
    confirmation = text_of(client.post(REGISTER, typed(themes=themes)))
    send(client, themes=themes)

    application = Application.objects.get()
    registration.verify(application)
    registration.approve(application, by=secretary)
    assert "東京23区等に対し、新たな連携・交流事業を提案したい" in confirmation
    for page in (confirmation, text_of(client.get(town.get_absolute_url()))):
        assert ("防災" in page, "観光振興" in page, "移住" in page) == (True, True, False)


def test_theme_that_was_taken_out_meanwhile_is_told_and_nothing_is_lost(client, town):
    theme = Theme.objects.create(name="防災")
    theme.delete()

    answer = client.post(REGISTER, typed(themes=["1"]))

    assert list(answer.context["form"].errors) == ["themes"]
    assert answer.context["form"]["purpose"].value() == "連携事業を提案したい"
