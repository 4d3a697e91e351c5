"""A member whose town was merged, and the one into which."""

import pytest

from tests import factories
from tests.renkei.merging.bodies import MERGER, make_member


@pytest.fixture
def new_city(db):
    return factories.make_local_government(name="新市", kana="しんし")


@pytest.fixture
def old(new_city):
    """A member whose town was merged into 新市."""
    town = factories.make_local_government(
        name="旧町", kana="きゅうまち", abolished_on=MERGER, successor=new_city
    )
    return make_member("旧町", kana="きゅうまち", local_government=town)


@pytest.fixture
def into(new_city):
    return make_member("新市", kana="しんし", local_government=new_city)
