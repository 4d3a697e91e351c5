"""The tests that show that nothing was written rest on this."""

import pytest
from django.db import connection

from board.models import Topic
from members.staff import Desk
from tests import factories
from tests.tables import FILLED_BY_COPY, changed, everything, written_tables

pytestmark = pytest.mark.django_db


def test_what_changed_is_found_in_the_tables_that_were_written_to():
    topic, person = factories.make_topic(), factories.make_staff(Desk.VIEWER)
    before = everything()

    with written_tables() as tables:
        Topic.objects.update(title="後")
        person.groups.clear()
        factories.make_reply(topic)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE members_organization SET name = name || '区'")
            cursor.execute("DELETE FROM board_readmark")

    found = changed(before, everything(tables))
    assert found == changed(before, everything())
    assert {"board.Topic", "board.Reply", "members.User_groups"} < found.keys()
    assert "board_readmark" in tables


def test_table_that_was_only_read_is_not_read_again():
    before = everything()

    with written_tables() as tables:
        list(Topic.objects.select_for_update())
        everything()

    assert tables == {FILLED_BY_COPY}
    assert changed(before, everything(tables)) == {}
