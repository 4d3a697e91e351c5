"""Scores and weight as Lighthouse gives them, for a phone of the middle class on a slow network."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser import chromium

PROGRAM = Path("node_modules/lighthouse/cli/index.js")
CATEGORIES = {
    "performance": "performance",
    "accessibility": "accessibility",
    "best-practices": "best practices",
    "seo": "SEO",
}
WEIGHED = {
    "Document": "HTML",
    "Stylesheet": "CSS",
    "Script": "JS",
    "Font": "fonts",
    "Image": "images",
}
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run"
LIMIT = 600
# Now and then the browser's trace has no beginning (NO_NAVSTART).
ATTEMPTS = 3
# Pages behind the log-in, and the log-in itself, ask search engines to stay away, on purpose.
STAYS_AWAY = "is-crawlable"
# Lighthouse asks for it without our header, and is sent to https: a test reads it (tests/renkei).
ROBOTS = "robots-txt"


@dataclass(frozen=True)
class Report:
    visitor: str
    address: str
    scores: dict[str, int]
    weights: dict[str, int]
    # Audits below their best that count in a score.
    missed: list[str]

    def __str__(self) -> str:
        scores = " | ".join(str(self.scores[name]) for name in CATEGORIES)
        weights = " | ".join(f"{self.weights.get(kind, 0):,}" for kind in WEIGHED)
        return f"| {self.visitor}: {self.address} | {scores} | {weights} | {sum(self.weights.values()):,} |"


HEAD = (
    f"| page | {' | '.join(CATEGORIES.values())} "
    f"| {' | '.join(f'{kind} bytes' for kind in WEIGHED.values())} | bytes |"
)


def report(visitor: str, url: str, address: str, headers: Mapping[str, str], tools: Path) -> Report:
    """A member's page is one that is asked for with a cookie."""
    stays_away = "Cookie" in headers or address.startswith("/accounts/")
    with tempfile.TemporaryDirectory(prefix="renkei-lighthouse-") as folder:
        sent, written = Path(folder) / "headers.json", Path(folder) / "report.json"
        sent.write_text(json.dumps(dict(headers)))
        command = [
            *("node", str(tools / PROGRAM), url + address, "--quiet", "--output=json"),
            *(f"--output-path={written}", f"--extra-headers={sent}", f"--chrome-flags={FLAGS}"),
            f"--only-categories={','.join(CATEGORIES)}",
            f"--skip-audits={','.join([ROBOTS, *([STAYS_AWAY] if stays_away else [])])}",
        ]
        environment = os.environ | {"CHROME_PATH": chromium.installed(whole=True) or ""}
        for attempt in range(ATTEMPTS):
            done = subprocess.run(
                command, capture_output=True, text=True, env=environment, timeout=LIMIT
            )
            if not done.returncode:
                break
            if attempt + 1 == ATTEMPTS:
                raise RuntimeError(f"Lighthouse failed at {address}:\n{done.stderr}")
        return _read(visitor, address, json.loads(written.read_text(encoding="utf-8")))


def _read(visitor: str, address: str, result: dict[str, Any]) -> Report:
    scores, missed = {}, []
    for name in CATEGORIES:
        category = result["categories"][name]
        scores[name] = round((category["score"] or 0) * 100)
        for reference in category["auditRefs"]:
            audit = result["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                missed.append(f"{name}: {audit['title']} {audit.get('displayValue', '')}".strip())
    weights: dict[str, int] = {}
    for item in result["audits"]["network-requests"]["details"]["items"]:
        kind = item.get("resourceType", "Other")
        weights[kind] = weights.get(kind, 0) + item.get("transferSize", 0)
    return Report(visitor, address, scores, weights, missed)
