"""Rows that repeat, within a page (lib/rows.py)."""

from typing import Any

from django import template
from django.template import engines
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def rows(name: str, **context: Any) -> SafeString:
    """A file of templates/rows/ with just these names."""
    # Escaped by its environment, as Django's templates are.
    return mark_safe(engines["jinja2"].get_template(name).render(context))  # noqa: S308
