"""The processes of the house, and an entry for commands that need some of them for a while."""

import json
import os
import signal
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

from silk_road_ebao.runner.children import Program, die_with_parent
from silk_road_ebao.runner.environment import (
    LOCALHOST,
    PROJECT,
    external_services,
    free_port,
    state_folder,
    web_port,
)
from silk_road_ebao.runner.messages import Trouble
from silk_road_ebao.runner.preparation import prepare_files
from silk_road_ebao.runner.presence import Presence, clear_away
from silk_road_ebao.runner.sandboxes import sandbox_url, start_sandbox
from silk_road_ebao.runner.stack import remember_port
from silk_road_ebao.runner.supervisor import Supervisor, interrupt_on_signals

NAMES = ("sandbox", "web", "worker", "beat")
ROOT_WARNING = "ignore:You're running the worker with superuser privileges"
WEB_READY_WITHIN_S = 60
RECORD = "processes.json"


def web_url(port: int) -> str:
    """Return the address of the web process as people open it: by name, for browsers give passkeys to names only."""
    return f"http://localhost:{port}"


def web_program(env: dict[str, str], *, port: int, log: Path | None = None) -> Program:
    """Return the web process: two workers with threads, one for each core of a small machine."""
    options = ("--bind", f"{LOCALHOST}:{port}", "--workers", "2", "--threads", "4", "--graceful-timeout", "5")
    argv = [
        sys.executable,
        "-m",
        "gunicorn",
        "silk_road_ebao.wsgi",
        *options,
        "--no-control-socket",
        "--log-level",
        "warning",
    ]
    return Program(name="web", argv=argv, env=env, cwd=PROJECT, log=log)


def worker_program(env: dict[str, str], *, log: Path | None = None) -> Program:
    """Return the worker of every queue."""
    options = (
        "--concurrency",
        "2",
        "--loglevel",
        "WARNING",
        "--without-gossip",
        "--without-mingle",
    )
    argv = [sys.executable, "-W", ROOT_WARNING, "-m", "celery", "-A", "silk_road_ebao", "--quiet", "worker", *options]
    return Program(name="worker", argv=argv, env=env, cwd=PROJECT, grace_s=20, log=log)


def beat_program(env: dict[str, str], *, state: Path, log: Path | None = None) -> Program:
    """Return the alarm clock."""
    options = ("--loglevel", "WARNING", "--schedule", str(state / "beat"), "--pidfile", "")
    argv = [sys.executable, "-m", "celery", "-A", "silk_road_ebao", "--quiet", "beat", *options]
    return Program(name="beat", argv=argv, env=env, cwd=PROJECT, log=log)


def wait_for_web(supervisor: Supervisor, port: int) -> None:
    """Wait until the web process answers anything but a fault of its own."""
    supervisor.wait_until(
        lambda: status_of(f"http://{LOCALHOST}:{port}") < 500, name="web", within_s=WEB_READY_WITHIN_S
    )


def status_of(url: str) -> int:
    """Return the status that a process of ours on this machine answers with; 599 while it does not answer."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 - an address of our own
            status: int = response.status
            return status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 599


def serve_processes(names: list[str]) -> int:
    """Start the named processes on the services of the environment until our parent is gone or closes our stdin.

    Prints one line of JSON on stdout when all are ready: web, sandbox, acquirers_file, pids. The same facts stand in
    ``processes.json`` of the state folder, where the numbers follow restarts.

    Raises:
        Trouble: a name is unknown, the services are not in the environment, or a process does not come up.
    """
    unknown = sorted(set(names) - set(NAMES))
    if unknown or not names:
        raise Trouble(f"No process {', '.join(unknown) or 'named'}; there are {', '.join(NAMES)}.", status=2)
    if external_services() is None:
        raise Trouble("DATABASE_URL and REDIS_URL must name running services.", status=2)
    state = state_folder()
    state.mkdir(parents=True, exist_ok=True)
    clear_away(state / RECORD)
    supervisor = Supervisor()
    presence = Presence(state / RECORD, what="processes", supervisor=supervisor)
    interrupt_on_signals()
    die_with_parent()
    _stop_when_stdin_closes()
    try:
        _start_named(names, state=state, supervisor=supervisor, presence=presence)
        print(json.dumps(presence.facts()), flush=True)
        supervisor.watch()
    except KeyboardInterrupt:
        return 0
    finally:
        supervisor.stop()
        presence.withdraw()
    return 0


def _start_named(names: list[str], *, state: Path, supervisor: Supervisor, presence: Presence) -> None:
    env = dict(os.environ)
    log = state / "log"
    port = web_port() if env.get("PORT") else free_port()
    env |= {"PORT": str(port), "PUBLIC_URL": env.get("PUBLIC_URL") or web_url(port)}
    if "sandbox" in names:
        sandbox_port = remember_port(state, "sandbox")
        file = start_sandbox(supervisor, state=state, port=sandbox_port, env=env, log=log / "sandbox.log")
        env["ACQUIRERS_FILE"] = str(file)
        presence.publish(sandbox=sandbox_url(sandbox_port))
    if "worker" in names:
        supervisor.start(worker_program(env, log=log / "worker.log"))
    if "beat" in names:
        supervisor.start(beat_program(env, state=state, log=log / "beat.log"))
    if "web" in names:
        prepare_files(env)
        supervisor.start(web_program(env, port=port, log=log / "web.log"))
        wait_for_web(supervisor, port)
        presence.publish(web=web_url(port))
    presence.publish(acquirers_file=env.get("ACQUIRERS_FILE"))


def _stop_when_stdin_closes() -> None:
    """Ask ourselves to stop at the end of stdin; /dev/null says nothing about our parent."""
    if sys.stdin is None or os.fstat(sys.stdin.fileno()).st_rdev == os.stat(os.devnull).st_rdev:
        return

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
