"""The portal's settings for fault injection: one person may post ten thousand times."""

from renkei.settings import *  # noqa: F403 - all of them, but for the limits below
from renkei.settings import ACCOUNT_RATE_LIMITS as USUAL_LIMITS

ACCOUNT_RATE_LIMITS = USUAL_LIMITS | {"post": ""}
