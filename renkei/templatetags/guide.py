"""Pictures of the guides."""

from functools import cache
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from PIL import Image

register = template.Library()


@register.inclusion_tag("guide/_picture.html")
def picture(name: str, alt: str) -> dict[str, Any]:
    """One that `make pictures` took, with its size, so that the text does not jump when it comes."""
    file = f"guide/{name}.webp"
    width, height = _size(file)
    return {"file": file, "alt": alt, "width": width, "height": height}


@cache
def _size(file: str) -> tuple[int, int]:
    """From the file's head. An unknown name raises FileNotFoundError: a mistake in a template."""
    path = finders.find(file)
    if not isinstance(path, str):
        raise FileNotFoundError(file)
    with Image.open(path) as image:
        return image.size
