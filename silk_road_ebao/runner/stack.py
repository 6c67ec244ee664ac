"""The embedded services of one state folder, held by one runner at a time."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from silk_road_ebao.runner import keys
from silk_road_ebao.runner.environment import Services, free_port, hold_lock
from silk_road_ebao.runner.messages import Trouble
from silk_road_ebao.runner.postgres import Postgres
from silk_road_ebao.runner.presence import FILE as RUN_FILE
from silk_road_ebao.runner.presence import clear_away
from silk_road_ebao.runner.records import read_record, write_record
from silk_road_ebao.runner.supervisor import Supervisor
from silk_road_ebao.runner.unprivileged import service_account, service_home
from silk_road_ebao.runner.valkey import Valkey, answers

LOCK, GUESTS = "lock", "guests.lock"
SERVICES_FILE, PORTS_FILE, PREPARED_FILE = "services.json", "ports.json", "prepared.json"
JOIN_WITHIN_S = 120


@dataclass(frozen=True)
class Hold:
    """The right to run a state folder; the kernel takes it back when the process ends, however it ends."""

    state: Path
    left_over: bool

    def wait_for_guests(self) -> None:
        """Wait for commands of others that use the services we are about to stop."""
        if hold_lock(self.state / GUESTS) is None:
            hold_lock(self.state / GUESTS, wait=True)


def take(state: Path, *, what: str) -> Hold | None:
    """Take the state folder, None when another runner has it. Waits for what a killed one left."""
    state.mkdir(parents=True, exist_ok=True)
    descriptor = hold_lock(state / LOCK)
    if descriptor is None:
        return None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{what} {os.getpid()}".encode())
    return Hold(state, left_over=clear_away(state / RUN_FILE))


def refuse_taken(state: Path) -> Trouble:
    """Build the message for a folder that another runner has."""
    what, _, pid = (state / LOCK).read_text().rpartition(" ")
    web = read_record(state / RUN_FILE).get("web")
    return Trouble(
        f"{state} is in use by another {what or 'runner'} (process {pid or 'unknown'}).",
        (f"It serves {web}\n" if web else "") + "Stop it with Ctrl-C there, or start beside it: STATE=folder PORT=8001",
    )


def remember_port(state: Path, name: str) -> int:
    """Return the port this folder used last for the name if it is free, otherwise a new one, and remember it."""
    ports = read_record(state / PORTS_FILE)
    port = free_port(int(ports.get(name, 0)))
    while port in {other for key, other in ports.items() if key != name}:
        port = free_port()
    if ports.get(name) != port:
        write_record(state / PORTS_FILE, ports | {name: port}, mode=0o644)
    return port


def start_services(state: Path, supervisor: Supervisor, *, durable: bool = True) -> Services:
    """Start PostgreSQL and Valkey with the data of the folder, making what is missing.

    Raises:
        Trouble: one of them cannot be started; it says why and what to do.
    """
    account = service_account()
    home = service_home(state, account)
    known = keys.load_secrets(state, data_exists=(home / "pg" / "global" / "pg_control").exists())
    log = state / "log"
    password = known[keys.PASSWORD]
    postgres = Postgres(home, log / "postgres.log", remember_port(state, "postgres"), password, durable, account)
    valkey = Valkey(home, log / "valkey.log", remember_port(state, "valkey"), password, durable, account)
    if postgres.initialise():
        (state / PREPARED_FILE).unlink(missing_ok=True)
    servers = [(server, supervisor.start(server.program())) for server in (postgres, valkey)]
    for server, process in servers:
        server.wait_ready(process)
    services = Services(postgres.url(), valkey.url())
    write_record(state / SERVICES_FILE, services.variables())
    return services


def join(state: Path) -> Services:
    """Return the services that another runner has up in the folder, and have it wait for us when it stops.

    Raises:
        Trouble: they do not answer.
    """
    hold_lock(state / GUESTS, shared=True)
    deadline = time.monotonic() + JOIN_WITHIN_S
    while time.monotonic() < deadline:
        found = read_record(state / SERVICES_FILE)
        if (state / RUN_FILE).exists() and {"DATABASE_URL", "REDIS_URL"} <= found.keys():
            services = Services(found["DATABASE_URL"], found["REDIS_URL"])
            if _database_answers(services.database_url) and answers(services.redis_url):
                return services
        time.sleep(0.2)
    raise refuse_taken(state)


def _database_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
