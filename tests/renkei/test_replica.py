"""Who reads the replica, who the primary, and what happens when the replica is away or behind.

Here both are one database over two connections; drills/replica.py has a real standby.
"""

import logging
import threading
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from django import db
from django.apps import apps
from django.db import connection, connections, router
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import SiteText
from news.models import NewsItem
from renkei import databases, replica
from tests import factories
from tests.test_access import PATTERNS, arguments_for

# Public as well, but they write, lock, ask a limit, belong to one person, or ask no database.
ON_THE_PRIMARY = {
    *("contact", "robots", "security_txt", "healthz", "readyz", "mail_stop"),
    *("members:address_confirm", "members:invitation", "members:register"),
    *("members:register_sent", "members:ask_managers", "members:ask_managers_sent"),
    *("members:application", "members:application_verify", "members:application_correct"),
    *("members:application_withdraw", "news:enter", "news:entry", "news:entry_cancel"),
    *("account_reset_password", "account_reset_password_sent"),
    *("account_reset_password_link", "account_new_password"),
}
ASK_NOTHING = {"api", "api_document", "guide", "open_data", "agreements:open_data"}

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "replica"])


@pytest.fixture(scope="module", autouse=True)
def alias(django_db_setup, tmp_path_factory):
    """Known before a test says which databases it asks."""
    with second_database(f"sqlite:///{tmp_path_factory.mktemp('none')}/none/none.sqlite3"):
        yield


@contextmanager
def second_database(url, **changes):
    before = connections.settings.get(replica.REPLICA)
    place({**connections.settings["default"], **databases.standby(url, limits=""), **changes})
    try:
        yield
    finally:
        place(before)


def place(found):
    """Of this thread; the connection to the one before is closed."""
    if hasattr(connections._connections, replica.REPLICA):
        connections[replica.REPLICA].close()
        del connections[replica.REPLICA]
    connections.settings.pop(replica.REPLICA, None)
    if found:
        connections.settings[replica.REPLICA] = found


def address_of_the_test_database():
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    return "postgres://"


@pytest.fixture
def standby(transactional_db):
    """Read without being asked how old it is: this one is no standby."""
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    same = {name: connection.settings_dict[name] for name in names}
    with second_database(address_of_the_test_database(), **same):
        replica.keep(0, seconds=None)
        yield connections[replica.REPLICA]


@contextmanager
def counted():
    """How many queries went to the replica and to the primary."""
    with (
        CaptureQueriesContext(connections[replica.REPLICA]) as there,
        CaptureQueriesContext(connection) as here,
    ):
        yield lambda: (len(there), len(here))


def test_every_public_page_is_decided():
    public = {
        name for name, one in PATTERNS.items() if getattr(one.callback, "access", "") == "public"
    }

    assert public == replica.PUBLISHED | ON_THE_PRIMARY
    assert replica.PUBLISHED.isdisjoint(ON_THE_PRIMARY)


def test_published_pages_ask_the_replica_alone(standby, client_factory, manager):
    arguments = arguments_for(manager)
    asked = {}

    for name in sorted(replica.PUBLISHED):
        with counted() as numbers:
            address = reverse(name, args=arguments.get(name, []))
            response = client_factory().get(address, {"q": "市"} if name == "search" else {})
            b"".join(response)
            asked[name] = numbers()
        response.close()

    assert {name: here for name, (_, here) in asked.items() if here} == {}
    assert {name for name, (there, _) in asked.items() if not there} == ASK_NOTHING


def test_other_public_pages_ask_the_primary_alone(standby, client_factory, manager):
    arguments = arguments_for(manager)
    there = {}

    for name in sorted(ON_THE_PRIMARY):
        with counted() as numbers:
            client_factory().get(reverse(name, args=arguments.get(name, [])))
        there[name] = numbers()[0]

    assert there == dict.fromkeys(ON_THE_PRIMARY, 0)


def test_head_is_read_from_the_replica(standby, client):
    with counted() as numbers:
        assert client.head("/news/").status_code == 200

    assert numbers()[0] > 0
    assert numbers()[1] == 0


def test_whoever_carries_a_cookie_of_ours_reads_the_primary(standby, client_factory, settings):
    for cookie in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        client = client_factory()
        client.cookies[cookie] = "anything"

        with counted() as numbers:
            assert client.get("/news/").status_code == 200

        assert numbers()[0] == 0
        assert numbers()[1] > 0


def test_whoever_is_logged_in_reads_the_primary(standby, client, secretary):
    client.force_login(secretary)

    with counted() as numbers:
        for address in ("/", "/news/", "/board/", "/members/directory/", "/admin/"):
            assert client.get(address).status_code == 200

    assert numbers()[0] == 0


def test_a_post_reads_the_primary(standby, client):
    with counted() as numbers:
        assert client.post("/news/").status_code == 405
        client.post("/members/register/", {"email": "someone@example.jp"})

    assert numbers()[0] == 0


def test_what_the_replica_does_not_know_is_asked_of_the_primary(standby, client):
    with counted() as numbers:
        assert client.get("/news/999999/").status_code == 404

    assert numbers()[0] > 0
    assert numbers()[1] > 0
    assert router.db_for_read(NewsItem) == replica.PRIMARY


