"""Files come in checked, go out as downloads, and go with the right to their text."""

import errno
import os
import time
import zipfile
from html import unescape
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from PIL import Image

from board import ending, files, moderation
from board.models import Attachment, Topic
from lib.storage import PrivateStorage
from lib.uploads import private_name
from renkei import orphans
from tests import factories
from tests.html import text_of


@pytest.fixture
def topic(contributor):
    return factories.make_topic(author=contributor)


def body_of(response):
    return b"".join(response.streaming_content)


def test_download_is_an_attachment_under_its_japanese_name(client, topic, ward):
    file = factories.attach(topic, name="令和８年度　実施要領（案）①.txt")
    client.force_login(ward)

    response = client.get(file.get_absolute_url())

    assert body_of(response) == factories.TEXT_FILE
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''%E4%BB%A4%E5%92%8C")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "content", "inline"),
    [("写真.png", factories.make_png(), True), ("一覧.csv", "番号,名前".encode(), False)],
)
def test_only_pictures_and_pdf_open_in_the_browser(client, topic, ward, name, content, inline):
    file = factories.attach(topic, name=name, content=content)
    client.force_login(ward)

    response = client.get(f"{file.get_absolute_url()}?inline")
    assert body_of(response)

    kind = response.headers["Content-Disposition"].partition(";")[0]
    assert kind == ("inline" if inline else "attachment")


@pytest.mark.parametrize("change", ["hidden", "withdrawn", "narrowed"])
def test_link_that_was_copied_dies_with_the_right_to_the_topic(client, topic, ward, change):
    file = factories.attach(topic, name="写真.png", content=factories.make_png())
    addresses = [file.get_absolute_url(), reverse("board:thumbnail", args=[file.pk])]
    client.force_login(ward)
    for address in addresses:
        assert body_of(client.get(address))

    Topic.objects.filter(pk=topic.pk).update(
        **{
            "hidden": {"hidden_at": timezone.now(), "hidden_reason": "確認中"},
            "withdrawn": {"status": "withdrawn"},
            "narrowed": {"audience": "chosen"},
        }[change]
    )

    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_zip_holds_what_the_person_may_have_under_right_names(client, topic, ward):
    factories.attach(topic, name="要領.txt")
    reply = factories.make_reply(topic, author=ward)
    factories.attach(reply, name="要領.txt")
    client.force_login(ward)

    content = body_of(client.get(reverse("board:files_zip", args=[topic.pk])))

    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["要領.txt", "返信1_要領.txt"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("か\u3099っこう\u3000案内.txt", "がっこう\u3000案内.txt"),
        ("🎋七夕🎋.txt", "🎋七夕🎋.txt"),
        ("..\\..\\秘密.txt", "秘密.txt"),
        ("C:\\書類\\要領.txt", "要領.txt"),
        # Browsers send a double quote as %22.
        ("引用%22符'と;区切り.txt", "引用%22符'と;区切り.txt"),
        (f"{'長' * 200}.txt", None),
    ],
)
def test_name_of_any_kind_is_one_name_on_every_way_out(client, contributor, ward, sent, kept):
    """Uploaded by the form, listed, downloaded and packed."""
    category = factories.make_category()
    client.force_login(contributor)
    form = {
        "category": category.pk,
        "title": "名前",
        "body": "本文",
        "audience": "all",
        "publish": "1",
        "form_key": "f" * 32,
    }
    upload = factories.make_upload("x.txt")
    # As a browser sends it: SimpleUploadedFile would cut the path off.
    upload._name = sent
    made = client.post("/board/topics/new/", {**form, "files": [upload]})
    client.force_login(ward)
    file = Attachment.objects.get()
    kept = kept or file.name

    page = unescape(text_of(client.get(made.url)))
    download = client.get(file.get_absolute_url())
    packed = body_of(client.get(reverse("board:files_zip", args=[file.topic_id])))

    assert file.name == kept
    assert " ".join(kept.split()) in page
    assert body_of(download) == factories.TEXT_FILE
    assert download.headers["Content-Disposition"] == content_disposition_header(True, kept)
    assert zipfile.ZipFile(BytesIO(packed)).namelist() == [kept]
    assert (kept.endswith(".txt"), len(kept) <= 200) == (True, True)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("絵.svg", b"<svg onload=alert(1)>", "絵.svg"),
        ("表.pdf", b"<html><script>alert(1)</script>", "表.pdf"),
        ("空.txt", b"", "空.txt"),
        ("大きい.txt", b"a" * (20 * 1024 * 1024 + 1), "20MB"),
    ],
)
def test_refused_file_is_named_and_everything_else_is_kept(
    client, contributor, name, content, words
):
    category = factories.make_category()
    client.force_login(contributor)

    page = client.post(
        f"/board/topics/new/?category={category.slug}",
        {
            "category": category.pk,
            "title": "残る件名",
            "body": "残る本文",
            "audience": "all",
            "publish": "1",
            "form_key": "a" * 32,
            "files": [factories.make_upload(name, content), factories.make_upload("良い.txt")],
        },
    ).content.decode()

    assert words in page
    assert "残る本文" in page
    assert [file.name for file in Attachment.objects.all()] == ["良い.txt"]
    assert not Topic.objects.exists()


