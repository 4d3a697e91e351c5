"""Times of day as people type them; lib/wareki.py writes them and reads the dates."""

import re
from datetime import time

from lib.text import fold

MAX_CHARACTERS = 40
ACCEPTED = "時刻は「午後5時」「17時30分」「17:00」「正午」のように入力してください。"
TWELVE = "「{}12時」は昼にも夜にも読めます。「正午」「12時30分」「24時」のように入力してください。"

_COMPACT = re.compile(r"([0-9]{2})([0-9]{2})")
_TIME = re.compile(
    r"(?P<next>翌日)?(?P<half>午前|午後)?(?P<hour>[0-9]{1,2})"
    r"(?::(?P<minutes>[0-9]{2})|時(?:(?P<written>[0-9]{1,2})分|(?P<thirty>半))?)(?:まで|迄)?"
)
_NOON = re.compile(r"正午(?:まで|迄)?")


def parse_time(text: str) -> tuple[time, int]:
    """A time and the days to add: 24時 and 翌日午前0時 are midnight at the end of the day.

    Raises ValueError with a Japanese message for the person who typed.
    """
    # Before any other work: normalisation may make a character eighteen times as long.
    if len(text) > MAX_CHARACTERS:
        raise ValueError(ACCEPTED)
    typed = "".join(fold(text).split())
    if _NOON.fullmatch(typed):
        return time(12), 0
    match = _TIME.fullmatch(_COMPACT.sub(r"\1:\2", typed) if _COMPACT.fullmatch(typed) else typed)
    if match is None:
        raise ValueError(ACCEPTED)
    minute = 30 if match["thirty"] else int(match["minutes"] or match["written"] or 0)
    hour = _hour(match["half"], int(match["hour"]))
    if (hour, minute) == ((0, 0) if match["next"] else (24, 0)):
        return time(0), 1
    if hour > 23 or minute > 59 or match["next"]:
        raise ValueError(f"「{typed}」という時刻はありません。{ACCEPTED}")
    return time(hour, minute), 0


def _hour(half: str | None, hour: int) -> int:
    """Of 24; 午前12時 was noon by law (明治5年太政官布告第337号), but is midnight to many."""
    if half and hour == 12:
        raise ValueError(TWELVE.format(half))
    if half and hour > 12:
        raise ValueError(f"「{half}{hour}時」という時刻はありません。{ACCEPTED}")
    return hour + 12 if half == "午後" else hour
