"""A socket that stays open while the processes behind it change, as deploy/systemd/renkei.socket does."""

import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from faults.stage import Stage
from tests.server import stop


@contextmanager
def served(stage: Stage, listener: socket.socket) -> Iterator[None]:
    """gunicorn of the stage's code, which takes the socket as systemd would hand it over."""
    command = f"LISTEN_PID=$$ LISTEN_FDS=1 exec {shlex.quote(sys.executable)} -m gunicorn renkei.wsgi 3<&{listener.fileno()}"
    site = f"http://127.0.0.1:{listener.getsockname()[1]}"
    log = (stage.folder / "server.log").open("ab")
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=stage.root,
        env=stage.environment | {"SITE_URL": site},
        pass_fds=[listener.fileno()],
        stdout=log,
        stderr=log,
    )
    try:
        yield
    finally:
        stop(process)
        log.close()
