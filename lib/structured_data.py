"""JSON-LD (https://schema.org) as a data block: the policy lets it pass because it is never run."""

import json
from typing import Any

# In a <script> nothing may look like its end (as django.utils.html.json_script does).
_HARMLESS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


def write(described: dict[str, Any]) -> str:
    """Safe inside a <script>; what is empty is left out."""
    filled = {key: value for key, value in described.items() if value}
    return json.dumps(filled, ensure_ascii=False).translate(_HARMLESS)
