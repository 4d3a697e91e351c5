"""Uploads in a bucket: what the portal does with files works as on a disk."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse

from lib.uploads import private_name
from renkei import environment, orphans
from renkei.backups import archive, keeping
from tests import factories, s3


@pytest.fixture
def bucket(settings, monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "jp-test-1",
    }.items():
        monkeypatch.setenv(name, value)
    with s3.bucket() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        settings.FILES_BUCKET = s3.BUCKET
        settings.STORAGES = {
            **settings.STORAGES,
            "default": environment.file_storage(settings.FILES_DIR, s3.BUCKET),
        }
        yield server


def test_upload_comes_back_as_it_was_and_is_not_made_public(bucket, client, ward):
    content = "一行です。\n".encode() * 600_000
    file = factories.attach(factories.make_topic(author=ward), content=content)
    client.force_login(ward)

    response = client.get(reverse("board:file", args=[file.pk]))

    assert b"".join(response.streaming_content) == content
    assert response.headers["Content-Length"] == str(len(content))
    assert bucket.objects[file.file.name][0] == content
    assert not {"x-amz-acl", "x-amz-grant-read"} & bucket.sent[0]


def test_link_to_a_stored_file_is_never_signed(bucket):
    name = default_storage.save("aa/one", ContentFile(b"one"))

    assert default_storage.url(name) == "/aa/one"


def test_orphans_of_a_bucket_go_after_a_day(bucket, db):
    topic = factories.make_topic()
    kept = factories.attach(topic).file.name
    old = default_storage.save(private_name(None, ""), ContentFile(b"old"))
    new = default_storage.save(private_name(None, ""), ContentFile(b"new"))
    for name in (kept, old):
        content, when = bucket.objects[name]
        bucket.objects[name] = (content, when - timedelta(days=2))

    assert orphans.clear() == 1

    assert set(bucket.objects) == {kept, new}


def test_readiness_tells_of_a_bucket_that_answers_and_of_one_that_does_not(bucket, client, db):
    before = client.get("/readyz")
    bucket.is_broken = True

    after = client.get("/readyz")

    assert (before.status_code, before.json()["storage"]) == (200, "ok")
    assert (after.status_code, after.json()["storage"]) == (503, "failed")


def test_missing_file_and_trouble_are_what_they_are_on_a_disk(bucket):
    with pytest.raises(FileNotFoundError):
        default_storage.open("aa/none")
    bucket.is_broken = True
    with pytest.raises(OSError, match="500|InternalError"):
        default_storage.save("aa/one", ContentFile(b"one"))


@pytest.mark.django_db(transaction=True)
def test_backup_holds_the_database_alone_and_says_so(bucket, tmp_path, capsys):
    factories.attach(factories.make_topic())

    call_command("backup", folder=tmp_path)

    (path,) = tmp_path.glob(keeping.PATTERN)
    assert s3.BUCKET in capsys.readouterr().out
    assert set(keeping.look_through(path)["members"]) == {archive.DATABASE}
