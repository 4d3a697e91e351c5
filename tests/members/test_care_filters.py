"""Bodies that somebody should telephone: without a manager, without a reachable person, silent."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import MailAddress, Organization, User
from tests import factories
from tests.html import text_of

LIST = "/admin/members/organization/"
Role = User.Role


def make_body(name, **fields):
    """One that needs nothing: a manager with an address who was here today."""
    mailbox = fields.pop("mailbox", "")
    seat = factories.make_seat(organization=factories.make_organization(name=name), mailbox=mailbox)
    values = {"role": Role.MANAGER, "last_seen_at": timezone.now(), **fields}
    factories.make_user(seat=seat, **values)
    return seat.organization


@pytest.fixture
def bodies(db):
    long_ago = timezone.now() - timedelta(days=91)
    make_body("無事市")
    make_body("長不在市", role=Role.CONTRIBUTOR)
    make_body("停止市", is_active=False)
    make_body("静市", last_seen_at=long_ago)
    make_body("来ない市", last_seen_at=None)
    make_body("宛先なし市", email=None)
    make_body("共用市", email=None, mailbox="shared@city.example.jp")
    dead = make_body("不達市", email="dead@city.example.jp")
    MailAddress.objects.create(address="dead@city.example.jp", bounced_at=timezone.now())
    factories.make_organization(name="空市")
    factories.make_organization(name="退会市", status="withdrawn")
    return dead


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("no_manager", {"長不在市", "停止市", "空市"}),
        ("no_person", {"停止市", "空市", "宛先なし市", "不達市"}),
        ("silent", {"停止市", "空市", "静市", "来ない市"}),
    ],
)
def test_list_shows_just_these_and_the_filter_counts_them(
    client, secretary, bodies, name, expected
):
    client.force_login(secretary)

    page = client.get(LIST, {"care": name})

    assert {body.name for body in page.context["cl"].result_list} == expected
    labels = {
        "no_manager": "管理担当者がいない",
        "no_person": "連絡できる利用者がいない",
        "silent": "90日以上だれも利用していない",
    }
    assert f"{labels[name]}（{len(expected)}）" in text_of(page)


def test_query_count_does_not_grow_with_the_bodies(client, secretary):
    client.force_login(secretary)
    make_body("一市", role=Role.VIEWER)
    client.get(LIST, {"care": "no_manager"})
    with CaptureQueriesContext(connection) as one:
        client.get(LIST, {"care": "no_manager"})
    for name in ("二市", "三市"):
        make_body(name, role=Role.VIEWER)

    with CaptureQueriesContext(connection) as three:
        client.get(LIST, {"care": "no_manager"})

    assert len(one) == len(three)
    assert Organization.objects.without_manager().count() == 3
