"""What the runner says on the terminal: prefixed lines, and one clear sentence for each trouble."""

import errno
import os
import sys
import threading
import time

COLOURS = {
    "ebao": "1;36",
    "postgres": "34",
    "valkey": "31",
    "sandbox": "35",
    "web": "32",
    "worker": "33",
    "beat": "90",
    "migrate": "34",
    "static": "90",
}
NAME_WIDTH = 8
_STARTED = time.monotonic()
_writing = threading.Lock()


class Trouble(Exception):
    """Something the operator can mend: what happened, what to do about it, and the exit status."""

    def __init__(self, what: str, advice: str = "", *, status: int = 1) -> None:
        super().__init__(what)
        self.what, self.advice, self.status = what, advice, status

    def __str__(self) -> str:
        return f"{self.what}\n  {self.advice}" if self.advice else self.what


def say(text: str) -> None:
    """Print a line of the runner's own with the seconds since its start."""
    show_line("ebao", f"[{time.monotonic() - _STARTED:5.1f}s] {text}")


def show_line(name: str, text: str) -> None:
    """Print a line under the name of the process it came from; a closed terminal is no reason to stop."""
    label = f"{name:<{NAME_WIDTH}}|"
    if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
        label = f"\033[{COLOURS.get(name, '0')}m{label}\033[0m"
    with _writing:
        try:
            print(f"{label} {text}", file=sys.stderr, flush=True)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def show_trouble(trouble: Trouble) -> None:
    """Print the trouble and what to do, at the end of everything else."""
    show_line("ebao", f"! {trouble.what}")
    for line in trouble.advice.splitlines():
        show_line("ebao", f"  {line}")


def disk_full(where: object) -> Trouble:
    """Build the message for a full disk."""
    return Trouble(
        f"The disk is full: nothing more can be written in {where}.",
        "Free some space (300 MB is enough), then start again: what was saved is kept.",
    )


def trouble_of(error: OSError) -> Trouble:
    """Translate what the operating system refused into a sentence."""
    where = error.filename or "the data folder"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(where)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Trouble(
            f"No permission for {where}: {error.strerror}.",
            "Choose a folder that may be written, STATE=folder, or mend its owner.",
        )
    return Trouble(f"{where}: {error.strerror or error}.")
