"""The sandbox as the tests see it: another process behind HTTP."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]


class Sandbox:
    """One running sandbox and its control room."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = [
            sys.executable,
            "-m",
            "payments.sandbox",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--state",
            str(folder),
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline() if self.process.stdout else ""
        if "sandbox ready" not in line:
            raise RuntimeError(f"the sandbox did not start: {line!r}")
        self.base = line.split()[2]
        self.http = requests.Session()
        self.http.trust_env = False
        self.control("POST", "settings", refund_delay_s=0.05, split_delay_s=0.05)

    def control(self, method: str, path: str, **body: Any) -> Any:
        """Speak to the control room; 4xx raises with its words."""
        answer = self.http.request(method, f"{self.base}/_sandbox/{path}", json=body or None, timeout=10)
        if answer.status_code >= 400:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")
        return answer.json()

    def credentials(self) -> dict[str, Any]:
        """Return what a client needs."""
        found: dict[str, Any] = self.control("GET", "credentials")
        return found

    def sub_merchant(self, acquirer: str, name: str) -> dict[str, Any]:
        """Open a sub-merchant at an acquirer."""
        found: dict[str, Any] = self.control("POST", "sub-merchants", acquirer=acquirer, name=name)
        return found

    def pay(self, **body: Any) -> dict[str, Any]:
        """Pay as a person would."""
        found: dict[str, Any] = self.control("POST", "pay", **body)
        return found

    def fault(self, kind: str, **spec: Any) -> dict[str, Any]:
        """Inject a fault."""
        found: dict[str, Any] = self.control("POST", "faults", kind=kind, **spec)
        return found

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(timeout=10)
