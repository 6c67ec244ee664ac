"""Commands on services: a throw-away stack for tests, management commands on the demo's or their own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from silk_road_ebao.runner import keys
from silk_road_ebao.runner.children import end, launch_in_foreground
from silk_road_ebao.runner.demo import house_environment
from silk_road_ebao.runner.environment import PROJECT, Services, external_services, free_port, state_folder, web_port
from silk_road_ebao.runner.messages import Trouble, say
from silk_road_ebao.runner.preparation import migrate, prepare_files
from silk_road_ebao.runner.presence import FILE as RUN_FILE
from silk_road_ebao.runner.presence import Presence
from silk_road_ebao.runner.processes import web_url
from silk_road_ebao.runner.records import read_record
from silk_road_ebao.runner.sandboxes import FILE as ACQUIRERS_FILE
from silk_road_ebao.runner.sandboxes import start_sandbox
from silk_road_ebao.runner.stack import PORTS_FILE, join, remember_port, start_services, take
from silk_road_ebao.runner.supervisor import STOP_SIGNALS, Supervisor, interrupt_on_signals
from silk_road_ebao.runner.unprivileged import outside_home

ASK_AGAIN_S, GRACE_S = 5, 20
JANITOR = Path(__file__).with_name("janitor.py")


def run_on_throw_away(argv: list[str], *, durable: bool, files: bool) -> int:
    """Run the command on services that exist only for it, or on those of the environment; return its status.

    With ``files`` translations and static files are brought up to date before.
    """
    interrupt_on_signals()
    services = external_services()
    supervisor = Supervisor()
    with _throw_away_folder() as state:
        try:
            if services is None:
                services = start_services(state, supervisor, durable=durable)
            else:
                say("using the services that DATABASE_URL and REDIS_URL name")
            known = keys.load_secrets(state, data_exists=False)
            env = house_environment(services, state=state, port=free_port(), known=known)
            if files:
                prepare_files(env)
            return _run(argv, env=env, supervisor=supervisor)
        except KeyboardInterrupt:
            return 130
        finally:
            supervisor.stop()


def manage(arguments: list[str]) -> int:
    """Run a management command on what is up in the state folder, or on services started for it; return its status."""
    argv = [sys.executable, str(PROJECT / "manage.py"), *arguments]
    interrupt_on_signals()
    services = external_services()
    if services is not None:
        return _run(argv, env=os.environ | {"EBAO_STATE": str(state_folder())}, supervisor=Supervisor())
    state = state_folder()
    hold = take(state, what="manage")
    if hold is None:
        return _run(argv, env=_guest_environment(state), supervisor=Supervisor())
    supervisor = Supervisor()
    presence = Presence(state / RUN_FILE, what="manage", supervisor=supervisor)
    try:
        env = _own_environment(state, supervisor)
        presence.publish(acquirers_file=env.get("ACQUIRERS_FILE"))
        status = _run(argv, env=env, supervisor=supervisor)
        hold.wait_for_guests()
    except KeyboardInterrupt:
        return 130
    else:
        return status
    finally:
        supervisor.stop()
        presence.withdraw()


def clean() -> int:
    """Remove the data of the state folder, wherever it lies, and what was made from the code."""
    state = state_folder()
    if state.exists():
        if state != PROJECT / "var" and not (state / keys.FILE).exists() and any(state.iterdir()):
            raise Trouble(f"{state} is not a data folder of this house: it has no {keys.FILE}.", "Remove it by hand.")
        if take(state, what="clean") is None:
            raise Trouble(f"{state} is in use.", "Stop the demo first.")
    for folder in (state, outside_home(state), PROJECT / "staticfiles"):
        shutil.rmtree(folder, ignore_errors=True)
    for catalogue in (PROJECT / "locale").rglob("*.mo"):
        catalogue.unlink()
    say(f"removed {state}")
    return 0


def _own_environment(state: Path, supervisor: Supervisor) -> dict[str, str]:
    services = start_services(state, supervisor)
    known = keys.load_secrets(state, data_exists=False)
    port = web_port() if os.environ.get("PORT") else remember_port(state, "idle web")
    env = house_environment(services, state=state, port=port, known=known)
    migrate(state, env)
    prepare_files(env)
    before = read_record(state / PORTS_FILE).get("sandbox")
    sandbox_port = remember_port(state, "sandbox")
    if before != sandbox_port or not (state / ACQUIRERS_FILE).exists():
        start_sandbox(supervisor, state=state, port=sandbox_port, env=env, log=state / "log" / "sandbox.log")
        supervisor.stop("sandbox")
    return env | {"ACQUIRERS_FILE": env.get("ACQUIRERS_FILE") or str(state / ACQUIRERS_FILE)}


def _guest_environment(state: Path) -> dict[str, str]:
    services: Services = join(state)
    run = read_record(state / RUN_FILE)
    known = keys.load_secrets(state, data_exists=True)
    port = int(str(run.get("web") or web_url(web_port())).rpartition(":")[2])
    env = house_environment(services, state=state, port=port, known=known)
    if file := run.get("acquirers_file"):
        env["ACQUIRERS_FILE"] = str(file)
    return env


def _run(argv: list[str], *, env: dict[str, str], supervisor: Supervisor) -> int:
    """Run the command in the foreground and keep its services alive meanwhile; return the status a shell would show."""
    try:
        process = launch_in_foreground(argv, env=env)
    except OSError as error:
        raise Trouble(f"{argv[0]} cannot be run: {error.strerror}.", status=127) from None
    try:
        supervisor.watch(until=lambda: process.poll() is not None)
    except KeyboardInterrupt as stop:
        _let_end(process, reached=stop.args == (signal.SIGINT,))
    except BaseException:
        process.terminate()
        end(process, grace_s=GRACE_S)
        raise
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _let_end(process: "subprocess.Popen[bytes]", *, reached: bool) -> None:
    """Give the command time to end in order, then kill it.

    Ctrl-C has reached it too: it is asked again only when it takes long. Any other signal was for us alone.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    if not reached:
        process.terminate()
    for patience_s in (ASK_AGAIN_S, GRACE_S):
        try:
            process.wait(patience_s)
        except subprocess.TimeoutExpired:
            process.terminate()
        else:
            return
    process.kill()
    process.wait()


@contextmanager
def _throw_away_folder() -> Iterator[Path]:
    """Make a folder that is gone afterwards even if we are killed: a janitor waits for the end of its stdin."""
    state = Path(tempfile.mkdtemp(prefix="ebao-")).resolve()
    folders = [str(state), str(outside_home(state))]
    janitor = subprocess.Popen(
        [sys.executable, "-I", "-S", str(JANITOR), *folders],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    try:
        yield state
    finally:
        janitor.communicate()
