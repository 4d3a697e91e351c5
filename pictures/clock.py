"""The day of the pictures: always the same, so that dates on them do not change."""

from datetime import datetime
from zoneinfo import ZoneInfo

# A Tuesday of a week without holidays.
MORNING = datetime(2026, 12, 1, 9, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
