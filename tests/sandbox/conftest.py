"""Fixtures of the sandbox's tests; no database, no Django."""

import itertools
import time

import pytest

from tests.sandbox.processes import Receiver, Sandbox
from tests.sandbox.wechat_client import WechatClient

NUMBERS = itertools.count(int(time.time()) * 1000)


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    """One sandbox for the tests that do not harm it."""
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield sandbox
    assert sandbox.stop() == 0


@pytest.fixture
def sandbox(running):
    """The shared sandbox with a clean clock and no faults."""
    running.clear()
    running.post("clock", now="real", factor=1000, freeze=False, signing="real")
    return running


@pytest.fixture
def own_sandbox(tmp_path):
    """A sandbox of one's own, to be killed and started again."""
    sandbox = Sandbox(tmp_path / "state")
    yield sandbox
    if sandbox.process.poll() is None:
        sandbox.kill()


@pytest.fixture(scope="session")
def listening():
    return Receiver()


@pytest.fixture
def receiver(listening):
    listening.reset()
    return listening


@pytest.fixture
def wechat(sandbox):
    return WechatClient(sandbox.get("credentials")["wechat"])


@pytest.fixture
def no():
    """A fresh order number on each call."""
    return lambda: f"T{next(NUMBERS)}"
