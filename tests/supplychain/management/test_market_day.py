"""The main job, as a stranger would run it: its own database, processes and sandbox; the parties agree to the fen."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from uuid import uuid4

import psycopg
import pytest

from tests.architecture.house import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]


@pytest.fixture
def house(tmp_path, settings):
    """A database of its own, migrated, and a state folder; the command finds everything else itself."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        pytest.skip("needs the services that make test starts")
    base, name = url.rsplit("/", 1)[0], f"market_{uuid4().hex[:8]}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    env = os.environ | {"DATABASE_URL": f"{base}/{name}", "EBAO_STATE": str(tmp_path / "state"), "DEMO": "1"}
    env.pop("PORT", None)
    env.pop("PUBLIC_URL", None)
    env.pop("ACQUIRERS_FILE", None)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    yield env, tmp_path / "state"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _market_day(env, *options):
    command = [sys.executable, "manage.py", "market_day", *options]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def _kill(state, name, after_s, killed):
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        file = state / "processes.json"
        if file.exists() and json.loads(file.read_text()).get("web"):
            break
        time.sleep(0.2)
    time.sleep(after_s)
    os.kill(json.loads((state / "processes.json").read_text())["pids"][name], signal.SIGKILL)
    killed.append(name)


def test_a_market_day_ends_with_agreement_though_web_and_worker_are_killed(house):
    """F1, F2: kill -9 of web and worker while sales are taken; every party agrees to the fen at the end."""
    env, state = house
    killed: list[str] = []
    killers = [threading.Thread(target=_kill, args=(state, name, s, killed)) for name, s in (("web", 4), ("worker", 5))]
    for killer in killers:
        killer.start()

    result = _market_day(env, "--date", "2025-11-11", "--stalls", "3", "--limit", "60")

    for killer in killers:
        killer.join()
    assert result.returncode == 0, result.stdout + result.stderr
    assert "everything agrees to the fen" in result.stdout
    assert sorted(killed) == ["web", "worker"]
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

    result = _market_day(env, *options)

    assert result.returncode == 1
    assert result.stderr.startswith(f"CommandError: {told}")
    assert len(result.stderr.splitlines()) == 1
