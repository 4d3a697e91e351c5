"""Members read and write while the tables change."""

import threading
import time
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from board.models import Category, Reply
from lib.batches import in_batches
from lib.indexes import AddIndexConcurrently
from renkei.migrating import migrate, without_a_queue
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

postgresql_only = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite locks the whole file"
)


def rename_and_back():
    """Needs the table for itself, if only for a moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE board_category RENAME COLUMN name TO title")
        cursor.execute("ALTER TABLE board_category RENAME COLUMN title TO name")


@contextmanager
def held(look):
    """Another session's transaction that has looked, and stays open until the block ends or release() is called."""
    looked, release = threading.Event(), threading.Event()

    def run():
        with transaction.atomic():
            look()
            looked.set()
            release.wait(30)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    looked.wait(30)
    try:
        yield release.set
    finally:
        release.set()
        thread.join()


def limit_of_session():
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]


def test_portal_that_is_up_to_date_stays_as_it_is():
    before = set(MigrationRecorder(connection).applied_migrations())

    migrate()

    assert set(MigrationRecorder(connection).applied_migrations()) == before


@postgresql_only
def test_readers_do_not_queue_behind_a_change_that_waits():
    slowest, done = [], threading.Event()

    def change():
        try:
            without_a_queue(rename_and_back, lock_timeout="300ms", pause=0.1)
            done.set()
        finally:
            connection.close()

    with held(Category.objects.count) as release:
        changing = threading.Thread(target=change)
        changing.start()
        end = time.monotonic() + 4
        while time.monotonic() < end:
            began = time.monotonic()
            Category.objects.count()
            slowest.append(time.monotonic() - began)
        waited = not done.is_set()
        release()
        changing.join()

    assert waited
    assert done.is_set()
    assert max(slowest) < 2


@postgresql_only
def test_change_gives_up_after_the_last_try_and_leaves_no_limit():
    with held(Category.objects.count), pytest.raises(OperationalError, match="lock timeout"):
        without_a_queue(rename_and_back, lock_timeout="50ms", tries=3, pause=0)

    assert limit_of_session() == "0"


@postgresql_only
def test_other_trouble_is_not_tried_again():
    tries = []

    def too_slow():
        tries.append(1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 10")
            cursor.execute("SELECT pg_sleep(1)")

    with pytest.raises(OperationalError, match="statement timeout"):
        without_a_queue(too_slow, pause=0)

    assert len(tries) == 1


class TestIndexOfATableInUse:
    @pytest.fixture
    def index(self):
        return next(index for index in Reply._meta.indexes if index.name == "replies_by_time")

    @pytest.fixture
    def add(self, index):
        """The operation, after it was taken back."""
        state = MigrationLoader(connection).project_state()
        operation = AddIndexConcurrently("reply", index)
        with connection.schema_editor(atomic=False) as editor:
            operation.database_backwards("board", editor, state, state)

        def forwards():
            with connection.schema_editor(atomic=False) as editor:
                operation.database_forwards("board", editor, state, state)

        return forwards

    def columns(self, index):
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, "board_reply")
        return found.get(index.name, {}).get("columns")

    def test_is_made_and_taken_back_on_every_database(self, add, index):
        assert self.columns(index) is None

        add()

        assert self.columns(index) == ["created_at", "topic_id", "id"]

    @postgresql_only
    def test_what_a_broken_try_has_left_is_replaced(self, add, index):
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX replies_by_time ON board_reply (id)")

        add()

        assert self.columns(index) == ["created_at", "topic_id", "id"]

    @postgresql_only
    def test_waits_for_a_writer_while_others_write(self, add, index):
        topic = factories.make_topic()
        factories.make_reply(topic)

        def add_soon():
            try:
                without_a_queue(add, lock_timeout="50ms", tries=1)
            finally:
                connection.close()

        with held(lambda: factories.make_reply(topic)):
            adding = threading.Thread(target=add_soon)
            adding.start()
            time.sleep(0.5)
            assert adding.is_alive()
            assert Reply.objects.update(body="その間に直した") == 1
        adding.join()

        assert self.columns(index) == ["created_at", "topic_id", "id"]


class TestBatches:
    @pytest.fixture
    def replies(self):
        topic = factories.make_topic()
        for number in range(5):
            factories.make_reply(topic, body=f"{number}")
        return Reply.objects.exclude(body="済")

    def test_each_row_is_changed_once_in_the_order_of_keys(self, replies):
        handed = []

        done = in_batches(
            replies, lambda some: handed.append(list(some.values_list("body", flat=True))), size=2
        )

        assert done == 5
        assert [sorted(batch) for batch in handed] == [["0", "1"], ["2", "3"], ["4"]]

    def test_what_was_broken_off_goes_on_where_it_ended(self, replies):
        handed = []

        def change(some):
            some.update(body="済")
            handed.append(some)
            if len(handed) == 2:
                raise OperationalError

        with pytest.raises(OperationalError):
            in_batches(replies, change, size=2)
        assert Reply.objects.filter(body="済").count() == 2

        assert in_batches(replies, change, size=2) == 3
        assert Reply.objects.exclude(body="済").count() == 0

    def test_nothing_to_do_is_no_batch(self, replies):
        assert in_batches(Reply.objects.none(), pytest.fail) == 0
