"""What stands in all tables, to show that nothing has changed."""

import re
from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import connection

# Reading is recorded: who saw it last, in which session, how often a file was saved.
OF_READING = {
    *("sessions.Session", "usersessions.UserSession"),
    *("board.ReadMark", "board.CategoryMark", "members.NotificationRead"),
}
COLUMNS_OF_READING = {"members.User": {"last_seen_at", "last_login"}, "news.Edition": {"downloads"}}
# By COPY, which passes no wrapper.
FILLED_BY_COPY = "board_searchentry"
_WRITTEN = re.compile(r'\b(?:INTO|UPDATE|FROM)\s+"?(\w+)')


def everything(tables=None):
    """By label of the model. As the database gives them: some tests ask a thousand times.

    `tables`: of these alone, as `written_tables` has noted them.
    """
    with connection.cursor() as cursor:
        return {
            label: cursor.execute(sql).fetchall()
            for label, (table, sql, _) in _questions().items()
            if tables is None or table in tables
        }


@contextmanager
def written_tables():
    """What is named by the statements that write; a database without triggers changes no other table."""
    tables = {FILLED_BY_COPY}

    def note(execute, sql, *arguments):
        if not sql.startswith("SELECT"):
            tables.update(_WRITTEN.findall(sql))
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        yield tables


def changed(before, after):
    """Labels of the models of which rows came, went or changed since, with the rows."""
    return {
        label: _new(label, rows, before[label]) or "rows went"
        for label, rows in after.items()
        if rows != before[label]
    }


def _new(label, rows, old_rows):
    *_, columns = _questions()[label]
    return [dict(zip(columns, row, strict=True)) for row in rows if row not in old_rows]


@cache
def _questions():
    """The table of a model, the SQL for all its rows, and the columns of an answer."""
    return {
        model._meta.label: (
            model._meta.db_table,
            str(model._base_manager.order_by("pk").values(*columns).query),
            columns,
        )
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label not in OF_READING
        and model._meta.managed
        and (columns := _columns(model))
    }


def _columns(model):
    unread = COLUMNS_OF_READING.get(model._meta.label, set())
    return [field.attname for field in model._meta.concrete_fields if field.name not in unread]
