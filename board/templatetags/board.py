"""What templates of the board say."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html

from board.kinds import format_deadline

register = template.Library()


@register.filter
def deadline(moment: datetime | None) -> str:
    """<time>令和8年12月25日（金）午後5時</time>; midnight as 翌日午前0時."""
    if not moment:
        return ""
    iso = timezone.localtime(moment).isoformat(timespec="seconds")
    return format_html('<time datetime="{}">{}</time>', iso, format_deadline(moment))
