"""`python -m drills.upgrade [OLD_REF]`: from a release to the code that is here, while members post, and back.

OLD_REF is the release that runs; without it the newest tag before this commit, or where the remote's main
branch is left. The old code comes out of git, and runs with the packages of this virtual environment.
"""

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from faults.client import Member
from faults.finding import Finding
from faults.stage import Stage, on_postgres
from faults.traffic import Traffic, traffic
from tests import server

CALM_SECONDS = 5
OVERLAP_SECONDS = 15


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


@dataclass(frozen=True)
class Phase:
    """What members were answered by one of both codes."""

    name: str
    members: Traffic

    def __str__(self) -> str:
        kinds = dict(sorted(Counter(answer.status for answer in self.members.answers).items()))
        return f"{self.name} {kinds}, longest {self.members.slowest:.1f} s"


def upgraded(ref: str, old: Stage, new: Stage) -> Finding:
    """The steps of docs/operations.md. The same four people go on, without logging in anew."""
    phases = [Phase("old code, migrated underneath", _overlapping(old, new))]
    people = phases[0].members.members
    phases.append(Phase("new code", _going_on(new, people)))
    phases.append(Phase("old code again", _going_on(old, people)))
    phases.append(Phase("new code again", _going_on(new, people)))
    taken = sum(len(phase.members.taken) for phase in phases)
    lost = taken - sum(phase.members.rows(new) for phase in phases)
    indexed = _index_is_complete(new)
    return Finding(
        f"update from {ref} while members read and post, back to the old code, and forward again",
        "no answer but 200 and 302, no answered post lost, every post in the index",
        f"{'; '.join(map(str, phases))}; {taken:,} posts answered, {lost} lost; index {'complete' if indexed else 'differs'}",
        not lost
        and indexed
        and all(phase.members.taken and not phase.members.troubles for phase in phases),
    )


def _overlapping(old: Stage, new: Stage) -> Traffic:
    """Old processes before, during and after the migrations of the new code."""
    with old.worker(), old.web() as site, traffic(site.port, old.open_topic()) as members:
        time.sleep(CALM_SECONDS)
        new.python("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        new.python("manage.py", "prepare")
        time.sleep(OVERLAP_SECONDS)
    return members


def _going_on(stage: Stage, people: list[Member]) -> Traffic:
    with stage.worker(), stage.web() as site:
        same = [Member(site.port, person.headers) for person in people]
        with traffic(site.port, stage.open_topic(), same) as members:
            time.sleep(CALM_SECONDS)
    return members


def _index_is_complete(stage: Stage) -> bool:
    try:
        stage.python("manage.py", "check_search")
    except RuntimeError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
