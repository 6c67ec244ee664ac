"""Keep processes alive: show what they say, start again what dies, stop all of them in reverse order."""

import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from types import FrameType

from silk_road_ebao.runner.children import Program, birth_mark, end, kill_group, launch
from silk_road_ebao.runner.messages import Trouble, say, show_line

RESTARTS, WITHIN_S = 8, 120
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 10.0
PULSE_S = 0.1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt_on_signals() -> None:
    """Turn the signals that ask us to stop into KeyboardInterrupt with the signal's number, wherever we are."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt(number)

    for number in STOP_SIGNALS:
        signal.signal(number, interrupt)


class _Kept:
    """A program with its present process and its recent deaths."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process = _start(program)
        self.deaths: deque[float] = deque(maxlen=RESTARTS)
        self.due: float | None = None


class Supervisor:
    """The processes of one run, in the order they were started."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._hurry = False
        self.on_change: Callable[[], None] = lambda: None

    def start(self, program: Program) -> "subprocess.Popen[str]":
        """Start the program and keep it alive from now on."""
        kept = self._kept[program.name] = _Kept(program)
        self.on_change()
        return kept.process

    def pids(self) -> dict[str, int]:
        """Return the numbers of the processes by name."""
        return {name: kept.process.pid for name, kept in self._kept.items()}

    def marks(self) -> dict[str, str]:
        """Return when each process was started, so that nobody mistakes a later one for it."""
        return {name: mark for name, pid in self.pids().items() if (mark := birth_mark(pid))}

    def check(self) -> None:
        """Start again what has died, after a pause that doubles.

        Raises:
            Trouble: a process has died too often.
        """
        for name, kept in self._kept.items():
            status = kept.process.poll()
            if status is None:
                continue
            if kept.due is None:
                kept.due = self._plan_restart(name, kept, status)
            if time.monotonic() >= kept.due:
                kept.due = None
                kept.process = _start(kept.program)
                self.on_change()

    def watch(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Keep everything alive until the condition holds."""
        while not until():
            self.check()
            time.sleep(PULSE_S)

    def wait_until(self, ready: Callable[[], bool], *, name: str, within_s: float) -> None:
        """Wait until the process is of use.

        Raises:
            Trouble: it was not within the time, or died for good.
        """
        deadline = time.monotonic() + within_s
        while not ready():
            if time.monotonic() > deadline:
                raise Trouble(f"{name} was not ready within {within_s:.0f} s.", "What it said stands above.")
            self.check()
            time.sleep(PULSE_S)

    def stop(self, name: str = "") -> None:
        """Stop one process, or all: first what stands on the floors, then the floors one by one, last started first.

        A second signal while stopping ends the patience.
        """
        before = {number: signal.signal(number, self._lose_patience) for number in STOP_SIGNALS}
        chosen = [kept for key, kept in reversed(self._kept.items()) if name in ("", key)]
        above = [kept for kept in chosen if not kept.program.floor]
        for kept in above:
            _ask(kept)
        for kept in above:
            self._await(kept)
        for kept in chosen:
            if kept.program.floor:
                _ask(kept)
                self._await(kept)
            del self._kept[kept.program.name]
        for number, handler in before.items():
            signal.signal(number, handler)

    def _plan_restart(self, name: str, kept: _Kept, status: int) -> float:
        now = time.monotonic()
        kill_group(kept.process.pid)
        if len(kept.deaths) == RESTARTS and now - kept.deaths[0] < WITHIN_S:
            where = f"Its log: {kept.program.log}" if kept.program.log else "What it said stands above."
            raise Trouble(f"{name} ended {RESTARTS + 1} times within {WITHIN_S} s; given up.", where)
        recent = sum(now - death < WITHIN_S for death in kept.deaths)
        kept.deaths.append(now)
        pause_s = min(FIRST_PAUSE_S * 2.0**recent, LONGEST_PAUSE_S)
        say(f"{name} ended {_manner(status)}; starting it again in {pause_s:g} s")
        return now + pause_s

    def _await(self, kept: _Kept) -> None:
        deadline = time.monotonic() + kept.program.grace_s
        while kept.process.poll() is None and time.monotonic() < deadline and not self._hurry:
            time.sleep(0.02)
        if kept.process.poll() is None and not self._hurry:
            say(f"{kept.program.name} did not end within {kept.program.grace_s:g} s; killed")
        end(kept.process, grace_s=0)
        kill_group(kept.process.pid)

    def _lose_patience(self, number: int, frame: FrameType | None) -> None:
        self._hurry = True


def _start(program: Program) -> "subprocess.Popen[str]":
    process = launch(program)
    if process.stdout is not None:
        threading.Thread(target=_show, args=(program.name, process), daemon=True).start()
    return process


def _show(name: str, process: "subprocess.Popen[str]") -> None:
    for line in process.stdout or ():
        show_line(name, line.rstrip("\n"))


def _ask(kept: _Kept) -> None:
    if kept.process.poll() is None:
        kept.process.send_signal(kept.program.stop_signal)


def _manner(status: int) -> str:
    return f"by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
