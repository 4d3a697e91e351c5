"""Rows that repeat, drawn by Jinja2: Django's templates take longer for twenty of them than a list for all of its queries.

Pages are Django's templates; `{% rows "topics.jinja" topics=topics %}` (lib/templatetags/rows.py) puts
the rows in. Their files are in templates/rows/. A name that is missing there is an error, not an
empty place.
"""

from typing import Any

from django.template.defaultfilters import filesizeformat
from jinja2 import Environment, StrictUndefined

from lib.addresses import address
from lib.templatetags.wareki import deadline, wareki, wareki_time


def environment(**options: Any) -> Environment:
    """For TEMPLATES: escapes by itself, as Django does."""
    made = Environment(**{**options, "undefined": StrictUndefined, "trim_blocks": True})  # noqa: S701 - options say autoescape
    made.filters.update(
        wareki=wareki, wareki_time=wareki_time, deadline=deadline, filesizeformat=filesizeformat
    )
    made.globals["url"] = address
    return made
