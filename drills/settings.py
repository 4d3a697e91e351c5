"""The settings of a next release, for `prepare` alone: the portal that runs knows nothing of it."""

from faults.settings import *  # noqa: F403 - all of them

MIGRATION_MODULES = {"board": "drills.migrations"}
