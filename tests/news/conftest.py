import pytest


@pytest.fixture
def proposer(contributor):
    """Whose section has a mailbox that decisions are told to."""
    contributor.seat.mailbox = "kanko@town.example.jp"
    contributor.seat.save()
    return contributor
