"""run.json: what is up in a state folder, for other commands to read; it is there only while something is."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from silk_road_ebao.runner.children import outlast
from silk_road_ebao.runner.messages import say
from silk_road_ebao.runner.records import read_record, write_record
from silk_road_ebao.runner.supervisor import Supervisor

FILE = "run.json"


class Presence:
    """The record of one run: its addresses and the numbers of its processes."""

    def __init__(self, path: Path, *, what: str, supervisor: Supervisor) -> None:
        self._path, self._supervisor = path, supervisor
        self._facts: dict[str, Any] = {
            "what": what,
            "runner": os.getpid(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "web": None,
            "sandbox": None,
        }
        self._published = False

    def publish(self, **facts: str | None) -> None:
        """Write the record with these facts added, and again whenever a process is replaced."""
        self._facts |= facts
        self._published = True
        self._supervisor.on_change = self._write
        self._write()

    def facts(self) -> dict[str, Any]:
        """Return what the record says."""
        return self._facts | {"pids": self._supervisor.pids(), "marks": self._supervisor.marks()}

    def withdraw(self) -> None:
        """Remove the record."""
        self._supervisor.on_change = lambda: None
        if self._published:
            self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        write_record(self._path, self.facts(), mode=0o644)


def clear_away(path: Path) -> bool:
    """Wait for the processes of a run that was killed, and remove its record; tell whether there was one."""
    left = read_record(path)
    if not left:
        return False
    killed = outlast(left.get("pids", {}), left.get("marks", {}))
    if killed:
        say(f"the last run was killed; ended what it left: {', '.join(killed)}")
    path.unlink(missing_ok=True)
    return True
