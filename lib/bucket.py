"""Uploads in an S3-compatible bucket, for web hosts that share no disk: the extra `s3`.

Address, region and keys come from the environment, under the names that boto3 knows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

# More than any upload: one request a file.
_UNDIVIDED = 100 * 1024 * 1024
_IN_MEMORY = 1024 * 1024


class PrivateBucket(S3Storage):
    """As PrivateStorage: nothing is public, trouble is an OSError, nobody waits long for it."""

    def __init__(self, bucket_name: str) -> None:
        super().__init__(
            bucket_name=bucket_name,
            # Names are random; two would not meet.
            file_overwrite=True,
            max_memory_size=_IN_MEMORY,
            transfer_config=TransferConfig(
                multipart_threshold=_UNDIVIDED, multipart_chunksize=_UNDIVIDED
            ),
            client_config=Config(
                connect_timeout=3,
                read_timeout=20,
                retries={"total_max_attempts": 2},
                # Not every provider knows the newer check sums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def url(self, name: str, *args: object, **options: object) -> str:
        """Nowhere: S3Storage would sign a link that asks nobody who may see the file."""
        return f"/{name}"

    def _open(self, name: str, mode: str = "rb") -> File:
        with _trouble():
            return super()._open(name, mode)

    def _save(self, name: str, content: File) -> str:
        with _trouble():
            return super()._save(name, content)

    def delete(self, name: str) -> None:
        with _trouble():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _trouble():
            return super().exists(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _trouble():
            return super().listdir(path)

    def get_modified_time(self, name: str) -> datetime:
        with _trouble():
            return super().get_modified_time(name)


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise OSError(str(error)) from error
