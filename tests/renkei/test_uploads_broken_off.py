"""An upload that fills the disk, or breaks off, leaves no temporary file."""

import errno

from django.core.files.uploadhandler import TemporaryFileUploadHandler

from tests import factories

LARGE = b"%PDF-1.7\n" + b"0" * 3_000_000 + b"\n%%EOF\n"


def test_temporary_file_goes_with_the_request(client, settings, tmp_path, monkeypatch, contributor):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    topic = factories.make_topic()
    client.force_login(contributor)
    client.raise_request_exception = False
    real, chunks = TemporaryFileUploadHandler.receive_data_chunk, []

    def receive(handler, data, start):
        chunks.append(start)
        if len(chunks) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handler, data, start)

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", receive)
    upload = factories.make_upload("要領.pdf", LARGE)

    response = client.post(f"/board/topics/{topic.pk}/reply/", {"body": "x", "files": [upload]})

    assert response.status_code == 503
    assert list(tmp_path.iterdir()) == []
