"""The day of a merger, and bodies that it concerns."""

from datetime import date

from tests import factories

MERGER = date(2026, 4, 1)


def make_member(name, *, local_government=None, **fields):
    return factories.make_organization(name=name, local_government=local_government, **fields)
