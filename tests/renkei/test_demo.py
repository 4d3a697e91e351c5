"""Demo members: only where DEMO=1, never twice, never counted."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from members.access import is_secretariat
from members.models import LocalGovernment, Organization, User


@pytest.fixture
def demo(master, settings):
    settings.DEMO = True
    call_command("load_wards", stdout=StringIO())
    call_command("load_categories", stdout=StringIO())
    call_command("seed_demo", stdout=StringIO())


def test_demo_accounts_are_refused_in_production(master):
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")

    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("login", "role", "body"),
    [
        ("jimukyoku", "manager", "特別区長会事務局"),
        ("ward", "manager", "見本区"),
        ("city", "manager", "見本市"),
        ("city2", "contributor", "見本市"),
        ("town", "contributor", "見本町"),
        ("viewer", "viewer", "見本町"),
        ("village", "contributor", "見本村"),
    ],
)
def test_demo_accounts_log_in(client, demo, settings, login, role, body):
    response = client.post(
        "/accounts/login/",
        {"login": f"{login}@demo.example.jp", "password": settings.DEMO_PASSWORD},
    )

    user = User.objects.get(username=login)
    assert response.status_code == 302
    assert (user.role, user.seat.organization.name) == (role, body)
    assert is_secretariat(user) == (login == "jimukyoku")


def test_demo_bodies_are_fictional_and_counted_nowhere(demo):
    bodies = Organization.objects.filter(is_demo=True)

    assert bodies.count() == 4
    assert not LocalGovernment.objects.filter(name__in=bodies.values("name")).exists()
    assert Organization.objects.registered().count() == 0


def test_seeding_again_adds_nothing(demo):
    before = User.objects.count(), Organization.objects.count()
    out = StringIO()

    call_command("seed_demo", stdout=out)

    assert (User.objects.count(), Organization.objects.count()) == before
    assert out.getvalue() == "demo accounts: 0 new, topics: 0 new\n"
