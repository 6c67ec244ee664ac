"""What the runner needs to know about the machine and the environment it was started in."""

import fcntl
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from silk_road_ebao.runner.messages import Trouble

PROJECT = Path(__file__).resolve().parents[2]
PYTHON = (3, 11)
LOCALHOST = "127.0.0.1"
DEFAULT_WEB_PORT = 8000


@dataclass(frozen=True)
class Services:
    """Where the database and the broker answer."""

    database_url: str
    redis_url: str

    def variables(self) -> dict[str, str]:
        """Return them as the environment variables of the house."""
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


def require_python() -> None:
    """Refuse another Python than the one the packages are locked for."""
    if sys.version_info[:2] != PYTHON:
        raise Trouble(
            f"Python {PYTHON[0]}.{PYTHON[1]} is needed; this is {sys.version.split()[0]}.",
            "Start it through make, or name the right one: make demo PY=python3.11",
            status=2,
        )


def state_folder() -> Path:
    """Return the folder that keeps everything of one installation: EBAO_STATE, or var beside the code."""
    return Path(os.environ.get("EBAO_STATE", "").strip() or PROJECT / "var").resolve()


def external_services() -> Services | None:
    """Return the services the environment names, None when it names none.

    Raises:
        Trouble: only one of the two is set.
    """
    database_url, redis_url = (os.environ.get(name, "").strip() for name in ("DATABASE_URL", "REDIS_URL"))
    if bool(database_url) != bool(redis_url):
        given, lacking = ("DATABASE_URL", "REDIS_URL") if database_url else ("REDIS_URL", "DATABASE_URL")
        raise Trouble(
            f"{given} is set but {lacking} is not.",
            f"Set {lacking} as well to use your own services, or unset {given} to use the embedded ones.",
            status=2,
        )
    return Services(database_url, redis_url) if database_url else None


def web_port() -> int:
    """Return PORT, or the usual one.

    Raises:
        Trouble: PORT is not a port number.
    """
    text = os.environ.get("PORT", "").strip() or str(DEFAULT_WEB_PORT)
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Trouble(f"PORT must be a number from 1 to 65535, not {text!r}.", status=2)
    return int(text)


def port_is_free(port: int) -> bool:
    """Tell whether a server may listen on the port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
        return True


def free_port(wanted: int = 0) -> int:
    """Return the wanted port if nobody listens there, otherwise one that the system gives."""
    if wanted and port_is_free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
        return port


def require_space(folder: Path, *, needed_mb: int) -> None:
    """Refuse to begin what the disk cannot hold."""
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < needed_mb:
        raise Trouble(
            f"The disk is full: {folder} has {free_mb} MB free, {needed_mb} MB are needed.",
            "Free some space, or put the data elsewhere with STATE=folder, then start again.",
        )


def package_folder(name: str) -> Path | None:
    """Return the folder of an installed package without importing it, None when it is not installed."""
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found and found.origin else None


def hold_lock(path: Path, *, shared: bool = False, wait: bool = False) -> int | None:
    """Open and lock the file until the descriptor is closed or the process ends; None when another holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Let one process at a time through."""
    descriptor = hold_lock(path, wait=True)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)
