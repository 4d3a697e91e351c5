"""Commands of manage.py in one process, which is told one a line: to start Django takes longer than most of them."""

import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renkei.settings")
    django.setup()
    for line in sys.stdin:
        call_command(*line.split(), stdout=sys.stderr)
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
