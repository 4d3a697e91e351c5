"""A real ClamAV daemon looks at every upload; while it is away files wait and nobody gets them."""

import pytest
from django.core.cache import caches
from django.core.files.storage import default_storage
from django.urls import reverse

from board import files, scanning
from board.models import Attachment
from lib import clamd
from lib.clamd import ScannerAwayError, signature_in
from members.models import AuditEntry, Delivery, User
from news.forms.article import NewsFileForm
from renkei import jobs
from tests import factories
from tests.clamd import MALWARE, SIGNATURE, answering, daemon

INFECTED = "要領".encode() + MALWARE
NOWHERE = "/nowhere/clamd.ctl"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def scanner():
    with daemon() as path:
        yield path


@pytest.fixture
def draft(contributor):
    return factories.make_draft(contributor)


@pytest.fixture
def waiting(settings, draft):
    """Attaches what came while the daemon was away."""

    def attach(content):
        settings.CLAMD_SOCKET = NOWHERE
        return factories.attach(draft, name="要領.txt", content=content)

    return attach


def is_given_out(client, file):
    response = client.get(file.get_absolute_url())
    return response.status_code == 200 and bool(b"".join(response.streaming_content))


def test_clean_upload_is_taken_and_given_out(client, settings, scanner, ward):
    settings.CLAMD_SOCKET = scanner

    file = factories.attach(factories.make_topic())

    client.force_login(ward)
    assert is_given_out(client, file)


def test_infected_upload_is_refused_by_name_and_recorded(settings, scanner, draft, contributor):
    settings.CLAMD_SOCKET = scanner
    uploads = [factories.make_upload("要領.txt", INFECTED), factories.make_upload("案内.txt")]

    (error,) = files.attach(draft, uploads)

    assert error.startswith(f"「要領.txt」からウイルス（{SIGNATURE}）が見つかった")
    assert [file.name for file in draft.attachments.all()] == ["案内.txt"]
    entry = AuditEntry.objects.get(act="refuse_file")
    assert (entry.actor, entry.detail["signature"]) == (contributor, SIGNATURE)


def test_form_with_an_infected_file_keeps_what_was_typed(client, settings, scanner, contributor):
    settings.CLAMD_SOCKET = scanner
    client.force_login(contributor)
    typed = {
        "category": factories.make_category().pk,
        "title": "失われない件名",
        "body": "失われない本文",
        "audience": "all",
        "publish": "1",
        "form_key": "f" * 32,
        "files": [factories.make_upload("要領.txt", INFECTED)],
    }

    page = client.post(reverse("board:topic_new"), typed).content.decode()

    assert SIGNATURE in page
    assert "失われない件名" in page
    assert "失われない本文" in page
    assert not Attachment.objects.exists()


def test_infected_file_of_the_secretariat_is_refused_at_its_field(settings, scanner):
    settings.CLAMD_SOCKET = scanner

    form = NewsFileForm({"title": "要項"}, {"file": factories.make_upload("要項.txt", INFECTED)})

    assert SIGNATURE in form.errors["file"][0]
    assert AuditEntry.objects.get().target_type == "news.newsfile"


def test_file_that_is_published_at_once_is_not_taken_unseen(settings):
    settings.CLAMD_SOCKET = NOWHERE

    form = NewsFileForm({"title": "要項"}, {"file": factories.make_upload("要項.txt")})

    assert "ただいまウイルスの検査ができない" in form.errors["file"][0]


@pytest.mark.parametrize("who", ["ward", "secretary"])
def test_nobody_gets_a_file_before_it_was_looked_at(request, client, settings, who):
    settings.CLAMD_SOCKET = NOWHERE
    topic = factories.make_topic()
    file = factories.attach(topic, name="写真.png", content=factories.make_png())
    client.force_login(request.getfixturevalue(who))
    addresses = [
        file.get_absolute_url(),
        f"{file.get_absolute_url()}?inline",
        reverse("board:thumbnail", args=[file.pk]),
        reverse("board:files_zip", args=[topic.pk]),
    ]

    statuses = [client.get(address).status_code for address in addresses]
    page = client.get(topic.get_absolute_url()).content.decode()

    assert statuses == [404] * 4
    assert "検査待ち" in page
    assert file.get_absolute_url() not in page
    assert reverse("board:files_zip", args=[topic.pk]) not in page


def test_waiting_file_is_released_when_the_daemon_is_back(client, settings, scanner, ward):
    settings.CLAMD_SOCKET = NOWHERE
    file = factories.attach(factories.make_topic())
    settings.CLAMD_SOCKET = scanner

    assert scanning.scan_waiting() == 1

    client.force_login(ward)
    assert is_given_out(client, file)
    assert not AuditEntry.objects.filter(act="remove_file").exists()


