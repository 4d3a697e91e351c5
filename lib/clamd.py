"""Asks a ClamAV daemon on this host about a file (command INSTREAM of clamd(8), by its local socket)."""

import socket
import struct
from collections.abc import Iterable

TIMEOUT_SECONDS = 30
_LONGEST_ANSWER = 4096
_FOUND = " FOUND"


class ScannerAwayError(OSError):
    """Nobody can tell now: no daemon, no answer in time, or an answer that is no verdict."""


def signature_in(chunks: Iterable[bytes], path: str) -> str:
    """The name of what was found, empty when nothing was. Raises ScannerAwayError.

    The daemon's StreamMaxLength must not be smaller than the largest upload.
    """
    try:
        answer = _asked(chunks, path)
    except OSError as error:
        raise ScannerAwayError(f"clamd at {path}: {error}") from error
    verdict = answer.removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(_FOUND):
        return verdict.removesuffix(_FOUND)
    raise ScannerAwayError(f"clamd at {path} answered {answer!r}")


def _asked(chunks: Iterable[bytes], path: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(path)
        connection.sendall(b"zINSTREAM\0")
        for chunk in chunks:
            # A length of zero would end the stream.
            if chunk:
                connection.sendall(struct.pack("!I", len(chunk)) + chunk)
        connection.sendall(struct.pack("!I", 0))
        return _answer(connection)


def _answer(connection: socket.socket) -> str:
    received = b""
    while not received.endswith(b"\0") and len(received) < _LONGEST_ANSWER:
        part = connection.recv(_LONGEST_ANSWER)
        if not part:
            break
        received += part
    return received.rstrip(b"\0").decode("utf-8", "replace")
