"""The main job, as a stranger would run it: its own database, processes and sandbox; the parties agree to the fen."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from silk_road_ebao.runner.records import read_record
from silk_road_ebao.runner.unprivileged import outside_home
from tests.architecture.house import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


OURS = ("DATABASE_URL", "REDIS_URL", "EBAO_STATE", "PORT", "PUBLIC_URL", "PG_BIN", "ACQUIRERS_FILE")


@pytest.fixture
def house():
    """An empty state folder and an environment without services: the runner brings up everything itself."""
    folder = Path(tempfile.mkdtemp(prefix="ebao-day-"))
    yield {name: value for name, value in os.environ.items() if name not in OURS} | {"EBAO_STATE": str(folder)}, folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(outside_home(folder), ignore_errors=True)


def _market_day(env, *options, through=("-m", "silk_road_ebao.runner", "manage", "--")):
    command = [sys.executable, *through, "market_day", *options]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def _kill(state, name, after_s, killed):
    """Kill a process some seconds after the web process answers; the broker is the runner's, the others the day's."""
    deadline = time.monotonic() + 150
    while time.monotonic() < deadline and not read_record(state / "processes.json").get("web"):
        time.sleep(0.2)
    time.sleep(after_s)
    record = "run.json" if name == "valkey" else "processes.json"
    os.kill(read_record(state / record)["pids"][name], signal.SIGKILL)
    killed.append(name)


def test_a_market_day_ends_with_agreement_though_web_worker_and_broker_are_killed(house):
    """F1, F2: kill -9 of web, worker and broker while sales are taken; every party agrees to the fen at the end."""
    env, state = house
    killed: list[str] = []
    moments = (("web", 3), ("worker", 4), ("valkey", 5))
    killers = [threading.Thread(target=_kill, args=(state, name, after_s, killed)) for name, after_s in moments]
    for killer in killers:
        killer.start()

    result = _market_day(env, "--date", "2025-11-11", "--stalls", "3", "--limit", "60")

    for killer in killers:
        killer.join()
    assert result.returncode == 0, result.stdout + result.stderr
    assert "everything agrees to the fen" in result.stdout
    assert sorted(killed) == ["valkey", "web", "worker"]
    assert re.search(r"^total +60 ", result.stdout, re.MULTILINE), result.stdout


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--date", "11.11.2025"], "--date"),
        (["--date", "2025-02-30"], "--date"),
        (["--stalls", "0"], "--stalls"),
        (["--limit", "-1"], "--limit"),
        (["--trades", "/nowhere.csv"], "--trades"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_starts(options, told):
    env = os.environ | {"DATABASE_URL": "", "REDIS_URL": "", "EBAO_STATE": "/nonexistent"}

    result = _market_day(env, *options, through=("manage.py",))

    assert result.returncode == 1
    assert result.stderr.startswith(f"CommandError: {told}")
    assert len(result.stderr.splitlines()) == 1
