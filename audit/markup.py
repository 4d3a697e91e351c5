"""HTML as the Nu Html Checker of the W3C reads it: one process for all pages."""

import json
import os
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

# On purpose: without it Safari reads no list where CSS takes the dots away.
MEANT = r".*“list” role is unnecessary.*"
JAR = Path("node_modules/vnu-jar/build/dist/vnu.jar")


class Fault(NamedTuple):
    is_error: bool
    message: str
    extract: str

    def __str__(self) -> str:
        return f"{'error' if self.is_error else 'warning'}: {self.message} [{self.extract}]"


def faults(folder: Path, tools: Path) -> dict[str, list[Fault]]:
    """By the name of the file; only files that have one."""
    command = [
        *("java", "-Xss4m", "-jar", str(tools / JAR)),
        *("--format", "json", "--stdout", "--exit-zero-always", "--skip-non-html"),
        *("--filterpattern", MEANT, str(folder)),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C.UTF-8"}
    )
    if done.returncode:
        raise RuntimeError(f"The HTML checker failed:\n{done.stderr}")
    found = defaultdict(list)
    for message in json.loads(done.stdout)["messages"]:
        is_error = message["type"] != "info"
        if is_error or message.get("subType") == "warning":
            extract = " ".join(message.get("extract", "").split())
            name = message.get("url", "").rpartition("/")[2]
            found[name].append(Fault(is_error, message["message"], extract))
    return dict(found)
