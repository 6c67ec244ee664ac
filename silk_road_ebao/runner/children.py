"""Start processes that cannot outlive us."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from silk_road_ebao.runner.unprivileged import Account

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_LOG_LIMIT = 10 * 2**20


@dataclass(frozen=True)
class Program:
    """What to start and how to end it.

    ``stop_signal`` asks for an orderly end within ``grace_s`` seconds; ``death_signal`` is what the kernel sends when
    the runner itself is killed. With ``log`` the output goes to that file, otherwise to the terminal under the name.
    Others stand on a ``floor``: it is stopped alone and after them.
    """

    name: str
    argv: list[str]
    env: dict[str, str]
    cwd: Path
    floor: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    grace_s: float = 15
    log: Path | None = None
    account: Account | None = None
    before_start: Callable[[], None] | None = field(default=None, compare=False)


def launch(program: Program) -> subprocess.Popen[str]:
    """Start the program in a session of its own, so that Ctrl-C reaches only the runner.

    Call it from the main thread: the kernel ties a child to the thread that made it.
    """
    if program.before_start:
        program.before_start()
    output: int | IO[str] = subprocess.PIPE
    if program.log:
        output = _open_log(program.log)
    try:
        return subprocess.Popen(
            program.argv,
            env=program.env,
            cwd=program.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=tie(program.death_signal),
            **(program.account.popen_arguments() if program.account else {}),
        )
    finally:
        if not isinstance(output, int):
            output.close()


def tie(death_signal: signal.Signals) -> Callable[[], None]:
    """Return what a new process runs before its program: it asks the kernel for the signal at our end."""
    parent = os.getpid()

    def ask() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
            if os.getpid() != parent and os.getppid() != parent:
                os._exit(1)

    return ask


def launch_in_foreground(argv: list[str], *, env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a command that keeps the terminal: it may ask questions, and Ctrl-C reaches it as well.

    Raises:
        OSError: there is no such command.
    """
    return subprocess.Popen(argv, env=env, preexec_fn=tie(signal.SIGTERM))


def die_with_parent() -> None:
    """Have the kernel send us SIGTERM when the process that started us is gone."""
    tie(signal.SIGTERM)()


def end(process: subprocess.Popen[Any], *, grace_s: float) -> None:
    """Wait for the orderly end, then kill whatever is left of the process and its group."""
    try:
        process.wait(grace_s)
    except subprocess.TimeoutExpired:
        kill_group(process.pid)
        process.wait()


def kill_group(pid: int) -> None:
    """Kill every process of the group that the leader has started."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def birth_mark(pid: int) -> str | None:
    """Return when the process was started, in clock ticks: tells it from a later one with the same number.

    None when there is no such process, or the machine does not say.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def outlast(pids: dict[str, int], marks: dict[str, str], *, patience_s: float = 15) -> list[str]:
    """Wait until processes of an earlier run are gone; kill those that stay. Return the names that had to be killed."""
    deadline = time.monotonic() + patience_s
    left = {name: pid for name, pid in pids.items() if name in marks}
    while left := {name: pid for name, pid in left.items() if birth_mark(pid) == marks[name]}:
        if time.monotonic() > deadline:
            for pid in left.values():
                kill_group(pid)
            time.sleep(0.5)
            return sorted(left)
        time.sleep(0.05)
    return []


def _open_log(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_suffix(".old.log"))
    return path.open("a", encoding="utf8")