def test_waiting_file_that_is_infected_goes_and_its_owner_is_told(
    client, settings, scanner, waiting, contributor, django_capture_on_commit_callbacks
):
    User.objects.filter(pk=contributor.pk).update(email="watashi@city.example.jp")
    file = waiting(INFECTED)
    stored = file.file.name
    settings.CLAMD_SOCKET = scanner

    with django_capture_on_commit_callbacks(execute=True):
        assert scanning.scan_waiting() == 1

    file.refresh_from_db()
    assert file.scan == Attachment.Scan.INFECTED
    assert not default_storage.exists(stored)
    assert AuditEntry.objects.get(act="remove_file").detail["signature"] == SIGNATURE
    mail = Delivery.objects.get()
    assert mail.address == "watashi@city.example.jp"
    assert "要領.txt" in mail.subject
    client.force_login(contributor)
    assert client.get(file.get_absolute_url()).status_code == 404


def test_file_that_another_worker_has_taken_away_is_told_of_once(settings, scanner, waiting):
    file = waiting(INFECTED)
    settings.CLAMD_SOCKET = scanner

    # Both had read the row before either wrote; what was stored goes with the transaction.
    for _ in range(2):
        scanning._scan(file)

    assert AuditEntry.objects.filter(act="remove_file").count() == Delivery.objects.count() == 1


def test_topic_says_why_a_file_is_gone(client, contributor, ward):
    topic = factories.make_topic(author=contributor)
    factories.attach(topic, name="要領.txt")
    Attachment.objects.update(scan=Attachment.Scan.INFECTED, file="")
    client.force_login(ward)

    page = client.get(topic.get_absolute_url()).content.decode()

    assert "ウイルスが見つかったため、消去しました。" in page


def test_infected_file_takes_no_room_of_the_quota(draft, waiting):
    waiting(b"12345678")
    assert files.used_by(draft.seat.organization) == 8

    Attachment.objects.update(scan=Attachment.Scan.INFECTED, file="")

    assert files.used_by(draft.seat.organization) == 0


def test_scanner_that_is_away_is_left_alone_for_a_minute(settings, scanner, waiting):
    file = waiting(b"clean")
    assert scanning.scan_waiting() == 0
    settings.CLAMD_SOCKET = scanner

    assert scanning.scan_waiting() == 0

    file.refresh_from_db()
    assert file.scan == Attachment.Scan.WAITING


def test_without_a_scanner_nothing_waits(settings, draft):
    settings.CLAMD_SOCKET = ""

    file = factories.attach(draft, content=INFECTED)

    assert file.scan == Attachment.Scan.CLEAN


def test_readyz_says_how_long_the_oldest_file_waits(waiting):
    assert jobs.queue()["oldest_unscanned_file_seconds"] == 0
    file = waiting(b"clean")
    Attachment.objects.update(uploaded_at=file.uploaded_at - jobs.timedelta(minutes=5))

    assert jobs.queue()["oldest_unscanned_file_seconds"] >= 300


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"\xff\xfe\0", b"x" * 10_000]
)
def test_answer_that_is_no_verdict_is_no_clean_file(answer):
    with answering(answer) as path, pytest.raises(ScannerAwayError):
        signature_in([b"content"], path)


def test_daemon_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(clamd, "TIMEOUT_SECONDS", 0.2)

    with answering(None) as path, pytest.raises(ScannerAwayError):
        signature_in([b"content"], path)


def test_empty_piece_does_not_end_the_stream(scanner):
    assert signature_in([b"begins", b"", MALWARE], scanner) == SIGNATURE


def test_files_that_are_lost_do_not_hold_up_the_others_and_are_told_of_once(
    settings, scanner, waiting, monkeypatch, caplog
):
    *lost, found = [waiting(content) for content in (b"lost", b"lost, too", b"found")]
    for file in lost:
        default_storage.delete(file.file.name)
    settings.CLAMD_SOCKET = scanner
    caches["process"].clear()
    monkeypatch.setattr(scanning, "BATCH", 2)

    for _ in range(3):
        scanning.scan_waiting()

    scans = {file.pk: file.scan for file in Attachment.objects.all()}
    assert [scans[file.pk] for file in (*lost, found)] == ["waiting", "waiting", "clean"]
    told = [text for text in caplog.messages if text.endswith("is not there")]
    assert [str(file.pk) in text for file, text in zip(lost, told, strict=True)] == [True, True]
