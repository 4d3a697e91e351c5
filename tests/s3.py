"""A bucket on a port of its own: as much of S3 as the portal asks for, by path, without signatures."""

import re
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "renkei-files"


class Bucket(ThreadingHTTPServer):
    """`objects` are (content, when), `sent` the names of the headers of each upload."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Request)
        self.objects = {}
        self.sent = []
        self.is_broken = False

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def bucket():
    with Bucket() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self):
        self.close_connection = True
        super().handle_one_request()

    def log_message(self, *args):
        pass

    def do_PUT(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.is_answered():
            return
        self.server.sent.append({name.lower() for name in self.headers})
        self.server.objects[self.key] = (content, datetime.now(tz=UTC))
        self.answer(200)

    def do_DELETE(self):
        if self.is_answered():
            return
        self.server.objects.pop(self.key, None)
        self.answer(204)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        if self.is_answered():
            return
        if not self.key:
            self.answer(200, self.listing().encode())
        elif self.key in self.server.objects:
            content, when = self.server.objects[self.key]
            self.answer_object(content, {"Last-Modified": format_datetime(when, usegmt=True)})
        else:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    @property
    def key(self):
        """Empty for the bucket itself."""
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}").lstrip("/")

    def listing(self):
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        inside = [key for key in sorted(self.server.objects) if key.startswith(prefix)]
        rest = [key.removeprefix(prefix).partition("/") for key in inside]
        folders = sorted({f"{prefix}{first}/" for first, slash, _ in rest if slash})
        files = [f"{prefix}{first}" for first, slash, _ in rest if not slash]
        return (
            "<ListBucketResult><IsTruncated>false</IsTruncated>"
            + "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in files)
            + "".join(
                f"<CommonPrefixes><Prefix>{escape(key)}</Prefix></CommonPrefixes>"
                for key in folders
            )
            + "</ListBucketResult>"
        )

    def answer_object(self, content, headers):
        """All of it, or the range that was asked for."""
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not wanted:
            self.answer(200, content, **headers)
            return
        first, size = int(wanted[1]), len(content)
        last = min(int(wanted[2] or size), size - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        self.answer(206, content[first : last + 1], **headers)

    def is_answered(self):
        if self.server.is_broken:
            self.answer(500, b"<Error><Code>InternalError</Code></Error>")
        return self.server.is_broken

    def answer(self, status, content=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
