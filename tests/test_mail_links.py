"""Gateways and readers distrust a bare address: what it leads to is said above it."""

import re

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").glob("*/mail/*.txt"))
LINK = re.compile(r"^\{\{ (?:site_url|link|url) \}\}")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_address_in_a_mail_follows_a_sentence(path):
    text = re.sub(r"\{% if .*?\{% endif %\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    lines = [line for line in text.splitlines() if line]

    bare = [above for above, line in zip(lines, lines[1:], strict=False) if LINK.match(line)]

    assert [above for above in bare if not above.endswith(("。", "）"))] == []
