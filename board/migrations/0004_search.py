import django.db.models.deletion
from django.db import migrations, models

# The model knows nothing of these: see board/search/postgresql.py and sqlite.py.
# fastupdate=on would let a reply wait for the entries of many others (190 ms at a million).
CREATE = {
    "postgresql": [
        "ALTER TABLE board_searchentry ADD COLUMN tokens tsvector NOT NULL DEFAULT ''",
        "CREATE INDEX board_searchentry_tokens ON board_searchentry"
        " USING gin (tokens) WITH (fastupdate = off)",
    ],
    "sqlite": [
        "CREATE VIRTUAL TABLE board_search"
        " USING fts5(text, title, marks, content='', tokenize='ascii')",
    ],
}
DROP = {"postgresql": [], "sqlite": ["DROP TABLE board_search"]}


def _run(statements):
    def run(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [
        ("board", "0003_watches_of_topics"),
    ]

    operations = [
        migrations.RemoveField(model_name="attachment", name="folded"),
        migrations.RemoveField(model_name="reply", name="folded"),
        migrations.RemoveField(model_name="topic", name="folded"),
        migrations.AddIndex(
            model_name="topic",
            index=models.Index(fields=["-publish_at", "-id"], name="board_topic_publish_431f4f_idx"),
        ),
        migrations.AddIndex(
            model_name="topic",
            index=models.Index(
                condition=models.Q(("pinned_until__isnull", False)),
                fields=["pinned_until"],
                name="pinned_topics",
            ),
        ),
        migrations.AddIndex(
            model_name="topic",
            index=models.Index(
                condition=models.Q(
                    models.Q(("status", "open"), models.Q(("asks", "nothing"), _negated=True)),
                    ("requires_acknowledgement", True),
                    _connector="OR",
                ),
                fields=["deadline"],
                name="asking_topics",
            ),
        ),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(
                condition=models.Q(("hidden_at__isnull", False)),
                fields=["topic", "seq"],
                name="hidden_replies",
            ),
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("seq", models.PositiveIntegerField()),
                ("has_files", models.BooleanField(default=False)),
                ("title", models.TextField(blank=True)),
                ("folded", models.TextField()),
                (
                    "category",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="search_entries",
                        to="board.category",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="search_entries",
                        to="members.organization",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_entries",
                        to="board.topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "検索用の索引",
                "verbose_name_plural": "検索用の索引",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("topic", "seq"), name="one_search_entry_per_post"
                    )
                ],
            },
        ),
        migrations.RunPython(_run(CREATE), _run(DROP), elidable=False),
    ]
