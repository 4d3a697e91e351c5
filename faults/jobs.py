"""Several hosts do the same work at once; a worker dies inside each job."""

import json
from collections import Counter
from contextlib import ExitStack

from faults.finding import Finding
from faults.mails import fill_outbox, unsent
from faults.stage import Stage, wait_until
from tests.smtp import mail_server

HOSTS, WORKERS = 2, 2
MAILS = 1_000


def several_workers(stage: Stage) -> Finding:
    """Two hosts with two workers each begin the day together."""
    stage.change("DELETE FROM renkei_jobrun")
    with mail_server() as box, ExitStack() as running:
        fill_outbox(stage, MAILS, "hosts")
        for _ in range(HOSTS * WORKERS):
            running.enter_context(stage.worker(EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(box.port)))
        done = wait_until(lambda: unsent(stage, "hosts") == 0, seconds=120)
        wait_until(lambda: _unfinished(stage) == 0, seconds=30)
        arrived = Counter(
            message["Message-ID"] for message in box.messages if "@town" in message["To"]
        )
    runs = stage.ask("SELECT job, period, count(*), max(failure) FROM renkei_jobrun GROUP BY 1, 2")
    failures = [job for job, _, _, failure in runs if failure]
    return Finding(
        f"{HOSTS * WORKERS} workers of {HOSTS} hosts begin at once: {MAILS:,} mails and all jobs of the day",
        "each mail once, each job once",
        f"{len(arrived):,} mails, {sum(arrived.values()) - len(arrived)} twice; {len(runs)} jobs, "
        f"{sum(number for _, _, number, _ in runs)} runs, failed {failures}",
        done and sum(arrived.values()) == len(arrived) == MAILS and not failures and bool(runs),
    )


def _unfinished(stage: Stage) -> int:
    return stage.number("SELECT count(*) FROM renkei_jobrun WHERE finished_at IS NULL")


def killed_in_each_job(stage: Stage) -> Finding:
    """SIGKILL before the first write of a job, then before its second, and so on; see faults/job.py."""
    stage.python("-m", "faults.job", "prepare")
    kills, broken, idle = 0, [], []
    for name in json.loads(stage.python("-m", "faults.job", "list")):
        report = json.loads(stage.python("-m", "faults.job", name))
        kills += report["kills"]
        broken += [name] if report["broken"] else []
        idle += [] if report["kills"] else [name]
    return Finding(
        f"worker killed (SIGKILL) before each write of each job, {kills} times",
        "nothing half done; an hour later another worker does the job",
        f"half done: {broken or 'none'}; jobs that had nothing to write: {', '.join(idle) or 'none'}",
        kills > 0 and not broken,
    )
