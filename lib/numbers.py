"""Whole numbers that come in addresses and forms."""


def whole_number(text: str, *, digits: int = 18) -> int | None:
    """Of ASCII digits alone, no more than a key of the database has; None for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= digits):
        return None
    return int(text)
