"""Write an append-only journal of JSON lines; several requests may share one fsync."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Line = dict[str, Any]


class JournalError(RuntimeError):
    """Say that the journal cannot be read or can no longer be written."""


class Journal:
    """Append lines and wait until they are on disk (group commit)."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.jsonl"
        self._lock_file = (folder / "lock").open("a")
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise JournalError(f"another sandbox already uses {folder}") from None
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._buffer: list[bytes] = []
        self._buffer_lock = threading.Lock()
        self._flush_lock = threading.Lock()
        self._failed: str | None = None
        self.last_no = 0
        self.durable_no = 0

    def replay(self) -> Iterator[Line]:
        """Yield every line from the start; cut off a torn last line and say so.

        Raises JournalError for damage that is not at the very end.
        """
        good_end = 0
        with self.path.open("rb") as file:
            for raw in file:
                try:
                    line = _read_line(raw, self.last_no + 1)
                except (ValueError, KeyError, TypeError) as reason:
                    if file.read(1):
                        raise JournalError(f"{self.path}: line {self.last_no + 1} is damaged ({reason})") from None
                    print(
                        f"sandbox: cut off a torn last line of {self.path.name} "
                        f"({len(raw)} bytes after line {self.last_no})",
                        file=sys.stderr,
                        flush=True,
                    )
                    break
                good_end += len(raw)
                self.last_no += 1
                yield line
        os.ftruncate(self._fd, good_end)
        self.durable_no = self.last_no

    def append(self, at: str, what: str, puts: list[Any]) -> int:
        """Queue one line and return its number; it is not durable before ``wait``."""
        if self._failed:
            raise JournalError(self._failed)
        with self._buffer_lock:
            self.last_no += 1
            line = {"n": self.last_no, "at": at, "what": what, "put": puts}
            text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
            self._buffer.append(text.encode() + b"\n")
            return self.last_no

    def wait(self, number: int | None = None) -> None:
        """Return when the line (or every line so far) is on disk.

        Whoever comes first writes for all who queued meanwhile. Raises JournalError when the
        disk refuses; from then on nothing is accepted, since memory is ahead of the disk.
        """
        wanted = self.last_no if number is None else number
        if self.durable_no >= wanted:
            return
        with self._flush_lock:
            if self._failed:
                raise JournalError(self._failed)
            if self.durable_no >= wanted:
                return
            with self._buffer_lock:
                data = b"".join(self._buffer)
                self._buffer.clear()
                upto = self.last_no
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(self._fd, view) :]
                os.fsync(self._fd)
            except OSError as reason:
                self._failed = f"journal cannot be written: {reason.strerror}"
                raise JournalError(self._failed) from reason
            self.durable_no = upto

    def close(self) -> None:
        """Write what is queued and let go of the files."""
        if not self._failed:
            self.wait()
        os.close(self._fd)
        self._lock_file.close()


def _read_line(raw: bytes, number: int) -> Line:
    """Return a line of the journal; raise ValueError when it is not whole or not the next."""
    if not raw.endswith(b"\n"):
        raise ValueError("no end of line")
    line: Line = json.loads(raw)
    if line["n"] != number:
        raise ValueError(f"line number {line['n']}")
    return line
