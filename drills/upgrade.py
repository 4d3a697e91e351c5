"""`python -m drills.upgrade [OLD_REF]`: from a release to the code that is here, while members post, and back.

OLD_REF is the release that runs; without it the newest tag before this commit, or where the remote's main
branch is left. The old code comes out of git, and runs with the packages of this virtual environment.
"""

import argparse
import io
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from drills.listener import served
from faults.client import Member
from faults.finding import Finding
from faults.stage import Stage, on_postgres
from faults.traffic import Traffic, traffic
from tests import server

# A start takes some of it on a busy machine.
PHASE_SECONDS = 15


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m drills.upgrade")
    parser.add_argument("old_ref", nargs="?", default="")
    ref = parser.parse_args().old_ref or released()
    if not ref:
        parser.error("no tag and no remote main branch: name the commit that runs in production")
    with checked_out(ref) as root, on_postgres(root) as old:
        finding = upgraded(ref, old, replace(old, root=server.ROOT))
    print(finding)
    return 0 if finding.holds else 1


def released() -> str:
    """Empty when nothing was released yet."""
    return _git("describe", "--tags", "--abbrev=0", "HEAD~1") or _git(
        "merge-base", "HEAD", "origin/main"
    )


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=server.ROOT, capture_output=True, text=True)
    return done.stdout.strip()


@contextmanager
def checked_out(ref: str) -> Iterator[Path]:
    """The files of a commit in a folder of their own; git itself keeps no note of it."""
    command = ["git", "archive", "--format=tar", ref]
    packed = subprocess.run(command, cwd=server.ROOT, check=True, stdout=subprocess.PIPE).stdout
    with tempfile.TemporaryDirectory(prefix="renkei-old-") as name:
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            files.extractall(name, filter="data")
        yield Path(name)


def upgraded(ref: str, old: Stage, new: Stage) -> Finding:
    """The steps of docs/operations.md. The same four people go on all the time."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        members, shares = _switched(old, new, listener)
    kinds = Counter(answer.status for answer in members.answers)
    lost = len(members.taken) - members.rows(new)
    indexed = _index_is_complete(new)
    return Finding(
        f"update from {ref} while members read and post, back to the old code, and forward again",
        "no answer but 200 and 302, no answered post lost, every post in the index",
        f"{dict(kinds)}, longest {members.slowest:.1f} s; {len(members.taken):,} posts answered ({shares[0]} by the old code, "
        f"{shares[1]} on the new tables, then {shares[2]} by the new, {shares[3]} by the old, {shares[4]} by the new code), "
        f"{lost} lost; index {'complete' if indexed else 'differs'}",
        not members.troubles and not lost and indexed and all(shares),
    )


def _switched(old: Stage, new: Stage, listener: socket.socket) -> tuple[Traffic, list[int]]:
    """With the posts that were answered in each phase."""
    port = listener.getsockname()[1]
    with served(old, listener):
        people = [Member.logged_in(port) for _ in range(4)]
    with traffic(port, old.open_topic(), people) as members:
        with old.worker(), served(old, listener):
            shares = [_posts_during(PHASE_SECONDS, members)]
            new.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
            new.python("manage.py", "prepare")
            shares.append(_posts_during(PHASE_SECONDS, members))
        for stage in (new, old):
            with stage.worker(), served(stage, listener):
                shares.append(_posts_during(PHASE_SECONDS, members))
        with new.worker(), served(new, listener):
            shares.append(_posts_during(PHASE_SECONDS, members))
            members.stop()
    return members, shares


def _posts_during(seconds: float, members: Traffic) -> int:
    before = len(members.taken)
    time.sleep(seconds)
    return len(members.taken) - before


def _index_is_complete(stage: Stage) -> bool:
    try:
        stage.python("manage.py", "check_search")
    except RuntimeError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
