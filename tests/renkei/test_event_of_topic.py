"""イベントとして提案する: from a topic of the own body to a draft, and from there to a proposal."""

from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Draft
from news.models import Event
from tests import factories
from tests.html import text_of


@pytest.fixture
def topic(contributor):
    moment = datetime(2026, 12, 10, tzinfo=timezone.get_current_timezone())
    return factories.make_topic(
        author=contributor,
        category=factories.make_category("call"),
        title="秋の物産展",
        body="テントを用意します。",
        venue="見本広場",
        places=12,
        starts_on=date(2026, 12, 20),
        ends_on=date(2026, 12, 21),
        deadline=moment,
        details={"fee": "無料", "hours": "午後1時から", "contact": "見本課"},
        audience="wards",
    )


def propose(client, topic):
    return client.post(reverse("event_of_topic", args=[topic.pk]))


def test_form_holds_what_the_topic_says_and_sends_nothing(client, contributor, topic):
    client.force_login(contributor)

    form = client.get(propose(client, topic).url).context["form"]

    typed = {name: form[name].value() for name in ("name", "venue", "capacity", "fee", "contact")}
    assert typed == {
        "name": "秋の物産展",
        "venue": "見本広場",
        "capacity": "12",
        "fee": "無料",
        "contact": "見本課",
    }
    assert form["starts_on"].value() == "令和8年12月20日"
    assert form["apply_until"].value() == "令和8年12月9日 24時"
    assert form["organizer"].value() == contributor.seat.organization.full_name
    assert not Event.objects.exists()


def test_draft_is_sent_as_it_stands(client, contributor, topic):
    client.force_login(contributor)
    page = client.get(propose(client, topic).url)
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields}

    client.post(page.request["PATH_INFO"], {**data, "form_key": page.context["form_key"]})

    event = Event.objects.get()
    assert (event.starts_on, event.ends_on) == (date(2026, 12, 20), date(2026, 12, 21))
    assert event.apply_until == topic.deadline
    assert event.is_waiting_for_decision
    assert not Draft.objects.open().exists()


def test_only_the_own_body_proposes_and_only_who_writes(client, topic, ward, viewer, secretary):
    foreign = factories.make_member("municipality", "contributor")

    found = []
    for person in (ward, viewer, secretary, foreign):
        client.force_login(person)
        found.append(propose(client, topic).status_code)

    assert found == [403, 403, 403, 404]
    assert not Draft.objects.open().exists()


def test_button_stands_on_own_topics_with_a_day(client, contributor, topic):
    undated = factories.make_topic(author=contributor)
    client.force_login(contributor)

    pages = [text_of(client.get(row.get_absolute_url())) for row in (topic, undated)]

    assert ["イベントとして提案する" in page for page in pages] == [True, False]
