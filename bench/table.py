"""What was measured goes into docs/benchmarks.md."""

from pathlib import Path

RESULT = Path("docs/benchmarks.md")


def write(name: str, lines: list[str]) -> None:
    """Between the marks of that name; what is written around them stays."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, _, rest = RESULT.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(end)[2]
    text = "\n".join(lines)
    RESULT.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
