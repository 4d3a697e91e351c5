"""nginx in front, with the configuration of deploy/: slow, idle and many clients; workers that reload."""

import asyncio
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles

from faults.client import Member
from faults.finding import Finding
from faults.proxy import proxied
from faults.stage import Stage

SLOW, IDLE = 500, 10_000
MEASURED = 200
P95_MS = 300


def slow_clients(stage: Stage) -> Finding:
    """500 forms that arrive byte by byte."""
    return _disturbed(
        stage, f"{SLOW} clients that send a byte a second, nginx in front", SLOW, b"0"
    )


def idle_connections(stage: Stage) -> Finding:
    """10,000 connections that were opened and say nothing."""
    return _disturbed(stage, f"{IDLE:,} idle connections, nginx in front", IDLE, b"")


def _disturbed(stage: Stage, fault: str, number: int, drip: bytes) -> Finding:
    with (
        stage.web(TRUSTED_PROXY_COUNT="1", WEB_THREADS="1") as site,
        proxied(stage.folder, site.port) as front,
    ):
        alone = _measure(front)
        with _held_open(front, number, drip) as opened:
            crowded = _measure(front)
    return Finding(
        fault,
        f"others are served: p95 under {P95_MS} ms, no error",
        f"{opened:,} open; before p50 {median(alone):.0f} ms, p95 {quantiles(alone, n=20)[-1]:.0f} ms; "
        f"then p50 {median(crowded):.0f} ms, p95 {quantiles(crowded, n=20)[-1]:.0f} ms",
        opened == number and len(crowded) == MEASURED and quantiles(crowded, n=20)[-1] < P95_MS,
    )


def _measure(port: int) -> list[float]:
    """Milliseconds of the pages that were answered by 200."""
    visitor, durations = Member(port), []
    for number in range(MEASURED):
        began = time.perf_counter()
        if visitor.get(("/", "/members/", "/accounts/login/")[number % 3]).status == 200:
            durations.append((time.perf_counter() - began) * 1000)
    return durations


@contextmanager
def _held_open(port: int, number: int, drip: bytes) -> Iterator[int]:
    """That many connections, kept by a loop in a thread of its own; answers how many stand."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        writers = asyncio.run_coroutine_threadsafe(_open(port, number, drip), loop).result(120)
        yield len(writers)
        asyncio.run_coroutine_threadsafe(_close(writers), loop).result(120)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _open(port: int, number: int, drip: bytes) -> list[asyncio.StreamWriter]:
    writers = []
    for _ in range(number):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        if drip:
            writer.write(
                b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n"
            )
        writers.append(writer)
    if drip:
        asyncio.get_running_loop().create_task(_drip(writers, drip))
    return writers


async def _close(writers: list[asyncio.StreamWriter]) -> None:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    for writer in writers:
        writer.close()


async def _drip(writers: list[asyncio.StreamWriter], drip: bytes) -> None:
    while True:
        for writer in writers:
            if not writer.is_closing():
                writer.write(drip)
        await asyncio.sleep(1)


def reloaded(stage: Stage, *, requests: int = 1_000) -> Finding:
    """HUP to gunicorn ten times while visitors read."""
    answers: list[int] = []
    with stage.web() as site:
        visitors = [
            threading.Thread(target=_visit, args=(site.port, requests // 4, answers))
            for _ in range(4)
        ]
        for visitor in visitors:
            visitor.start()
        for _ in range(10):
            time.sleep(1.5)
            os.kill(site.pid, signal.SIGHUP)
        for visitor in visitors:
            visitor.join()
    kinds = Counter(answers)
    return Finding(
        f"workers replaced (HUP) ten times during {requests:,} requests",
        "no request fails",
        f"{dict(kinds)}",
        set(kinds) == {200} and len(answers) == requests,
    )


def _visit(port: int, number: int, answers: list[int]) -> None:
    visitor = Member(port)
    for _ in range(number):
        answers.append(visitor.get("/members/").status)
        time.sleep(0.05)
