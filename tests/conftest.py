"""The cast and the stage: who the tests log in as, and the settings they play under."""

import time

import hypothesis
import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client, override_settings

from members.models import Organization, User
from renkei import site_notices
from tests import factories
from tests.copies import use_copy

# How long one example takes depends on what else the machine is doing.
hypothesis.settings.register_profile("renkei", deadline=None)
hypothesis.settings.load_profile("renkei")

MEMBERS = {
    "ward": (Organization.Kind.WARD, User.Role.MANAGER),
    "manager": (Organization.Kind.MUNICIPALITY, User.Role.MANAGER),
    "contributor": (Organization.Kind.MUNICIPALITY, User.Role.CONTRIBUTOR),
    "viewer": (Organization.Kind.MUNICIPALITY, User.Role.VIEWER),
}


def pytest_collection_modifyitems(items):
    """All others fail as soon as they ask a database: pytest-django sees to that."""
    for item in items:
        if item.get_closest_marker("django_db") or "db" in item.fixturenames:
            item.add_marker("database")


@pytest.fixture(scope="session", autouse=True)
def stage(tmp_path_factory):
    """Fast hashes, plain static files, and uploads in a folder that goes away."""
    storages = {
        "default": {
            "BACKEND": "lib.storage.PrivateStorage",
            "OPTIONS": {"location": tmp_path_factory.mktemp("files")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(STORAGES=storages, PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture(scope="session")
def django_db_setup(request, worker_id, tmp_path_factory, django_db_blocker):
    """pytest-django's own, or a copy of what another worker has made."""
    if worker_id == "master":
        request.getfixturevalue("django_db_setup")
        yield
        return
    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        use_copy(worker_id, tmp_path_factory.getbasetemp().parent)
    yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(name, verbosity=0)


@pytest.fixture(scope="module")
def rows_for_module(django_db_setup, django_db_blocker):
    """Asked for by fixtures of this scope: what they write is there for every test of the module,
    each of which is rolled back to it. For modules without real transactions, and rows that no
    test changes in memory.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def empty_index_of_words(request, django_db_blocker):
    """Flushing after a test with real transactions knows the models, not SQLite's table of words."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker and marker.kwargs.get("transaction") and connection.vendor == "sqlite":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO board_search (board_search) VALUES ('delete-all')")


@pytest.fixture(autouse=True)
def nothing_kept():
    """No markup of the test before; no notices of the site, so that no page asks for them."""
    caches["process"].clear()
    site_notices.keep([], seconds=None)


class HttpsClient(Client):
    """https, as production speaks it; http would only see the redirect."""

    def generic(self, *args, **kwargs):
        return super().generic(*args, **{**kwargs, "secure": True})

    def force_login(self, user, backend=None, *, methods=("password", "mfa"), again=False):
        """As allauth records it; again: the person has just typed the password once more."""
        super().force_login(user, backend)
        session = self.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": method, "at": time.time(), "reauthenticated": again} for method in methods
        ]
        session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
        session.save()


@pytest.fixture
def client():
    return HttpsClient()


@pytest.fixture
def client_factory():
    return HttpsClient


@pytest.fixture
def other_client():
    """The same person's second browser."""
    return HttpsClient()


@pytest.fixture
def secretary(db):
    return factories.make_secretary()


@pytest.fixture
def manager(db):
    return factories.make_member(*MEMBERS["manager"])


@pytest.fixture
def contributor(db):
    return factories.make_member(*MEMBERS["contributor"])


@pytest.fixture
def viewer(db):
    return factories.make_member(*MEMBERS["viewer"])


@pytest.fixture
def ward(db):
    return factories.make_member(*MEMBERS["ward"])


@pytest.fixture
def master(db):
    """The real local governments, without the import's checks (tested on their own)."""
    factories.load_master()


@pytest.fixture
def registers(master):
    """Both registers with the real data, as `make run` loads them."""
    factories.load_registers()


@pytest.fixture(scope="module")
def master_of_module(rows_for_module):
    factories.load_master()


@pytest.fixture(scope="module")
def registers_of_module(master_of_module):
    factories.load_registers()
