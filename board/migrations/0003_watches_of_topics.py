import django.db.models.deletion
from django.db import migrations, models


def forget_watched_categories(apps, schema_editor):
    """How often a section hears of a category is one of its mail settings now."""
    apps.get_model("board", "Watch").objects.filter(topic=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("board", "0002_answers"),
    ]

    operations = [
        migrations.RunPython(forget_watched_categories, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name="watch", name="watch_is_of_a_topic_or_a_category"
        ),
        migrations.RemoveConstraint(model_name="watch", name="one_watch_per_topic"),
        migrations.RemoveConstraint(model_name="watch", name="one_watch_per_category"),
        migrations.RemoveField(model_name="watch", name="category"),
        migrations.AlterField(
            model_name="watch",
            name="topic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="watches",
                to="board.topic",
                verbose_name="投稿",
            ),
        ),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.UniqueConstraint(
                fields=("seat", "topic"), name="one_watch_per_seat_and_topic"
            ),
        ),
    ]
