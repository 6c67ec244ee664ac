"""Folders and environments of their own for tests that start services."""

import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path

import pytest

from silk_road_ebao.runner.unprivileged import outside_home

OURS = ("DATABASE_URL", "REDIS_URL", "EBAO_STATE", "PORT", "PUBLIC_URL", "PG_BIN", "ACQUIRERS_FILE")


@pytest.fixture
def state():
    folder = Path(tempfile.mkdtemp(prefix="ebao-runner-test-")).resolve()
    yield folder
    for made in (folder, outside_home(folder)):
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def bare_environment(state):
    return {name: value for name, value in os.environ.items() if name not in OURS} | {"EBAO_STATE": str(state)}


@pytest.fixture
def supervisor():
    from silk_road_ebao.runner.supervisor import Supervisor

    supervisor = Supervisor()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield supervisor
    supervisor.stop()
    assert {number: signal.getsignal(number) for number in before} == before


@pytest.fixture
def listening_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]
