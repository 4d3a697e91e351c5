"""The file of a backup: a tar whose last member says what it must hold; encrypted with age where wanted.

Whatever is missing, cut off or changed in it is noticed when it is read to its end.
"""

import hashlib
import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self, cast

MANIFEST = "manifest.json"
DATABASE = "database"
FILES = "files/"
_MEMBER = re.compile(r"database|manifest\.json|files/[0-9a-zA-Z._-]+(?:/[0-9a-zA-Z._-]+)*")

Take = Callable[[str, IO[bytes]], None]


class DamagedError(Exception):
    """The file is cut off or was changed, it is no backup, or its key is another one."""


class Writer:
    """Adds members as they come; `finish` seals them. To be used in a `with`."""

    def __init__(self, target: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=target, mode="w|")  # noqa: SIM115 - closed by __exit__
        self._members: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._tar.close()

    def add(self, name: str, path: Path) -> None:
        with path.open("rb") as content:
            info = tarfile.TarInfo(name)
            info.size = path.stat().st_size
            reader = _Hashing(content)
            self._tar.addfile(info, cast(IO[bytes], reader))
            self._members[name] = reader.digest

    def finish(self, facts: dict[str, Any]) -> None:
        manifest = json.dumps(facts | {"members": self._members}, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(manifest)
        self._tar.addfile(info, io.BytesIO(manifest))


class _Hashing(io.RawIOBase):
    """Hashes what is read through it."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self._hash = content, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._content.read(size)
        self._hash.update(piece)
        return piece

    @property
    def digest(self) -> str:
        """Of the whole member, also of what nobody wanted to read."""
        while self.read(1024 * 1024):
            continue
        return self._hash.hexdigest()


def read(source: IO[bytes], take: Take) -> dict[str, Any]:
    """Hands every member to `take`; answers the manifest. Raises DamagedError, at the end at the latest."""
    seen: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(fileobj=source, mode="r|") as tar:
            for info in tar:
                content = tar.extractfile(info) if _belongs(info) else None
                if content is None:
                    raise DamagedError(f"unexpected member {info.name!r}")
                if info.name == MANIFEST:
                    manifest = json.load(content)
                    continue
                reader = _Hashing(content)
                take(info.name, cast(IO[bytes], reader))
                seen[info.name] = reader.digest
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise DamagedError(str(error)) from error
    return _checked(manifest, seen)


def _belongs(info: tarfile.TarInfo) -> bool:
    return info.isreg() and bool(_MEMBER.fullmatch(info.name)) and ".." not in info.name


def _checked(manifest: dict[str, Any] | None, seen: dict[str, str]) -> dict[str, Any]:
    if manifest is None:
        raise DamagedError("its end is missing")
    promised: dict[str, str] = manifest.get("members") or {}
    if promised != seen:
        differing = [name for name in promised if promised[name] != seen.get(name)]
        raise DamagedError(f"{len(differing) or 'some'} members differ: {', '.join(differing[:3])}")
    return manifest


def look_only(name: str, content: IO[bytes]) -> None:
    """For a check: every byte is read on the way."""


@contextmanager
def to_write(path: Path, recipients: str) -> Iterator[IO[bytes]]:
    """The file appears under its name when it is whole. `recipients`: a file of age's public keys."""
    partial = path.with_name(f"{path.name}.part")
    try:
        if recipients:
            with _age(["-R", recipients, "-o", str(partial)], stdin=subprocess.PIPE) as process:
                yield _pipe(process.stdin)
        else:
            with partial.open("wb") as target:
                yield target
        partial.chmod(0o600)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def to_read(path: Path, identity: str) -> Iterator[IO[bytes]]:
    """`identity`: the file of age's secret key, for a backup that is encrypted."""
    if path.suffix != ".age":
        with path.open("rb") as source:
            yield source
        return
    with _age(["-d", "-i", identity, str(path)], stdout=subprocess.PIPE) as process:
        yield _pipe(process.stdout)


@contextmanager
def _age(arguments: list[str], **pipes: int) -> Iterator[subprocess.Popen[bytes]]:
    program = shutil.which("age")
    if program is None:
        raise FileNotFoundError("age is not installed (Debian: age)")
    with subprocess.Popen([program, *arguments], **pipes) as process:  # type: ignore[call-overload]  # noqa: S603 - our own arguments
        try:
            yield process
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise DamagedError(f"age ended with {process.returncode}")


def _pipe(found: IO[bytes] | None) -> IO[bytes]:
    if found is None:
        raise TypeError("opened without a pipe")
    return found
