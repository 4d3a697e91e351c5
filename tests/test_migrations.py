"""What is migrated beside running old code lets it go on: additive, and without long locks.

A column leaves in two releases. The first makes it optional for the database (null or db_default) and takes it
out of the state (SeparateDatabaseAndState); the second, whose old code knows it no longer, drops it by RunSQL.
"""

from pathlib import Path

import pytest
from django.contrib.postgres import operations as postgresql
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from tests.test_architecture import MAY_IMPORT

RELEASED = Path(__file__).parent / "released_migrations.txt"
BIG = {
    *("board.reply", "board.searchentry", "board.readmark"),
    *("members.delivery", "members.auditentry"),
}
TAKES_AWAY = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
LOCKS = (migrations.AddIndex, migrations.AddConstraint)
CONCURRENT = (postgresql.AddIndexConcurrently, postgresql.AddConstraintNotValid)


def released():
    lines = RELEASED.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split()) for line in lines if not line.startswith("#")]


def new_migrations(loader):
    done = {node for leaf in released() for node in loader.graph.forwards_plan(leaf)}
    return [
        loader.disk_migrations[node]
        for node in loader.disk_migrations
        if node[0] in MAY_IMPORT and node not in done
    ]


def refused(migration, before):
    """Why old code on `before` could not go on, a line each; tables that it does not know do not matter."""
    found = []
    for operation in flat(migration.operations):
        model = (migration.app_label, model_of(operation).lower())
        known = before.models[model].fields if model in before.models else None
        if reason := why(operation, ".".join(model), known):
            found.append(f"{migration}: {operation.describe()}: {reason}")
    return found


def model_of(operation):
    """As the released code calls it."""
    names = (getattr(operation, name, "") for name in ("model_name", "old_name", "name"))
    return next(filter(None, names), "")


def flat(operations):
    """Those that change the database."""
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from flat(operation.database_operations)
        else:
            yield operation


def why(operation, label, known):
    if not operation.reversible:
        return "cannot be taken back"
    if known is None:
        return None
    if isinstance(operation, TAKES_AWAY) and not is_of_new_field(operation, known):
        return "old code asks for it"
    if label in BIG and locks(operation):
        return "holds up writers: AddIndexConcurrently, AddConstraintNotValid"
    if isinstance(operation, migrations.AddField) and not is_optional(operation.field):
        return "old code does not fill it: null=True or db_default"
    if isinstance(operation, migrations.AlterField) and operation.name in known:
        return narrower(known[operation.name], operation.field)
    return None


def locks(operation):
    if isinstance(operation, migrations.AddField):
        return operation.field.db_index or operation.field.unique
    return isinstance(operation, LOCKS) and not isinstance(operation, CONCURRENT)


def is_of_new_field(operation, known):
    name = getattr(operation, "old_name", None) or getattr(operation, "name", "")
    return hasattr(operation, "model_name") and name not in known


def is_optional(field):
    return field.many_to_many or field.null or field.has_db_default()


def narrower(old, new):
    if old.null and not new.null:
        return "old code writes NULL"
    if new.unique and not old.unique:
        return "old code writes it twice"
    if old.get_internal_type() != new.get_internal_type():
        return "writes the table anew"
    if (new.max_length or 0) < (old.max_length or 0):
        return "old code writes longer ones"
    return None


@pytest.fixture(scope="module")
def loader():
    return MigrationLoader(None)


@pytest.fixture(scope="module")
def before(loader):
    """What the released code knows."""
    return loader.project_state(released())


def test_release_names_a_migration_of_every_app(loader):
    apps = {app for app, _ in loader.disk_migrations if app in MAY_IMPORT}

    assert {app for app, _ in released()} == apps
    assert set(released()) <= set(loader.disk_migrations)


def test_new_migrations_let_running_code_go_on(loader, before):
    reasons = [line for one in new_migrations(loader) for line in refused(one, before)]

    assert reasons == []


def reasons_of(operation, before, app="board"):
    migration = migrations.Migration("9999_next", app)
    migration.operations = [operation]
    return refused(migration, before)


def forget(apps, schema_editor):
    pass


INDEX = models.Index(fields=["body"], name="by_body")


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("topic", "title"),
        migrations.RenameField("Topic", "title", "heading"),
        migrations.DeleteModel("Watch"),
        migrations.RenameModel("Watch", "Follow"),
        migrations.AlterModelTable("Watch", "follow"),
        migrations.AddField("topic", "colour", models.CharField(default="", max_length=9)),
        migrations.AlterField("topic", "title", models.CharField(max_length=9)),
        migrations.AlterField("topic", "title", models.CharField(max_length=900, unique=True)),
        migrations.AlterField("topic", "title", models.TextField()),
        migrations.AlterField("topic", "deadline", models.DateTimeField()),
        migrations.AddField("reply", "note", models.CharField(null=True, db_index=True)),
        migrations.AddIndex("reply", INDEX),
        migrations.AddConstraint("reply", models.UniqueConstraint(fields=["body"], name="once")),
        migrations.RunPython(forget),
        migrations.RunSQL("DELETE FROM board_watch"),
        migrations.SeparateDatabaseAndState([migrations.RemoveField("topic", "title")]),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_breaks_running_code_or_locks_long_is_refused(before, operation):
    assert len(reasons_of(operation, before)) == 1


@pytest.mark.parametrize(
    "operation",
    [
        migrations.CreateModel("Colour", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("topic", "colour", models.CharField(null=True, max_length=9)),
        migrations.AddField("topic", "colour", models.CharField(db_default="", max_length=9)),
        migrations.AddField("colour", "name", models.CharField(max_length=9)),
        migrations.RemoveField("topic", "colour"),
        migrations.RenameField("topic", "colour", "tint"),
        migrations.AlterField("topic", "title", models.CharField(max_length=900)),
        migrations.AddField("reply", "note", models.CharField(null=True)),
        migrations.AddIndex("category", INDEX),
        postgresql.AddIndexConcurrently("reply", INDEX),
        migrations.RunPython(forget, forget),
        migrations.SeparateDatabaseAndState([], [migrations.RemoveField("topic", "title")]),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_adds_is_allowed(before, operation):
    assert reasons_of(operation, before) == []
