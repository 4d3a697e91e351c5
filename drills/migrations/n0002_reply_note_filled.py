"""Every row is written; what is posted meanwhile stays empty, as old code leaves it."""

from django.db import migrations
from django.db.models.functions import Left

from lib.batches import in_batches


def fill(apps, schema_editor):
    rows = apps.get_model("board", "Reply").objects.filter(note=None)
    in_batches(rows, lambda some: some.update(note=Left("body", 40)))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("board", "n0001_reply_note")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
