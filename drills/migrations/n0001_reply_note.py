"""A new column that old code does not fill."""

from pathlib import Path

from django.db import migrations, models

from board import migrations as released

LAST = max(path.stem for path in Path(released.__path__[0]).glob("[0-9]*.py"))


class Migration(migrations.Migration):
    dependencies = [("board", LAST)]

    operations = [
        migrations.AddField("reply", "note", models.CharField(max_length=40, null=True)),
    ]
