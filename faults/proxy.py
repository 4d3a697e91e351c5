"""nginx with the configuration of deploy/, on loopback ports and without TLS."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.client import Member
from faults.stage import Stage, end, wait_until
from tests import server


@contextmanager
def proxied(stage: Stage, port: int, *, more: str = "", inside: str = "") -> Iterator[int]:
    """The port of an nginx that hands everything on to `port`, as deploy/nginx/renkei.conf says.

    `more` stands beside the site, `inside` where it hands requests on.
    """
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with tempfile.TemporaryDirectory(prefix="renkei-nginx-") as name:
        front = server.free_port()
        (Path(name) / "nginx.conf").write_text(
            _configuration(stage.folder, Path(name), front, port, more, inside)
        )
        process = subprocess.Popen([program, "-p", name, "-c", f"{name}/nginx.conf"])
        try:
            if not wait_until(lambda: Member(front).get("/healthz").status == 200, seconds=20):
                raise RuntimeError("nginx does not answer")
            yield front
        finally:
            end(process)


def _configuration(var: Path, folder: Path, front: int, port: int, more: str, inside: str) -> str:
    """Without TLS, on loopback ports, everything that is written in `folder`."""
    site = (server.ROOT / "deploy/nginx/renkei.conf").read_text()
    tls = site.index("server {", site.index("server {\n    listen 80") + 1)
    site = site[: site.index("server {\n    listen 80")] + site[tls:]
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    site = site.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{front} backlog=4096;")
    site = re.sub(r"\n *(ssl_|listen \[)[^\n]*", "", site)
    site = site.replace("/var/log/nginx/renkei.log", f"{folder}/access.log")
    site = site.replace("/srv/renkei/var/", f"{var}/")
    site = site.replace("__Host-sessionid", "sessionid").replace(
        "location / {", f"location / {{ {inside}"
    )
    site = site.replace("$scheme", "http").replace("$host;", "$http_host;")
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    as_root = "user root;" if os.geteuid() == 0 else ""
    return (
        f"{as_root} daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 2; "
        "worker_rlimit_nofile 16000; events { worker_connections 12000; } "
        f"http {{ {temporary}\n{more.replace('FOLDER', str(folder))}\n{site}\n}}"
    )
