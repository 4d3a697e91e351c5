"""What the people of the morning were answered, and what the portal's processes held meanwhile."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import TypedDict

from bench.machine import memory_of_workers, resident

LOG_IN = "log in"
LOG_IN_P95_MS, OTHERS_P95_MS = 1_000, 300
HEAD = "| what | answers | errors | p50 ms | p95 ms | p99 ms | longest ms | goal |"
# Between the second minute, when every page has been drawn once, and the end.
FLAT_MB = 15
WARM_SHARE = 0.2


class Answer(TypedDict):
    name: str
    ms: float
    trouble: str


@dataclass(frozen=True)
class Answers:
    all: list[Answer]

    @property
    def hold(self) -> bool:
        return (
            not self._troubles()
            and _percentile(self._log_ins(), 0.95) < LOG_IN_P95_MS
            and _percentile(self._others(), 0.95) < OTHERS_P95_MS
        )

    def table(self) -> Iterator[str]:
        yield f"{HEAD}\n|{'---|' * 8}"
        names = Counter(answer["name"] for answer in self.all)
        for name, _ in names.most_common():
            if name != LOG_IN:
                yield _row(name, [one for one in self.all if one["name"] == name], "")
        yield _row("**all but log-ins**", self._others(), f"p95 < {OTHERS_P95_MS} ms, no error")
        yield _row("**log in**", self._log_ins(), f"p95 < {LOG_IN_P95_MS:,} ms, no error")
        for trouble, number in self._troubles().most_common(5):
            yield f"\n{number} times: {trouble}"

    def _log_ins(self) -> list[Answer]:
        return [answer for answer in self.all if answer["name"] == LOG_IN]

    def _others(self) -> list[Answer]:
        return [answer for answer in self.all if answer["name"] != LOG_IN]

    def _troubles(self) -> Counter[str]:
        return Counter(answer["trouble"] for answer in self.all if answer["trouble"])


def _row(name: str, answers: list[Answer], goal: str) -> str:
    errors = sum(bool(answer["trouble"]) for answer in answers)
    times = " | ".join(f"{_percentile(answers, share):,.0f}" for share in (0.5, 0.95, 0.99))
    longest = max(answer["ms"] for answer in answers)
    return f"| {name} | {len(answers):,} | {errors} | {times} | {longest:,.0f} | {goal} |"


def _percentile(answers: list[Answer], share: float) -> float:
    """Milliseconds. The nearest answer's, so that one is enough."""
    durations = sorted(answer["ms"] for answer in answers)
    return durations[min(int(len(durations) * share), len(durations) - 1)]


@dataclass
class Memory:
    """Of the web processes and the worker, in megabytes; and how busy the machine was."""

    web: int
    worker: int
    mails: int = 0
    seen: list[tuple[float, float]] = field(default_factory=list)
    busy: float = 0

    @contextmanager
    def watched(self, seconds: float = 5) -> Iterator[None]:
        stopped = threading.Event()
        thread = threading.Thread(target=self._look, args=(stopped, seconds))
        before = _cpu()
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join()
            spent = [after - since for after, since in zip(_cpu(), before, strict=True)]
            self.busy = 1 - (spent[1] + spent[3]) / sum(spent)

    def _look(self, stopped: threading.Event, seconds: float) -> None:
        while not stopped.wait(seconds):
            self.seen.append((mean(memory_of_workers(self.web)), resident(self.worker)))

    @property
    def is_flat(self) -> bool:
        warm, end = self._warm_and_end()
        return all(after - before < FLAT_MB for before, after in zip(warm, end, strict=True))

    def _warm_and_end(self) -> tuple[tuple[float, float], tuple[float, float]]:
        return self.seen[int(len(self.seen) * WARM_SHARE)], self.seen[-1]

    def __str__(self) -> str:
        (web, worker), (web_end, worker_end) = self._warm_and_end()
        return (
            f"Memory after a fifth of the time and at the end: a web process {web:.0f} and {web_end:.0f} MB, the worker "
            f"{worker:.0f} and {worker_end:.0f} MB (goal: flat). {self.mails:,} mails went out meanwhile. "
            f"The machine was busy for {self.busy:.0%} of the time, those who ask included."
        )


def _cpu() -> list[int]:
    """Ticks since the start: user, nice (none of ours), system, idle, … (proc(5))."""
    return [int(number) for number in Path("/proc/stat").read_text().split("\n")[0].split()[1:8]]
