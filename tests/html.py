"""Pages as a reader sees them."""

import re


def text_of(response):
    """Visible text, with white space folded."""
    html = re.sub(r"<script.*?</script>", " ", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
