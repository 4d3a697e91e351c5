"""A rule for new rows at once; the next migration looks at the old ones without holding up anybody."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("board", "n0003_reply_note_index")]

    operations = [
        AddConstraintNotValid(
            "reply",
            models.CheckConstraint(condition=Q(note=None) | ~Q(note=""), name="drill_note"),
        ),
    ]
