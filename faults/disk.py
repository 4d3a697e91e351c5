"""The disk for uploads fills up; uploads break off."""

import secrets
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.client import Answer, Member
from faults.finding import Finding
from faults.stage import Stage, wait_until

MEGABYTE = 1024 * 1024
_PDF = b"%PDF-1.7\n" + b"0" * MEGABYTE + b"\n%%EOF\n"


@contextmanager
def _small_disk(size: str) -> Iterator[Path]:
    """Needs root: a file system of its own in memory."""
    with tempfile.TemporaryDirectory(prefix="renkei-disk-") as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", name], check=True)
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


def full_for_uploads(stage: Stage) -> Finding:
    """8 MB for uploads, and files of 1 MB until one is refused; then more room."""
    with _small_disk("8m") as disk, stage.web(FILES_DIR=str(disk)) as site:
        member, path = Member.logged_in(site.port), f"/board/topics/{stage.open_topic()}/reply/"
        taken = 0
        while taken < 20 and _reply(member, path).status == 302:
            taken += 1
        refused = _reply(member, path)
        stored = sum(1 for file in disk.rglob("*") if file.is_file())
        reading = member.get("/board/").status
        text = member.post(
            path, body="text alone", publish="1", form_key=secrets.token_hex(16)
        ).status
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        again = _reply(member, path).status
    is_clear = "サーバーの空き容量が足りない" in refused.text and "with a file" in refused.text
    return Finding(
        "disk for uploads full",
        "said at the field, text kept, nothing half-written; reading and posting go on; works again without a restart",
        f"{taken} files taken, then {refused.status} ({'clear' if is_clear else 'unclear'}), {stored} stored; "
        f"reading {reading}, text alone {text}; with more room {again}",
        is_clear and stored == taken > 0 and (reading, text, again) == (200, 302, 302),
    )


def full_for_temporary_files(stage: Stage) -> Finding:
    """Where Django keeps an upload over 2.5 MB while it arrives."""
    with _small_disk("1m") as disk, stage.web(TMPDIR=str(disk)) as site:
        member, path = Member.logged_in(site.port), f"/board/topics/{stage.open_topic()}/reply/"
        refused = _reply(member, path, _PDF[:-7] + b"0" * 4 * MEGABYTE + b"\n%%EOF\n")
        left = sum(file.stat().st_size for file in disk.rglob("*") if file.is_file())
        small = _reply(member, path, b"%PDF-1.7\n%%EOF\n").status
    is_clear = refused.status == 503 and "空き容量が足りない" in refused.text
    return Finding(
        "disk for temporary files full",
        "503 that names the reason; nothing is left of it; small files go on",
        f"{refused.status} ({'clear' if is_clear else 'unclear'}), {left} bytes left, small file {small}",
        is_clear and left == 0 and small == 302,
    )


def _reply(member: Member, path: str, content: bytes = _PDF) -> Answer:
    key = secrets.token_hex(16)
    fields = {"body": f"with a file {key}", "publish": "1", "form_key": key}
    return member.upload(path, "要領.pdf", content, **fields)


def broken_off(stage: Stage, *, uploads: int = 1_000) -> Finding:
    """Half of a file of 4 MB arrives, and the connection ends."""
    with tempfile.TemporaryDirectory(prefix="renkei-disk-") as name, stage.web(TMPDIR=name) as site:
        member, path = Member.logged_in(site.port), f"/board/topics/{stage.open_topic()}/reply/"
        before = stage.number("SELECT count(*) FROM board_attachment")
        for _ in range(uploads):
            _send_half(site.port, path, member.headers["Cookie"])
        reading = member.get("/board/").status
        # The last ones may be on their way yet.
        wait_until(lambda: not _temporary(Path(name)), seconds=10)
        left = _temporary(Path(name))
        rows = stage.number("SELECT count(*) FROM board_attachment") - before
    return Finding(
        f"{uploads:,} uploads broken off half-way",
        "no file and no row is left, pages go on",
        f"{len(left)} temporary files, {rows} rows, page {reading}",
        not left and not rows and reading == 200,
    )


def _temporary(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*.upload*") if file.is_file()]


def _send_half(port: int, path: str, cookie: str) -> None:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 4194304\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode() + b"0" * (3 * MEGABYTE))
