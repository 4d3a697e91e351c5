"""A disk that is full leaves no half-written file, and says so."""

import errno
from collections import namedtuple

import pytest
from django.core.files.base import ContentFile

from lib import storage

Usage = namedtuple("Usage", "total used free")


class TooLarge(ContentFile):
    def chunks(self, chunk_size=None):
        yield b"begins"
        raise OSError(errno.ENOSPC, "No space left on device")


def test_half_written_file_is_removed(tmp_path):
    place = storage.PrivateStorage(location=tmp_path)

    with pytest.raises(OSError, match="No space left") as caught:
        place.save("ab/cd", TooLarge(b"content"))

    assert storage.is_full(caught.value)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_other_trouble_is_not_a_full_disk():
    assert not storage.is_full(PermissionError(errno.EACCES, "denied"))


@pytest.mark.parametrize(("size", "has_room"), [(100, True), (949, True), (950, False)])
def test_last_twentieth_of_the_disk_is_left_alone(monkeypatch, size, has_room):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage(1000, 0, 1000))

    assert storage.has_room(size) == has_room
