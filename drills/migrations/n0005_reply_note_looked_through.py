from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("board", "n0004_reply_note_not_blank")]

    operations = [ValidateConstraint("reply", "drill_note")]
