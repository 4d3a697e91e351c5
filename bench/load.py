"""A small load: a few connections that ask for one address again and again."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median, quantiles

CONNECTIONS = 8
WARM_UP = 2
TIMEOUT = 30


@dataclass(frozen=True)
class Answers:
    """Durations are seconds; `size` is the body as it travels, compressed."""

    durations: list[float]
    elapsed: float
    size: int

    @property
    def per_second(self) -> float:
        return len(self.durations) / self.elapsed

    @property
    def median_ms(self) -> float:
        return median(self.durations) * 1000

    @property
    def p95_ms(self) -> float:
        return quantiles(self.durations, n=20)[-1] * 1000

    @property
    def p99_ms(self) -> float:
        return quantiles(self.durations, n=100)[-1] * 1000


def measure(
    port: int,
    path: str,
    headers: Mapping[str, str],
    *,
    requests: int,
    connections: int = CONNECTIONS,
) -> Answers:
    """Every connection first asks WARM_UP times unmeasured. Raises on any answer but 200."""
    share = max(requests // connections, 2)
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda _: list(_ask(port, path, headers, WARM_UP)), range(connections)))
        started = time.perf_counter()
        parts = pool.map(lambda _: list(_ask(port, path, headers, share)), range(connections))
        answers = [answer for part in parts for answer in part]
        elapsed = time.perf_counter() - started
    return Answers([duration for duration, _ in answers], elapsed, size=answers[-1][1])


def _ask(
    port: int, path: str, headers: Mapping[str, str], times: int
) -> Iterator[tuple[float, int]]:
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        for _ in range(times):
            started = time.perf_counter()
            connection.request("GET", path, headers=dict(headers))
            response = connection.getresponse()
            size = len(response.read())
            if response.status != 200:
                raise RuntimeError(f"{path} answers {response.status}")
            yield time.perf_counter() - started, size
    finally:
        connection.close()