def test_eleventh_file_and_a_full_quota_are_refused_by_name(contributor, monkeypatch):
    draft = factories.make_draft(contributor)
    uploads = [factories.make_upload(f"{number}.txt") for number in range(11)]

    errors = files.attach(draft, uploads)
    monkeypatch.setattr(files, "QUOTA_BYTES", 10)
    full = files.attach(factories.make_draft(contributor), [factories.make_upload("満杯.txt")])

    assert errors == ["「10.txt」を添付できません。ファイルは10個までです。"]
    assert "「満杯.txt」を添付できません。" in full[0]
    assert Attachment.objects.count() == 10


def test_picture_loses_what_the_camera_wrote(contributor):
    source = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    Image.new("RGB", (8, 8)).save(source, "JPEG", exif=exif)
    draft = factories.make_draft(contributor)

    file = factories.attach(draft, name="写真.jpg", content=source.getvalue())

    assert b"SECRET-CAMERA" in source.getvalue()
    with file.file.open() as stored:
        assert b"SECRET-CAMERA" not in stored.read()


def test_orphans_go_after_a_day_and_named_or_new_files_stay(topic):
    kept = factories.attach(topic).file.name
    old = default_storage.save(private_name(None, ""), ContentFile(b"old"))
    new = default_storage.save(private_name(None, ""), ContentFile(b"new"))
    day_before = time.time() - 2 * 24 * 60 * 60
    for name in (old, kept):
        os.utime(default_storage.path(name), (day_before, day_before))

    assert orphans.clear() >= 1

    assert [default_storage.exists(name) for name in (kept, old, new)] == [True, False, True]


def test_what_bears_no_name_of_ours_is_never_deleted(db, tmp_path):
    """As lost+found, which only root may read, or what an administrator has put or linked there."""
    storage = PrivateStorage(location=tmp_path)
    elsewhere = tmp_path.with_name("elsewhere")
    elsewhere.mkdir()
    (tmp_path / "linked").symlink_to(elsewhere)
    strange = [elsewhere / "dump.sql", tmp_path / "readme.txt"]
    strange += [tmp_path / storage.save(name, ContentFile(b"x")) for name in ("old/a", "ab/notes")]
    for path in strange:
        path.write_bytes(b"x")
        os.utime(path, (0, 0))

    assert orphans.clear(storage) == 0

    assert [path.exists() for path in strange] == [True] * 4


def test_file_that_waits_for_the_scanner_is_not_there(client, topic, ward):
    file = factories.attach(topic)
    Attachment.objects.update(scan=Attachment.Scan.WAITING)
    client.force_login(ward)

    assert client.get(file.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("state", ["open", "hidden reply", "withdrawn"])
@pytest.mark.parametrize("who", ["contributor", "author", "secretary"])
def test_files_of_a_topic_are_those_that_are_visible(request, secretary, contributor, state, who):
    topic = factories.make_topic()
    factories.attach(topic)
    reply = factories.make_reply(topic)
    factories.attach(reply)
    if state == "hidden reply":
        moderation.hide(reply, reason="x", by=secretary)
    if state == "withdrawn":
        ending.withdraw(topic, note="中止", by=topic.author)
    user = topic.author if who == "author" else request.getfixturevalue(who)
    topic.refresh_from_db()

    found = Attachment.objects.in_topic(topic, user)

    assert set(found) == set(Attachment.objects.visible_to(user))


def test_full_disk_is_said_at_the_field_and_leaves_no_file(contributor, monkeypatch):
    """The small picture no longer fits: the large one must not stay, either."""
    draft = factories.make_draft(contributor)
    place = default_storage.location
    before = sum(len(found) for _, _, found in os.walk(place))
    real, saved = default_storage._save, []

    def save(self, name, content):
        if saved:
            raise OSError(errno.ENOSPC, "No space left on device")
        saved.append(name)
        return real(name, content)

    monkeypatch.setattr("lib.storage.PrivateStorage._save", save)
    picture = factories.make_upload("写真.png", factories.make_png((64, 64)))

    (error,) = files.attach(draft, [picture])

    assert error.startswith("「写真.png」を添付できません。サーバーの空き容量が足りない")
    assert not draft.attachments.exists()
    assert sum(len(found) for _, _, found in os.walk(place)) == before


def test_disk_that_is_broken_is_not_called_full(contributor, monkeypatch):
    def save(self, name, content):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("lib.storage.PrivateStorage._save", save)

    with pytest.raises(OSError, match="Input/output error"):
        files.attach(factories.make_draft(contributor), [factories.make_upload()])


def test_reserve_of_the_disk_is_not_filled(contributor, monkeypatch):
    monkeypatch.setattr("board.files.has_room", lambda size: False)

    (error,) = files.attach(factories.make_draft(contributor), [factories.make_upload()])

    assert "空き容量が足りない" in error
