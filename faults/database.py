"""The database restarts, stops, locks and loses its cache while members read and post."""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from faults.client import Answer, Member
from faults.finding import Finding
from faults.stage import Stage, wait_until
from faults.traffic import Traffic, traffic

# After the database answers again.
GRACE_SECONDS = 1.0
CALM_SECONDS = 4
ADVICE = "1分ほど待って"


@contextmanager
def _traffic(stage: Stage) -> Iterator[Traffic]:
    with stage.web() as site, traffic(site.port, stage.open_topic()) as found:
        yield found


def restarted(stage: Stage) -> Finding:
    """pg_ctl stop and start, fast and immediate, twice each, one second apart."""
    outages = []
    with _traffic(stage) as members:
        for mode in ("fast", "immediate") * 2:
            time.sleep(CALM_SECONDS)
            began = time.monotonic()
            stage.server.stop(mode)
            time.sleep(1)
            stage.server.start()
            outages.append((began, time.monotonic() + GRACE_SECONDS))
        time.sleep(CALM_SECONDS)
    kinds = Counter(answer.status for answer in members.troubles)
    late = [one for one in members.troubles if not any(a <= one.at <= b for a, b in outages)]
    unkind = [one for one in members.troubles if not _is_kind(one)]
    lost = len(members.taken) - members.rows(stage)
    return Finding(
        "database restarted four times (fast, immediate) under load",
        f"503 in Japanese with Retry-After, none later than {GRACE_SECONDS:.0f} s after it answers, no answered post lost",
        f"{len(members.answers):,} answers; troubles {dict(kinds)}, late {len(late)}, "
        f"in other words {len(unkind)}; {len(members.taken)} posts answered, {lost} lost",
        not late and not unkind and not lost and bool(members.troubles),
    )


def _is_kind(answer: Answer) -> bool:
    return answer.status == 503 and "Retry-After" in answer.headers and ADVICE in answer.text


def restarted_while_idle(stage: Stage) -> Finding:
    """Connections that the workers keep are dead afterwards."""
    with stage.web() as site:
        member = Member.logged_in(site.port)
        before = Counter(member.get("/board/").status for _ in range(20))
        stage.server.stop()
        stage.server.start()
        after = Counter(member.get("/board/").status for _ in range(60))
    return Finding(
        "database restarted while nobody asks (connections are kept 600 s)",
        "no request fails afterwards",
        f"before {dict(before)}, after {dict(after)}",
        set(after) == {200},
    )


def stopped(stage: Stage, *, seconds: int = 60) -> Finding:
    """Web and worker run on without it, and recover without a restart."""
    with stage.web() as site, stage.worker() as worker:
        member = Member.logged_in(site.port)
        stage.server.stop()
        # As a monitor asks: without a session.
        alive = Member(site.port).get("/healthz").status
        began = time.monotonic()
        ready = member.get("/readyz").status
        took = time.monotonic() - began
        page = member.get("/board/")
        time.sleep(seconds)
        stage.server.start()
        recovered = wait_until(lambda: member.get("/board/").status == 200, seconds=5)
        sent = _mail_goes_out(stage, member)
        is_running = worker.poll() is None
    return Finding(
        f"database stopped for {seconds} s",
        "/healthz 200, /readyz 503 within 1 s, pages 503; afterwards pages and worker go on by themselves",
        f"/healthz {alive}, /readyz {ready} in {took:.2f} s, page {page.status}; afterwards page "
        f"{'200' if recovered else 'failed'}, worker {'runs' if is_running else 'ended'}, mail {'sent' if sent else 'stuck'}",
        (alive, ready, page.status) == (200, 503, 503)
        and took < 1
        and recovered
        and sent
        and is_running,
    )


def _mail_goes_out(stage: Stage, member: Member) -> bool:
    """A new mail is asked for, and sent by the worker that was running all the time."""
    member.post("/accounts/password/reset/", login="town@demo.example.jp")
    query = "SELECT count(*) FROM members_delivery WHERE address = 'town@demo.example.jp' AND state = 'sent'"
    return wait_until(lambda: stage.number(query) > 0, seconds=20)


def row_locked(stage: Stage) -> Finding:
    """Another transaction holds the row of the topic, and does not end."""
    topic = stage.open_topic()
    fields = {"body": "behind a lock", "publish": "1", "form_key": secrets.token_hex(16)}
    with stage.web() as site, stage.connection() as other:
        member = Member.logged_in(site.port)
        with other.transaction():
            other.execute("SELECT id FROM board_topic WHERE id = %s FOR NO KEY UPDATE", (topic,))
            began = time.monotonic()
            refused = member.post(f"/board/topics/{topic}/reply/", **fields)
            took = time.monotonic() - began
            reading = member.get(f"/board/topics/{topic}/").status
        answer = member.post(f"/board/topics/{topic}/reply/", **fields)
    rows = stage.number("SELECT count(*) FROM board_reply WHERE body = 'behind a lock'")
    return Finding(
        "transaction left open that holds a topic's row",
        "the post is refused with 503 after 5 s, reading goes on; the same form sent again counts once",
        f"{refused.status} after {took:.1f} s, reading {reading}; then {answer.status}, {rows} row",
        (refused.status, reading, answer.status, rows) == (503, 200, 302, 1) and took < 10,
    )


def cache_emptied(stage: Stage) -> Finding:
    """Rate limits and previews of imports live in it."""

    def disturb() -> None:
        for _ in range(10):
            stage.change("DELETE FROM cache")
            time.sleep(0.5)
        with stage.connection() as connection, connection.transaction():
            connection.execute("LOCK TABLE cache IN ACCESS EXCLUSIVE MODE")
            time.sleep(2)

    return _undisturbed(stage, "cache table emptied ten times, then locked for 2 s", disturb)


def _undisturbed(stage: Stage, fault: str, disturb: Callable[[], None]) -> Finding:
    with _traffic(stage) as members:
        disturb()
    kinds = Counter(answer.status for answer in members.answers)
    return Finding(fault, "no page fails", f"{dict(kinds)}", not members.troubles)
