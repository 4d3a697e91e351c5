"""Fields of a new post as people fill them in: every kind, deadlines, audiences."""

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from board import kinds
from board.forms.fields import BodiesField
from board.models import Category, Topic
from members.models import User
from tests import factories
from tests.board.test_topic_new import refused, send
from tests.html import text_of


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-25 10:00+09:00", tick=False):
        yield


@pytest.mark.parametrize("kind", Category.Kind.values)
def test_every_kind_asks_stores_and_shows_its_fields(client, writer, kind):
    if kind == "notice":
        User.objects.filter(pk=writer.pk).update(is_staff=True)
    lines = {
        line.name: "https://www.city.example.jp/" if line.is_link else f"入力{line.name}"
        for line in kinds.lines_of(kind)
    }

    send(client, kind, deadline="R8.12.25" if kind == "call" else "", **lines)

    topic = Topic.objects.get()
    assert topic.details == lines
    page = text_of(client.get(topic.get_absolute_url()))
    assert all(value in page for value in lines.values())
    assert topic.asks == kinds.ASKS.get(kind, "nothing")


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("2026-12-25 15:30", "2026-12-25 15:30", "令和8年12月25日（金）午後3時30分"),
        ("R8.12.25 正午", "2026-12-25 12:00", "令和8年12月25日（金）正午"),
    ],
)
def test_deadline_is_typed_as_people_write_it(client, writer, typed, stored, shown):
    send(client, "call", deadline=typed)

    topic = Topic.objects.get()
    assert timezone.localtime(topic.deadline).strftime("%Y-%m-%d %H:%M") == stored
    assert shown in text_of(client.get(topic.get_absolute_url()))
    # The edit form shows what it can read again.
    assert not client.get(reverse("board:topic_edit", args=[topic.pk])).context["form"].errors


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("R8.13.1", "締切：令和8年13月1日はありません。"),
        ("R8.12.25 27時", "締切：「27時」という時刻はありません。"),
        ("9999-12-31", "締切：1873年"),
    ],
)
def test_deadline_that_cannot_be_is_explained(client, writer, typed, message):
    assert message in refused(send(client, "call", deadline=typed))


@pytest.mark.parametrize("audience", ["prefectures", "chosen"])
def test_audience_without_anybody_is_refused(client, writer, audience):
    assert "公開する" in refused(send(client, audience=audience))


def test_title_is_one_line(client, writer):
    send(client, title="件名\r\nBcc: v@evil.example")

    assert Topic.objects.get().title == "件名 Bcc: v@evil.example"


def test_deadline_without_a_time_is_five_in_the_afternoon_in_japan(client, writer):
    send(client, "call", deadline="令和8年12月25日")

    assert Topic.objects.get().deadline.isoformat() == "2026-12-25T08:00:00+00:00"


def test_midnight_is_shown_as_the_end_of_its_day_and_edited_as_24(client, writer):
    send(client, "call", deadline="R8.12.25 24時")

    topic = Topic.objects.get()
    page = client.get(topic.get_absolute_url())
    edit = client.get(f"{topic.get_absolute_url()}edit/")
    assert "令和8年12月25日（金）の翌日午前0時" in text_of(page)
    assert 'value="令和8年12月25日 24時"' in edit.content.decode()


@pytest.mark.parametrize("typed", ["R8.11.25 10時", "R8.11.25 9時59分", "R8.11.24"])
def test_deadline_that_is_over_is_refused(client, writer, typed):
    assert "締切は、今より後にしてください。" in refused(send(client, "call", deadline=typed))


@pytest.mark.parametrize("day", ["R8.12.26", "R8.12.29", "R9.1.1", "R9.1.11"])
def test_deadline_on_a_day_off_warns_in_the_preview_and_is_posted(client, writer, day):
    preview = send(client, "call", deadline=day, press="preview")
    assert "役所の休みの日です" in refused(preview)

    answer = send(client, "call", deadline=day)

    assert "役所の休みの日です。" in text_of(client.get(answer.url))


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("R8.12.25 24時", None),
        ("R8.12.27 24時", "令和8年12月27日（日）"),
        ("R8.12.28 0時", "27日（日）"),
    ],
)
def test_midnight_is_warned_of_as_the_day_that_it_ends(client, writer, typed, day):
    page = text_of(client.get(send(client, "call", deadline=typed).url))

    assert ("役所の休みの日です。" in page) == bool(day)
    assert day is None or f"{day}は、役所の休みの日です。" in page


def test_period_that_ends_before_it_starts_is_refused(client, writer):
    page = refused(send(client, "proposal", starts_on="R9.2.3", ends_on="R9.2.1"))

    assert "終了日は、開始日以後にしてください。" in page


def test_prefectures_are_the_audience(client, writer, client_factory):
    send(client, audience="prefectures", prefectures=["20", "47"])

    topic, seen = Topic.objects.get(), {}
    for prefecture in ("20", "47", "13"):
        body = factories.make_organization(prefecture=prefecture)
        reader = client_factory()
        reader.force_login(factories.make_user(seat=factories.make_seat(organization=body)))
        seen[prefecture] = reader.get(topic.get_absolute_url()).status_code
    assert seen == {"20": 200, "47": 200, "13": 404}
    assert "長野県、沖縄県の会員" in text_of(client.get(topic.get_absolute_url()))


def test_bodies_are_found_by_name_kana_and_code(client, writer):
    by_code = factories.make_local_government(prefecture="20", name="見本村")
    bodies = [
        factories.make_organization(name="甲市", kana="こうし"),
        factories.make_organization(name="乙市", kana="おつし"),
        factories.make_organization(name="見本村", prefecture="20", local_government=by_code),
    ]

    send(client, audience="chosen", organizations=f"群馬県甲市\r\nオツシ\r\n\r\n{by_code.code}")

    rows = Topic.objects.get().audience_rows.values_list("organization", flat=True)
    assert set(rows) == {body.pk for body in bodies}


@pytest.mark.parametrize("lines", [1, 3])
def test_all_lines_of_bodies_are_looked_up_by_one_query(db, django_assert_num_queries, lines):
    bodies = [factories.make_organization(name=f"第{n}村") for n in range(3)]
    typed = "\n".join(body.name for body in bodies[:lines])

    with django_assert_num_queries(1):
        found = BodiesField().clean(typed)

    assert found == bodies[:lines]


def test_unknown_and_ambiguous_lines_are_named_and_the_text_is_kept(client, writer):
    for prefecture in ("13", "34"):
        factories.make_organization(name="府中市", prefecture=prefecture)
    factories.make_organization(name="甲市", kana="こうし", status="suspended")

    response = send(client, audience="chosen", organizations="府中市\nない市\n甲市")

    page = refused(response)
    assert "「府中市」は2団体あります" in page
    assert "東京都府中市、広島県府中市" in page
    assert all(f"「{name}」という会員団体はありません。" in page for name in ("ない市", "甲市"))
    assert "府中市\nない市\n甲市</textarea>" in response.content.decode()


def test_bodies_typed_for_another_audience_are_not_stored(client, writer):
    factories.make_organization(name="甲市")

    send(client, audience="wards", organizations="甲市", prefectures=["20"])

    assert not Topic.objects.get().audience_rows.exists()
