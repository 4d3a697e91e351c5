"""What was measured goes into a document, between the marks of its part: docs/benchmarks.md and others."""

from collections.abc import Iterable
from pathlib import Path

BENCHMARKS = Path("docs/benchmarks.md")


def write(document: Path, part: str, lines: Iterable[str]) -> None:
    """What is written around the marks stays."""
    before, _, after = _parts(document, part)
    begin, end = _marks(part)
    text = "\n".join((begin, *lines, end))
    document.write_text(f"{before}{text}{after}", encoding="utf-8")


def written(document: Path, part: str) -> list[str]:
    return _parts(document, part)[1].strip().splitlines()


def _parts(document: Path, part: str) -> tuple[str, str, str]:
    begin, end = _marks(part)
    before, _, rest = document.read_text(encoding="utf-8").partition(begin)
    within, _, after = rest.partition(end)
    return before, within, after


def _marks(part: str) -> tuple[str, str]:
    return f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
