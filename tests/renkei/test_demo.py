"""Demo members: only where DEMO=1, never twice, never counted."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from board.models import Reply, Topic
from members.access import is_secretariat
from members.models import LocalGovernment, Organization, User
from members.staff import Desk
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seeded(rows_for_module):
    factories.load_master()
    with override_settings(DEMO=True):
        for command in ("load_wards", "load_themes", "load_categories", "load_news", "seed_demo"):
            call_command(command, stdout=StringIO())


@pytest.fixture
def demo(seeded, settings):
    settings.DEMO = True


def test_demo_accounts_are_refused_in_production():
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")

    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("login", "role", "body"),
    [
        ("jimukyoku", "manager", "特別区長会事務局"),
        ("kanri", "manager", "特別区長会事務局"),
        ("henshu", "contributor", "特別区長会事務局"),
        ("etsuran", "viewer", "特別区長会事務局"),
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
    assert is_secretariat(user) == (body == "特別区長会事務局")


def test_each_role_of_the_secretariat_can_be_tried(demo):
    roles = {
        user.username: [group.name for group in user.groups.all()]
        for user in User.objects.filter(is_staff=True)
    }

    assert roles == {
        "jimukyoku": [],
        "kanri": [Desk.ALL],
        "henshu": [Desk.EDITOR],
        "etsuran": [Desk.VIEWER],
    }


def test_demo_bodies_are_fictional_and_counted_nowhere(demo):
    bodies = Organization.objects.filter(is_demo=True)

    assert bodies.count() == 4
    assert not LocalGovernment.objects.filter(name__in=bodies.values("name")).exists()
    assert Organization.objects.registered().count() == 0


def test_demo_news_is_shown_and_is_no_open_data(client, demo):
    assert "【見本】" in client.get("/news/").content.decode()
    assert len(client.get("/events/").context["page"].object_list) == 2
    for table in ("publications", "events"):
        assert "見本" not in client.get(f"/{table}.json").content.decode()


def test_seeding_again_adds_nothing(demo):
    before = User.objects.count(), Organization.objects.count()
    out = StringIO()

    call_command("seed_demo", stdout=out)

    assert (User.objects.count(), Organization.objects.count()) == before
    assert out.getvalue() == "demo accounts: 0 new, topics: 0 new\n"
    assert Topic.objects.filter(themes__name="観光振興").exists()


def test_large_demonstration_is_as_if_it_had_been_posted(demo):
    numbers = {"organizations": 12, "topics": 40, "replies": 300}
    for _ in range(2):
        call_command("seed_demo", **numbers, stdout=StringIO())

    assert Organization.objects.filter(is_demo=True).count() == 12
    assert Topic.objects.count() == 40
    assert 200 < Reply.objects.count() < 400
    for topic in Topic.objects.all():
        seqs = list(topic.replies.order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, topic.last_seq + 1))
        assert topic.reply_count == topic.newest_seq == topic.last_seq
    assert not Topic.objects.filter(active_at__gt=timezone.now()).exists()
    out = StringIO()
    call_command("check_search", stdout=out)
    assert out.getvalue() == "The index agrees with the posts.\n"


def test_progress_of_a_large_demonstration_is_shown_on_a_terminal(demo, monkeypatch):
    out = StringIO()
    monkeypatch.setattr(out, "isatty", lambda: True)

    call_command("seed_demo", organizations=5, topics=20, replies=20, stdout=out)

    assert "5 of 5 organizations" in out.getvalue()
    assert "topics\n" in out.getvalue()
