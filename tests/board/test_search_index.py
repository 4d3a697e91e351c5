"""The index says of every post what the post says, after each act and in the same transaction."""

from datetime import datetime

import pytest
from django.db import connection, transaction
from django.utils import timezone

from board import ending, files, moderation, posting
from board.models import SearchEntry, Topic
from board.models.search_entry import key_at
from board.search import index, repair
from board.search.finding import Search
from lib.queries import Query
from lib.text import fold
from renkei import merging
from tests import factories
from tests.racing import at_once


def found(text):
    """Posts that the index and their text have, whoever may see them."""
    keys = Search(Query.parse(text), SearchEntry.objects.all()).newest(100)
    return sorted(SearchEntry.objects.filter(pk__in=keys).values_list("topic", "seq"))


def is_true():
    """What stands in the table is what the posts say."""
    columns = ("topic_id", "seq", "category_id", "organization_id", "has_files", "title", "folded")
    should = index.current(list(Topic.objects.values_list("pk", flat=True)))
    stored = SearchEntry.objects.values_list("id", *columns)
    return sorted(stored) == sorted(
        (entry.pk, *(getattr(entry, name) for name in columns)) for entry in should
    )


def edited(topic, by, **changes):
    for name, value in changes.items():
        setattr(topic, name, value)
    posting.edit(
        topic, posting.Related(), draft=factories.make_draft(by), expected=topic.edits, by=by
    )


@pytest.fixture
def topic(db):
    return factories.make_topic(title="初めの題", body="初めの本文")


def test_edit_of_a_topic_moves_it_from_the_old_words_to_the_new(topic):
    edited(topic, topic.author, body="直した文", summary="")

    assert (found("初めの本文"), found("直した文")) == ([], [(topic.pk, 0)])
    assert is_true()


def test_deadline_at_midnight_is_found_by_the_day_that_it_ends(db):
    midnight = datetime.fromisoformat("2026-12-26T00:00+09:00")
    topic = factories.make_topic(deadline=midnight)

    assert found("令和8年12月25日") == [(topic.pk, 0)]
    assert found("令和8年12月26日") == []


def test_reply_and_its_edit_are_found(topic):
    reply = factories.make_reply(topic, body="最初の返事")
    assert found("最初の返事") == [(topic.pk, 1)]

    posting.edit_reply(reply, "直した返事", expected=0, by=reply.author)

    assert (found("最初の返事"), found("直した返事")) == ([], [(topic.pk, 1)])
    assert is_true()


def test_names_of_files_come_and_go_with_an_edit(topic):
    draft = factories.make_draft(topic.author)
    files.attach(draft, [factories.make_upload("実施要領.txt")])
    posting.edit(topic, posting.Related(), draft=draft, expected=0, by=topic.author)
    assert found("実施要領") == [(topic.pk, 0)]
    assert is_true()

    now = Topic.objects.get(pk=topic.pk)
    related = posting.Related(removed_files=[str(now.attachments.get().pk)])
    posting.edit(
        now, related, draft=factories.make_draft(topic.author), expected=now.edits, by=topic.author
    )

    assert found("実施要領") == []
    assert is_true()


def test_outcome_is_found(topic):
    ending.record_outcome(topic, "matched", note="三団体と実施", by=topic.author)

    assert found("三団体") == [(topic.pk, 0)]
    assert is_true()


def test_move_takes_the_replies_along(topic, secretary):
    factories.make_reply(topic)
    other = factories.make_category("policy")

    moderation.move(topic, other, by=secretary)

    assert set(SearchEntry.objects.values_list("category", flat=True)) == {other.pk}
    in_category = Search(Query(("本文",)), SearchEntry.objects.all(), ((f"c{other.pk}",),))
    assert len(in_category.newest(10)) == 1
    assert is_true()


def test_approval_makes_it_new_on_the_day_it_is_published(secretary):
    category = factories.make_category(needs_approval=True)
    topic = factories.make_topic(category=category)
    Topic.objects.update(publish_at="2026-01-01T00:00:00Z")
    index.write(Topic.objects.get())

    before = timezone.now()
    moderation.approve(topic, expected=topic.edits, by=secretary)

    assert SearchEntry.objects.get().pk >= key_at(before)
    assert is_true()


def test_merger_hands_the_entries_over(topic, secretary):
    into = factories.make_organization(name="合併市")
    factories.make_reply(topic, author=topic.author)

    merging.merge(topic.organization, into, by=secretary)

    assert set(SearchEntry.objects.values_list("organization", flat=True)) == {into.pk}
    assert found("合併市") == [(topic.pk, 0)]
    written = Search(Query(("返信",)), SearchEntry.objects.all(), ((f"o{into.pk}",),))
    assert len(written.newest(10)) == 1
    assert is_true()


def test_hidden_reply_stays_in_the_index_for_the_admin(topic, secretary, client):
    reply = factories.make_reply(topic, body="個人の電話番号")
    moderation.hide(reply, reason="個人情報", by=secretary)
    client.force_login(secretary)

    page = client.get("/admin/board/reply/?q=個人の電話")

    assert list(page.context["cl"].queryset) == [reply]
    assert client.get("/board/search/?q=個人の電話").context["hits"] == []


@pytest.mark.parametrize("model", ["topic", "reply"])
def test_search_of_the_admin_is_that_of_the_index(topic, secretary, client, model):
    factories.make_reply(topic, body="塩竈の返信")
    edited(topic, topic.author, body="塩竈の本文")
    client.force_login(secretary)

    for query, number in (("塩釜", 1), ("存在しない", 0), ("", 1)):
        changes = client.get(f"/admin/board/{model}/", {"q": query}).context["cl"]
        assert changes.queryset.count() == number


def test_nothing_is_written_when_the_act_fails(topic):
    class StopError(Exception):
        pass

    before = rows_of_index()
    try:
        with transaction.atomic():
            factories.make_reply(topic, body="消える返事")
            raise StopError
    except StopError:
        pass

    assert found("消える返事") == []
    assert rows_of_index() == before


def rows_of_index():
    """Of the table that only SQLite has beside the entries."""
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM board_search")
        return cursor.fetchone()[0]


def test_two_posts_of_one_moment_have_two_keys(topic):
    entry = index.entry_of(topic)
    entry.topic = factories.make_topic()
    SearchEntry.objects.filter(topic=entry.topic).delete()

    index.add([entry])

    assert entry.pk == SearchEntry.objects.get(topic=topic).pk + 1
    assert len(found(fold("初めの題"))) == 2


@pytest.mark.django_db(transaction=True)
def test_acts_of_one_moment_and_a_rebuild_leave_the_index_true(secretary):
    topic = factories.make_topic(title="初めの題")
    replies = [factories.make_reply(topic, body=f"{number}番目") for number in range(4)]
    drafts = [factories.make_draft(secretary, kind="reply") for _ in range(4)]
    other = factories.make_category("policy")

    def rebuild():
        return repair.rebuild(lambda done, total: None)

    at_once(
        lambda: moderation.move(topic, other, by=secretary),
        *(lambda d=draft: posting.reply(topic, "同時", draft=d, by=secretary) for draft in drafts),
        *(lambda r=r: posting.edit_reply(r, "改", expected=0, by=secretary) for r in replies),
        *[rebuild] * 3,
    )

    assert len(found("改")) == len(found("同時")) == 4
    assert is_true()
    assert list(repair.check(lambda done, total: None)) == []
