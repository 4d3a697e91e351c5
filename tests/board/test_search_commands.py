"""check_search sees every difference, rebuild_search ends them all."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from board.models import Reply, SearchEntry, Topic
from board.search import index
from board.search.finding import Search
from lib.queries import Query
from tests import factories


def run(name):
    out = io.StringIO()
    call_command(name, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def found(text):
    keys = Search(Query.parse(text), SearchEntry.objects.all()).newest(100)
    return sorted(SearchEntry.objects.filter(pk__in=keys).values_list("topic", "seq"))


@pytest.fixture
def topic(db):
    details = {"wanted": "海のない区", "field": "防災"}
    made = factories.make_topic(title="防災訓練", body="本文", details=details)
    factories.make_reply(made, body="参加します")
    return made


def test_index_that_agrees_is_left_alone(topic):
    keys = list(SearchEntry.objects.values_list("pk", flat=True))

    assert run("check_search") == "The index agrees with the posts."
    assert run("rebuild_search") == "search entries: 0 written"
    assert list(SearchEntry.objects.values_list("pk", flat=True)) == keys


def lose_all(topic):
    index.remove(SearchEntry.objects.all())


def lose_one(topic):
    index.remove(SearchEntry.objects.filter(seq=1))


def change_text(topic):
    Topic.objects.update(title="避難訓練")


def change_reply(topic):
    Reply.objects.update(body="欠席します")


def change_body(topic):
    Reply.objects.update(organization=factories.make_organization())


def move(topic):
    Topic.objects.update(category=factories.make_category("policy"))


def publish_later(topic):
    Topic.objects.update(publish_at="2027-01-01T00:00:00Z")


def invent(topic):
    made = index.entry_of(topic)
    made.seq = 7
    index.add([made])


@pytest.mark.parametrize(
    "harm",
    [lose_all, lose_one, change_text, change_reply, change_body, move, publish_later, invent],
)
def test_every_difference_is_reported_and_ended(topic, harm):
    harm(topic)
    with pytest.raises(CommandError, match="run rebuild_search"):
        run("check_search")

    assert "0 written" not in run("rebuild_search") or harm is invent

    assert run("check_search") == "The index agrees with the posts."
    assert run("rebuild_search") == "search entries: 0 written"
    assert found(Topic.objects.get().title) == [(topic.pk, 0)]
    assert found(Reply.objects.get().body) == [(topic.pk, 1)]


def test_tokens_that_were_lost_are_written_again(topic):
    statement = {
        "sqlite": "INSERT INTO board_search (board_search) VALUES ('delete-all')",
        "postgresql": "UPDATE board_searchentry SET tokens = ''",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert found("防災訓練") == []
    with pytest.raises(CommandError):
        run("check_search")

    run("rebuild_search")

    assert run("check_search") == "The index agrees with the posts."
    assert found("防災訓練") == [(topic.pk, 0)]


def test_report_names_the_post(topic):
    lose_one(topic)
    out = io.StringIO()

    with pytest.raises(CommandError):
        call_command("check_search", stdout=out)

    assert out.getvalue() == f"entries differ: topic {topic.pk} post 1\n"


def test_progress_is_shown_on_a_terminal_only(topic, monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: True)

    call_command("rebuild_search", stdout=out)

    assert "1 of 1 topics" in out.getvalue()
