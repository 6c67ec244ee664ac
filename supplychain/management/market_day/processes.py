"""The processes a market day needs: those of a running demo, or its own for as long as it lasts."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from payments.gateways import gateway_of

NEEDED = "sandbox,web,worker,beat"


class ProcessesMissing(Exception):
    """The processes could not be started; the text says which file tells more."""


@dataclass(frozen=True)
class Processes:
    """Where the web process and the acquirers' sandbox answer, and whether we started them."""

    web: str
    sandbox: str
    are_ours: bool


@contextmanager
def processes() -> Iterator[Processes]:
    """Give the running demo's processes, or start sandbox, web, worker and beat and stop them afterwards.

    Raises:
        ProcessesMissing: they did not come up.
    """
    running = _running()
    if running.get("web") and running.get("sandbox"):
        yield Processes(running["web"], running["sandbox"], are_ours=False)
        return
    command = [sys.executable, "-m", "silk_road_ebao.runner", "processes", "--only", NEEDED]
    child = subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr, text=True
    )
    try:
        yield _ready(child)
    finally:
        if child.stdin:
            child.stdin.close()
        child.wait(60)


def _running() -> dict[str, Any]:
    file = Path(os.environ.get("EBAO_STATE", "var")) / "run.json"
    try:
        facts = json.loads(file.read_text(encoding="utf8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _ready(child: "subprocess.Popen[str]") -> Processes:
    line = child.stdout.readline() if child.stdout else ""
    if not line:
        raise ProcessesMissing("web, worker and sandbox did not come up; see the log folder beside the data.")
    facts = json.loads(line)
    settings.ACQUIRERS = json.loads(Path(facts["acquirers_file"]).read_text(encoding="utf8"))
    settings.PUBLIC_URL = facts["web"]
    gateway_of.cache_clear()
    return Processes(facts["web"], facts["sandbox"], are_ours=True)
