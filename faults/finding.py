"""What one injected fault showed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`expected` is the promise, `seen` are figures; a promise that did not hold ends the run with 1."""

    fault: str
    expected: str
    seen: str
    holds: bool

    def __str__(self) -> str:
        return f"| {self.fault} | {self.expected} | {self.seen} | {'yes' if self.holds else '**no**'} |"
