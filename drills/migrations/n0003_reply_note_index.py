"""An index of all rows, made beside writers."""

from django.db import migrations, models

from lib.indexes import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("board", "n0002_reply_note_filled")]

    operations = [
        AddIndexConcurrently("reply", models.Index(fields=["note", "id"], name="drill_by_note")),
    ]
