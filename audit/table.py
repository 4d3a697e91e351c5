"""What was found of each role, and where it stands: docs/quality.md."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from audit.roles import ROLES
from audit.visit import Page
from bench.table import written

RESULT = Path("docs/quality.md")
HEAD = (
    *("visitor", "pages", "broken", "HTML errors", "HTML warnings"),
    *("forms sent empty", "axe violations", "sideways scrolls", "asked on"),
)
Faults = dict[str, list[str]]


@dataclass
class Seen:
    """What was found of one role, by address."""

    role: str
    pages: list[Page]
    parts: Sequence[str]
    markup: Faults = field(default_factory=dict)
    axe: Faults = field(default_factory=dict)
    sideways: Faults = field(default_factory=dict)
    refused: int = 0

    @property
    def broken(self) -> Faults:
        return {
            page.address: [f"answers {page.status}"] for page in self.pages if page.status >= 400
        }

    @property
    def row(self) -> str:
        """With a dash for what was not asked."""
        numbers = {
            "markup": (_count(self.markup, "error"), _count(self.markup, "warning")),
            "forms": (self.refused,),
            "axe": (_count(self.axe), _count(self.sideways)),
        }
        asked = [
            str(number) if part in self.parts else "–"
            for part, of_part in numbers.items()
            for number in of_part
        ]
        pages, broken = str(len(self.pages)), str(_count(self.broken))
        return _line((self.role, pages, broken, *asked, today()))


def _count(found: Faults, kind: str = "") -> int:
    return sum(fault.startswith(kind) for faults in found.values() for fault in faults)


def pages(rows: dict[str, str]) -> list[str]:
    """In the order of the roles."""
    return [_line(HEAD), f"|{'---|' * len(HEAD)}", *(rows[role] for role in ROLES if role in rows)]


def rows_written() -> dict[str, str]:
    """Of the roles that were asked before: each stays until it is asked again."""
    lines = written(RESULT, "pages")
    return {line.split(" | ")[0].removeprefix("| "): line for line in lines}


def today() -> str:
    return f"{datetime.now(tz=UTC):%Y-%m-%d}"


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
