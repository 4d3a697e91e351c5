"""The clock of the host jumps while the portal runs (libfaketime)."""

import time
from pathlib import Path

from faults.client import Member
from faults.finding import Finding
from faults.stage import Stage, wait_until
from tests.smtp import mail_server

_LIBRARIES = tuple(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


class _Clock:
    """A file that libfaketime reads again at each question for the time."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.jump("+0")

    def jump(self, offset: str) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{offset}\n")
        fresh.replace(self.file)
        time.sleep(3)

    @property
    def environment(self) -> dict[str, str]:
        if not _LIBRARIES:
            raise RuntimeError("libfaketime is not installed (Debian: libfaketime)")
        return {
            "LD_PRELOAD": str(_LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
        }


def jumped(stage: Stage) -> Finding:
    """Fifteen days on, back again, a day back, and right."""
    clock = _Clock(stage.folder / "clock")
    statuses = []
    with (
        mail_server() as box,
        stage.web(**clock.environment) as site,
        stage.worker(
            EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(box.port), **clock.environment
        ) as worker,
    ):
        port = site.port
        old = Member.logged_in(port)
        statuses.append(old.get("/board/").status)
        clock.jump("+15d")
        statuses.append(old.get("/board/").status)
        new = Member.logged_in(port)
        statuses.append(new.get("/board/").status)
        clock.jump("+0")
        statuses.append(old.get("/board/").status)
        clock.jump("-1d")
        statuses.append(Member.logged_in(port).get("/board/").status)
        clock.jump("+0")
        last = Member.logged_in(port)
        statuses.append(last.get("/board/").status)
        last.post("/accounts/password/reset/", login="town@demo.example.jp")
        arrived = wait_until(
            lambda: any("town@" in to for one in box.envelopes for to in one.rcpt_tos), seconds=20
        )
        runs = worker.poll() is None
        twice = len(box.messages) - len({message["Message-ID"] for message in box.messages})
    repeated = stage.number(
        "SELECT count(*) FROM (SELECT 1 FROM members_delivery GROUP BY key, address HAVING count(*) > 1) AS found"
    )
    return Finding(
        "clock +15 days, right again, -1 day, right again",
        "sessions of before end and stay ended; log-in, worker and mail go on; nothing goes out twice",
        f"pages {statuses}, worker {'runs' if runs else 'ended'}, mail afterwards {'arrived' if arrived else 'stuck'}, {twice + repeated} twice",
        statuses == [200, 302, 200, 302, 200, 200]
        and runs
        and arrived
        and not twice
        and not repeated,
    )
