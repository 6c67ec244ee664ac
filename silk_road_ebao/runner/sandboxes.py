"""The acquirers' sandbox: a process of its own whose credentials become the ACQUIRERS_FILE of the house."""

import json
import signal
import sys
import urllib.error
import urllib.request
from pathlib import Path

from silk_road_ebao.runner.children import Program
from silk_road_ebao.runner.environment import LOCALHOST, PROJECT
from silk_road_ebao.runner.messages import Trouble
from silk_road_ebao.runner.records import read_record, write_record
from silk_road_ebao.runner.supervisor import Supervisor

FILE = "acquirers.json"
READY_WITHIN_S = 60


def sandbox_url(port: int) -> str:
    """Return the address of the sandbox."""
    return f"http://{LOCALHOST}:{port}"


def start_sandbox(
    supervisor: Supervisor, *, state: Path, port: int, env: dict[str, str], log: Path | None = None
) -> Path:
    """Start the sandbox, wait until it answers, and write its credentials; return the file.

    Raises:
        Trouble: it does not come up or its credentials make no sense.
    """
    supervisor.start(
        Program(
            name="sandbox",
            argv=[
                *(sys.executable, "-m", "payments.sandbox", "--host", LOCALHOST, "--port", str(port)),
                *("--state", str(state / "sandbox")),
            ],
            env=env,
            cwd=PROJECT,
            death_signal=signal.SIGTERM,
            log=log,
        )
    )
    answer: list[bytes] = []

    def answered() -> bool:
        answer[:] = [body] if (body := _fetch(f"{sandbox_url(port)}/_sandbox/credentials")) else []
        return bool(answer)

    supervisor.wait_until(answered, name="sandbox", within_s=READY_WITHIN_S)
    try:
        credentials = json.loads(answer[0])
    except ValueError:
        raise Trouble("The sandbox gave credentials that are not JSON.") from None
    path = state / FILE
    if read_record(path) != credentials:
        write_record(path, credentials)
    return path


def _fetch(url: str) -> bytes | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own process on this machine
            body: bytes = response.read()
            return body
    except (OSError, urllib.error.HTTPError):
        return None
