"""nginx with the configuration of deploy/, on loopback ports."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.stage import wait_until
from tests import server


@contextmanager
def proxied(
    var: Path, port: int, *, tls: bool = False, more: str = "", inside: str = ""
) -> Iterator[int]:
    """The port of an nginx that hands everything on to `port`, as deploy/nginx/renkei.conf says.

    `var` is where the portal writes. `more` stands beside the site, `inside` where it hands requests on.
    """
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with tempfile.TemporaryDirectory(prefix="renkei-nginx-") as name:
        folder, front = Path(name), server.free_port()
        site = _site(var, folder, port)
        site = _with_certificate(site, folder, front) if tls else _without_tls(site, front)
        site = site.replace("location / {", f"location / {{ {inside}")
        (folder / "nginx.conf").write_text(_configuration(folder, f"{more}\n{site}"))
        process = subprocess.Popen([program, "-p", name, "-c", f"{name}/nginx.conf"])
        try:
            if not wait_until(lambda: _listens(front), seconds=20):
                raise RuntimeError("nginx does not answer")
            yield front
        finally:
            server.stop(process)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def _site(var: Path, folder: Path, port: int) -> str:
    """Everything that is written lies in `folder`; the server of port 80 is left out."""
    site = (server.ROOT / "deploy/nginx/renkei.conf").read_text()
    plain = site.index("server {\n    listen 80")
    site = site[:plain] + site[site.index("server {", plain + 1) :]
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    site = site.replace("/var/log/nginx/renkei.log", f"{folder}/access.log")
    return site.replace("/srv/renkei/var/", f"{var}/").replace("$host;", "$http_host;")


def _without_tls(site: str, front: int) -> str:
    site = site.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{front} backlog=4096;")
    site = re.sub(r"\n *(ssl_|listen \[)[^\n]*", "", site)
    return site.replace("__Host-sessionid", "sessionid").replace("$scheme", "http")


def _with_certificate(site: str, folder: Path, front: int) -> str:
    """One that nobody has signed."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    files = ["-keyout", f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem"]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    site = site.replace("listen 443 ", f"listen 127.0.0.1:{front} ")
    return re.sub(r"\n *listen \[[^\n]*", "", site).replace("/etc/ssl/renkei/", f"{folder}/")


def _configuration(folder: Path, sites: str) -> str:
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    as_root = "user root;" if os.geteuid() == 0 else ""
    return (
        f"{as_root} daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 2; "
        "worker_rlimit_nofile 16000; events { worker_connections 12000; } "
        f"http {{ {temporary}\n{sites.replace('FOLDER', str(folder))}\n}}"
    )
