"""The real portal in processes of its own: for the browser tests and for `python -m bench`."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

# Of this code; `root` below may be that of an older release.
ROOT = Path(__file__).resolve().parent.parent
START_LIMIT = 60
STOP_LIMIT = 30

Environment = dict[str, str]


@dataclass(frozen=True)
class Server:
    port: int
    log: Path
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def demo_environment(folder: Path) -> Environment:
    """What `make run` sets, with everything that the portal writes in `folder`.

    Nothing else of ours is handed down: tests.environment has set variables for the unit tests.
    """
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "WEB_CONCURRENCY")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    return inherited | {"DEMO": "1", "VAR_DIR": str(folder)}


def production(folder: Path) -> dict[str, str]:
    """What a production server must find in its environment, on top of what prepare() had."""
    return {
        "DEMO": "",
        "SECRET_KEY": "only-for-a-server-of-one-minute-" * 2,
        "ALLOWED_HOSTS": "127.0.0.1",
        "FILES_DIR": str(folder / "files"),
        "EMAIL_HOST": "localhost",
        "DEFAULT_FROM_EMAIL": "portal@demo.example.jp",
        "TRUSTED_PROXY_COUNT": "1",
        "WEB_THREADS": "1",
    }


@contextmanager
def serving(
    prepared: Environment,
    *,
    application: str = "renkei.wsgi",
    root: str | Path = ROOT,
    **changes: str,
) -> Iterator[Server]:
    """gunicorn as `make run` starts it, in the environment that prepare() had, on a free port.

    `changes` are for the server alone. It is stopped by TERM to its own process id.
    """
    port = free_port()
    environment = prepared | {"PORT": str(port), "SITE_URL": f"http://127.0.0.1:{port}"} | changes
    log_path = Path(prepared["VAR_DIR"]) / "server.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", application],
            cwd=root,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    server = Server(port, log_path, process.pid)
    try:
        _wait_until_it_answers(server, process)
        yield server
    finally:
        stop(process)


def prepare(environment: Environment, *, root: Path = ROOT) -> None:
    """Static files, tables, registers and demo accounts."""
    manage(environment, "collectstatic", "--noinput", "--verbosity", "0", root=root)
    manage(environment, "prepare_demo", root=root)


def manage(environment: Environment, *arguments: str, root: Path = ROOT) -> None:
    """A command of manage.py beside the running server. Raises RuntimeError with its output."""
    run(environment, "manage.py", *arguments, root=root)


def run(environment: Environment, *arguments: str, root: Path = ROOT) -> str:
    """What a program of this Python prints. Raises RuntimeError with its output."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _wait_until_it_answers(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_LIMIT
    while not _is_healthy(server.port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The server did not start:\n{server.log.read_text()}")
        time.sleep(0.1)


def _is_healthy(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def stop(process: subprocess.Popen[bytes]) -> None:
    """TERM lets a process end its work; KILL is for one that hangs."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
