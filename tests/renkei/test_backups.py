"""A backup holds everything of one moment, notices damage, and comes back with mail held still."""

import io
import json
import os
import shutil
import subprocess
import tarfile
import threading
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from board.models import Reply
from members.models import Delivery
from renkei import jobs
from renkei.backups import archive, keeping
from renkei.backups.archive import DamagedError
from renkei.models import JobRun, Restoration
from renkei.sender import send_due_mail
from tests import factories, server

# What the restored portal says of itself, in a process of its own.
REPORT = """
import json
from django.contrib.sessions.models import Session
from django.test import Client
from board.models import Attachment, Reply
from members.models import Delivery, User
from renkei.backups import keeping
from renkei.sender import send_due_mail
from tests import factories
user = User.objects.get(username="kikaku")
with Attachment.objects.get().file.open() as file:
    content = file.read().decode()
print(json.dumps({
    "password": user.password,
    "file": content,
    "sessions": Session.objects.count(),
    "sent_before": send_due_mail(),
    "new_row": factories.make_organization().pk > user.seat.organization_id,
    "replies": Reply.objects.count(),
}))
"""
LIVE = """
from renkei.sender import send_due_mail
print(send_due_mail())
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def backups(tmp_path, settings):
    settings.FILES_DIR = tmp_path / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "lib.storage.PrivateStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    return tmp_path / "backups"


@pytest.fixture
def elsewhere(tmp_path):
    """The environment of another portal with an empty database."""
    environment = server.demo_environment(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir()
    if connection.vendor == "sqlite":
        yield environment
        return
    name = f"restored_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield environment | {
        "DATABASE_URL": urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def make_portal():
    user = factories.make_user(username="kikaku")
    topic = factories.make_topic(author=user)
    factories.attach(topic, content="要領の中身".encode())
    Delivery.objects.create(address="a@town.example.jp", key="k", subject="s", body="b")
    return topic


def test_drill(client, backups, elsewhere):
    """Back up while people write, restore elsewhere, look, go live."""
    topic = make_portal()
    client.force_login(topic.author)
    stop = threading.Event()

    def write():
        while not stop.is_set():
            factories.make_reply(topic)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        path = keeping.back_up(backups)
    finally:
        stop.set()
        writer.join()

    said = server.run(elsewhere, "manage.py", "restore", str(path))
    report = json.loads(server.run(elsewhere, "manage.py", "shell", "-v0", "-c", REPORT))
    server.manage(elsewhere, "go_live")
    sent = server.run(elsewhere, "manage.py", "shell", "-v0", "-c", LIVE)

    held = keeping.look_through(path)["rows"]["board_reply"]
    assert "missing file" not in said
    assert report == {
        "password": topic.author.password,
        "file": "要領の中身",
        "sessions": 0,
        "sent_before": 0,
        "new_row": True,
        "replies": held,
    }
    assert held <= Reply.objects.count()
    assert sent.strip() == "1"


def test_restore_into_a_portal_with_data_is_refused(backups):
    make_portal()
    path = keeping.back_up(backups)

    with pytest.raises(CommandError, match="empty"):
        call_command("restore", str(path))

    assert Reply.objects.count() == 0


@pytest.fixture
def small_backup(tmp_path):
    """As keeping.back_up writes it, without a database."""
    content = tmp_path / "content"
    content.write_bytes(b"0123456789" * 2000)
    path = tmp_path / "renkei-1.tar"
    with archive.to_write(path, "") as target, archive.Writer(target) as writer:
        writer.add("database", content)
        writer.add("files/ab/cdef", content)
        writer.finish({"made_at": "2026-11-26T00:00:00+00:00", "rows": {}})
    return path


def test_whole_backup_is_whole(small_backup, capsys):
    call_command("check_backup", str(small_backup))

    assert capsys.readouterr().out.startswith("whole: 2026-11-26")


@pytest.mark.parametrize("place", [700, 9_000, 21_000, 30_000])
def test_flipped_bit_is_noticed(small_backup, place):
    damaged = bytearray(small_backup.read_bytes())
    damaged[place] ^= 1
    small_backup.write_bytes(damaged)

    with pytest.raises(CommandError, match="damaged"):
        call_command("check_backup", str(small_backup))


@pytest.mark.parametrize("length", [0, 100, 512, 20_000, 25_000, 41_200])
def test_cut_file_is_noticed(small_backup, length):
    small_backup.write_bytes(small_backup.read_bytes()[:length])

    with pytest.raises(CommandError, match="damaged"):
        call_command("check_backup", str(small_backup))


@pytest.mark.parametrize("name", ["../escape", "files/../../escape", "/etc/passwd", "other"])
def test_member_that_does_not_belong_there_is_refused(tmp_path, name):
    path = tmp_path / "renkei-2.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo(name)
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))

    with pytest.raises(DamagedError, match="unexpected"):
        keeping.look_through(path)


def test_link_in_a_backup_is_refused(tmp_path):
    path = tmp_path / "renkei-3.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo("files/ab/cd")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)

    with pytest.raises(DamagedError, match="unexpected"):
        keeping.look_through(path)


def test_file_that_is_deleted_meanwhile_is_still_held(backups, monkeypatch):
    make_portal()
    real = keeping.databases.dump

    def dump(target):
        rows = real(target)
        shutil.rmtree(settings.FILES_DIR)
        return rows

    monkeypatch.setattr(keeping.databases, "dump", dump)

    members = keeping.look_through(keeping.back_up(backups))["members"]

    assert sum(name.startswith("files/") for name in members) == 1


def test_oldest_backups_go(backups):
    backups.mkdir()
    for day in range(1, 5):
        (backups / f"renkei-2026010{day}T000000Z.tar").write_bytes(b"old")

    newest = keeping.back_up(backups, keep=3)

    kept = sorted(path.name for path in backups.iterdir())
    assert kept == ["renkei-20260103T000000Z.tar", "renkei-20260104T000000Z.tar", newest.name]


def test_backup_is_for_its_owner_only(backups):
    path = keeping.back_up(backups)

    assert path.stat().st_mode & 0o077 == 0


def test_encrypted_backup_opens_with_its_key_only(backups, tmp_path):
    if shutil.which("age") is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)("age is not installed")
    keys = [tmp_path / "key", tmp_path / "other"]
    for key in keys:
        subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
    recipients = tmp_path / "recipients"
    public = subprocess.run(["age-keygen", "-y", keys[0]], check=True, capture_output=True).stdout
    recipients.write_bytes(public)

    path = keeping.back_up(backups, recipients=str(recipients))

    assert path.read_bytes().startswith(b"age-encryption.org")
    assert keeping.look_through(path, identity=str(keys[0]))["rows"]
    with pytest.raises(DamagedError):
        keeping.look_through(path, identity=str(keys[1]))


def test_readyz_says_how_old_the_last_good_backup_is(backups):
    JobRun.objects.create(job="backup", period="1", finished_at=timezone.now(), failure="OSError")
    assert jobs.queue()["last_backup_seconds"] == -1
    keeping.back_up(backups)

    assert 0 <= jobs.queue()["last_backup_seconds"] < 60


def test_backup_that_fails_is_recorded_and_leaves_nothing(backups, monkeypatch):
    def fail(target):
        raise OSError("disk")

    monkeypatch.setattr(keeping.databases, "dump", fail)

    with pytest.raises(OSError, match="disk"):
        keeping.back_up(backups)

    assert "disk" in JobRun.objects.get(job="backup").failure
    assert list(backups.iterdir()) == []


def test_mail_that_waited_at_the_restore_may_be_dropped():
    Restoration.objects.create(made_at=timezone.now())
    Delivery.objects.create(address="a@town.example.jp", key="k", subject="s", body="b")
    Restoration.objects.update(restored_at=timezone.now())
    assert send_due_mail() == 0

    call_command("go_live", "--drop-waiting-mail")

    assert send_due_mail() == 0
    assert Delivery.objects.get().state == Delivery.State.SKIPPED
