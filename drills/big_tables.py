"""`python -m drills.big_tables`: what migrations do to a big board while members read and post.

A board of the size that is asked for, and the kinds of migrations that docs/architecture.md allows, on its
biggest table. Ends with 1 when anybody saw an error or a post is missing.
"""

import argparse
import sys
import time
from collections import Counter
from itertools import pairwise

from faults.finding import Finding
from faults.stage import Stage, on_postgres
from faults.traffic import Traffic, traffic

PHASE_SECONDS = 20
SIZES = {"organizations": 1788, "topics": 5000, "replies": 100_000}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m drills.big_tables")
    for name, size in SIZES.items():
        parser.add_argument(f"--{name}", type=int, default=size)
    sizes = vars(parser.parse_args())
    with on_postgres() as stage:
        options = [f"--{name}={size}" for name, size in sizes.items()]
        stage.python("manage.py", "seed_demo", *options)
        finding = migrated(stage)
    print(finding)
    return 0 if finding.holds else 1


def migrated(stage: Stage) -> Finding:
    replies = stage.number("SELECT count(*) FROM board_reply")
    with stage.worker(), stage.web() as site, traffic(site.port, stage.open_topic()) as members:
        usual = _longest_during(PHASE_SECONDS, members)
        members.slowest = 0.0
        began = time.monotonic()
        stage.python("manage.py", "prepare", DJANGO_SETTINGS_MODULE="drills.settings")
        took = time.monotonic() - began
        meanwhile = members.slowest
        afterwards = _longest_during(PHASE_SECONDS, members)
        members.stop()
    kinds = Counter(answer.status for answer in members.answers)
    lost = len(members.taken) - members.rows(stage)
    filled = stage.number("SELECT count(*) FROM board_reply WHERE note IS NOT NULL")
    return Finding(
        f"column, data, index and rule added to {replies:,} replies while members read and post",
        "no answer but 200 and 302, no answered post lost, every old reply filled",
        f"{dict(kinds)}; longest answer {usual:.1f} s before, {meanwhile:.1f} s meanwhile ({took:.0f} s, of them {_steps(stage)}), "
        f"{afterwards:.1f} s afterwards; {len(members.taken):,} posts answered, {lost} lost; {filled:,} filled",
        not members.troubles and not lost and filled >= replies,
    )


def _longest_during(seconds: float, members: Traffic) -> float:
    members.slowest = 0.0
    time.sleep(seconds)
    return members.slowest


def _steps(stage: Stage) -> str:
    """How long each migration took: from the one before to its own entry."""
    rows = stage.ask(
        "SELECT name, extract(epoch FROM applied) FROM django_migrations WHERE app = 'board' ORDER BY id DESC LIMIT 5"
    )
    steps = [(str(name), float(at)) for name, at in reversed(rows)]
    return ", ".join(
        f"{name.partition('_')[2]} {at - before:.1f} s"
        for (_, before), (name, at) in pairwise(steps)
    )


if __name__ == "__main__":
    sys.exit(main())
