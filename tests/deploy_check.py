"""Django's deployment checks under the settings of production; every warning fails."""

import os

from tests import environment  # noqa: F401 - sets the variables that settings.py reads

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "renkei.settings"

    import django
    from django.core.management import call_command

    django.setup()
    call_command("check", "--deploy", "--fail-level", "WARNING")
