"""A real ClamAV daemon that knows one signature of our own, and one that gives any answer."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

# No antivirus in the world knows it: these tests may lie on any machine.
MALWARE = b"renkei-test-signature-7f3a91c2d4"
SIGNATURE = "Renkei.Test.UNOFFICIAL"
START_LIMIT = 30


@contextmanager
def daemon():
    """The path of its socket. Skipped without clamd, unless CI is set."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    if program is None:
        no_clamd = pytest.fail if "CI" in os.environ else pytest.skip
        no_clamd("clamd is not installed (Debian: clamav-daemon)")
    # A short path: that of a socket has 107 characters at most.
    with tempfile.TemporaryDirectory(prefix="clamd-") as folder:
        process = subprocess.Popen(
            [program, "-c", _configured(Path(folder))], stdout=subprocess.DEVNULL
        )
        try:
            path = f"{folder}/socket"
            _wait_for(path, process)
            yield path
        finally:
            process.terminate()
            process.wait(START_LIMIT)


def _configured(folder):
    (folder / "own.ndb").write_text(f"Renkei.Test:0:*:{MALWARE.hex()}\n")
    lines = [
        "Foreground yes",
        f"LogFile {folder}/log",
        f"LocalSocket {folder}/socket",
        f"DatabaseDirectory {folder}",
        f"TemporaryDirectory {folder}",
        "StreamMaxLength 25M",
        "User root" if os.geteuid() == 0 else "",
    ]
    (folder / "clamd.conf").write_text("\n".join(lines))
    return str(folder / "clamd.conf")


def _wait_for(path, process):
    deadline = time.monotonic() + START_LIMIT
    while not Path(path).exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("clamd did not start")
        time.sleep(0.05)


@contextmanager
def answering(answer):
    """A daemon that reads a stream to its end and says `answer`; None: nothing, ever."""
    with tempfile.TemporaryDirectory(prefix="clamd-") as folder:
        path = f"{folder}/socket"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            thread = threading.Thread(target=_serve, args=(listener, answer), daemon=True)
            thread.start()
            yield path
            listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(listener, answer):
    held = []
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            break
        if answer is None:
            held.append(connection)
            continue
        with connection:
            received = b""
            while not received.endswith(b"\0\0\0\0"):
                received += connection.recv(65536)
            connection.sendall(answer)
    for connection in held:
        connection.close()