def test_writes_and_locks_go_to_the_primary_while_the_replica_is_read(standby):
    item = factories.make_news_item(title="以前")

    with replica.reading_replica(), counted() as numbers:
        read = NewsItem.objects.get(pk=item.pk)
        assert numbers() == (1, 0)
        read.title = "今"
        read.save(update_fields=["title"])
        NewsItem.objects.filter(pk=item.pk).update(body="今")
        SiteText.objects.get_or_create(slug="terms", body="今", title="今")
        with db.transaction.atomic():
            NewsItem.objects.select_for_update().get(pk=item.pk)
        written = numbers()

    assert written[0] == 1
    assert read._state.db == replica.PRIMARY
    item.refresh_from_db()
    assert (item.title, item.body) == ("今", "今")


def test_the_replica_itself_refuses_to_write(standby):
    item = factories.make_news_item(title="以前")

    with pytest.raises(db.Error):
        NewsItem.objects.using(replica.REPLICA).filter(pk=item.pk).update(title="今")

    item.refresh_from_db()
    assert item.title == "以前"


def test_sessions_and_the_board_are_never_read_from_the_replica(standby):
    with replica.reading_replica():
        there = {
            model._meta.app_label
            for model in apps.get_models()
            if router.db_for_read(model) == replica.REPLICA
        }

    assert there == {"agreements", "members", "news", "renkei"}


def test_nothing_is_migrated_on_the_replica(standby):
    assert not router.allow_migrate(replica.REPLICA, "news")
    assert router.allow_migrate(replica.PRIMARY, "news")


def test_another_thread_reads_the_primary_meanwhile(standby):
    seen = []

    with replica.reading_replica():
        other = threading.Thread(target=lambda: seen.append(router.db_for_read(NewsItem)))
        other.start()
        other.join()
        seen.append(router.db_for_read(NewsItem))

    assert seen == [replica.PRIMARY, replica.REPLICA]


def test_a_replica_too_far_behind_is_not_read(standby, client):
    for behind, is_read in ((0, True), (60, True), (61, False), (3600, False), (-1, False)):
        replica.keep(behind, seconds=None)

        with counted() as numbers:
            assert client.get("/news/").status_code == 200
            ready = client.get("/readyz")

        assert (numbers()[0] > 0) == is_read
        assert (ready.status_code, ready.json()["replica_seconds"]) == (200, behind)


def test_a_replica_that_is_away_costs_nobody_a_page(client, caplog):
    factories.make_news_item(title="届いたお知らせ")

    with caplog.at_level(logging.WARNING, logger="renkei.replica"):
        pages = [client.get("/news/") for _ in range(3)]
        ready = client.get("/readyz")

    assert all("届いたお知らせ" in page.content.decode() for page in pages)
    assert (ready.status_code, ready.json()["replica_seconds"]) == (200, -1)
    assert caplog.messages == ["the replica does not answer: public pages read the primary"]


def test_a_replica_that_is_lost_between_two_looks_costs_nobody_a_page(client, caplog):
    factories.make_news_item(title="届いたお知らせ")
    replica.keep(0, seconds=None)

    page = client.get("/news/")

    assert "届いたお知らせ" in page.content.decode()
    assert caplog.messages[0] == "the replica failed a page (OperationalError)"
    assert client.get("/readyz").json()["replica_seconds"] == -1


def test_while_the_primary_is_away_an_old_replica_answers_the_public(standby, client, viewer):
    def away(*asked):
        raise db.OperationalError

    factories.make_news_item(title="届いたお知らせ")
    replica.keep(3600, seconds=None)

    with connection.execute_wrapper(away):
        page = client.get("/news/")
        with pytest.raises(db.OperationalError):
            client.get("/news/999999/")
        with pytest.raises(db.OperationalError):
            client.get("/contact/")
        client.cookies["__Host-sessionid"] = "anything"
        with pytest.raises(db.OperationalError):
            client.get("/news/")

    assert "届いたお知らせ" in page.content.decode()


def test_each_change_is_told_once(caplog):
    with caplog.at_level(logging.INFO, logger="renkei.replica"):
        for before, now in pairwise((None, 0, 0, 75.5, 80, 3, -1)):
            replica._tell(before, now)

    assert caplog.messages == [
        "the replica is read",
        "the replica is 75 s behind: public pages read the primary",
        "the replica is read",
        "the replica does not answer: public pages read the primary",
    ]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no standbys")
def test_a_database_that_is_no_standby_is_not_read(standby):
    """One that was promoted goes its own way from then on."""
    replica.forget()

    assert replica.age() == -1


def test_settings_of_a_standby_forbid_writing_and_waiting():
    found = databases.standby("postgres://reader@standby.example.jp/renkei", limits="-c x=1")

    assert "default_transaction_read_only=on" in found["OPTIONS"]["options"]
    assert "-c x=1" in found["OPTIONS"]["options"]
    assert found["OPTIONS"]["connect_timeout"] == 2
    assert found["TEST"] == {"MIRROR": "default"}
    assert Path(databases.standby("sqlite:////a/b", limits="")["NAME"]) == Path("/a/b")
