import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from silk_road_ebao.runner import supervisor as module
from silk_road_ebao.runner.children import Program, birth_mark, outlast
from silk_road_ebao.runner.messages import Trouble

PATIENCE_S = 10


def program(name, code, **more):
    argv = [sys.executable, "-I", "-S", "-u", "-c", code]
    return Program(name=name, argv=argv, env=dict(os.environ), cwd=Path("/"), **more)


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_killed_process_is_started_again_and_says_so(supervisor, capfd):
    first = supervisor.start(program("web", "import time; time.sleep(60)"))
    os.kill(first.pid, signal.SIGKILL)

    supervisor.watch(until=lambda: supervisor.pids()["web"] != first.pid)

    assert birth_mark(supervisor.pids()["web"])
    assert "web ended by SIGKILL; starting it again in 0.25 s" in capfd.readouterr().err


def test_a_process_that_keeps_ending_is_given_up(supervisor, monkeypatch, capfd):
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.0)
    monkeypatch.setattr(module, "PULSE_S", 0.01)
    supervisor.start(program("worker", "print('no broker'); raise SystemExit(3)"))

    with pytest.raises(Trouble, match="worker ended 9 times"):
        supervisor.watch()

    assert "worker  | no broker" in capfd.readouterr().err


def test_floors_are_stopped_after_what_stands_on_them(supervisor, tmp_path):
    note = (
        "import signal, sys, time\n"
        "def leave(*_):\n    time.sleep({pause}); open('{file}', 'a').write('{name} '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave)\nprint('up')\ntime.sleep(60)"
    )
    for name, floor, pause in (("postgres", True, 0), ("worker", False, 0.3), ("web", False, 0)):
        code = note.format(file=tmp_path / "order", name=name, pause=pause)
        supervisor.start(program(name, code, floor=floor, log=tmp_path / f"{name}.log"))
        wait_for(lambda name=name: "up" in (tmp_path / f"{name}.log").read_text())

    supervisor.stop()

    assert (tmp_path / "order").read_text().split() == ["web", "worker", "postgres"]
    assert supervisor.pids() == {}


def test_a_process_that_does_not_end_is_killed_with_its_children(supervisor, tmp_path):
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid)\ntime.sleep(60)"
    )
    supervisor.start(program("web", code, grace_s=0.2, log=tmp_path / "web.log"))
    wait_for(lambda: "\n" in (tmp_path / "web.log").read_text())
    child = int((tmp_path / "web.log").read_text())

    supervisor.stop()

    wait_for(lambda: birth_mark(child) is None)


def test_what_a_killed_run_left_is_waited_for_then_killed():
    left = subprocess.Popen(["sleep", "60"], start_new_session=True)
    mark = birth_mark(left.pid)

    killed = outlast({"web": left.pid}, {"web": mark}, patience_s=0.1)

    assert killed == ["web"]
    assert left.wait(PATIENCE_S) == -signal.SIGKILL


def test_a_process_that_only_has_the_number_of_an_old_one_is_left_alone():
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)

    killed = outlast({"web": stranger.pid}, {"web": "1"}, patience_s=0)

    assert killed == []
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
