"""What stands in all tables, to show that nothing has changed."""

from django.apps import apps

# Reading is recorded: who saw it last, in which session, how often a file was saved.
OF_READING = {
    *("sessions.Session", "usersessions.UserSession"),
    *("board.ReadMark", "board.CategoryMark", "members.NotificationRead"),
}
COLUMNS_OF_READING = {"members.User": {"last_seen_at", "last_login"}, "news.Edition": {"downloads"}}


def everything():
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values(*_columns(model)))
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label not in OF_READING and model._meta.managed
    }


def changed(before, after):
    """Labels of the models of which rows came, went or changed, with the rows."""
    return {
        label: [row for row in rows if row not in before[label]] or "rows went"
        for label, rows in after.items()
        if rows != before[label]
    }


def _columns(model):
    unread = COLUMNS_OF_READING.get(model._meta.label, set())
    return [field.attname for field in model._meta.concrete_fields if field.name not in unread]
