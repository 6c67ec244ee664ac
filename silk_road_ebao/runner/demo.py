"""The whole house on one machine: services, schema, sandbox, web, worker, beat, until Ctrl-C."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from silk_road_ebao.runner import keys
from silk_road_ebao.runner.environment import (
    PROJECT,
    Services,
    external_services,
    port_is_free,
    state_folder,
    web_port,
)
from silk_road_ebao.runner.messages import Trouble, say
from silk_road_ebao.runner.preparation import capture, migrate, prepare_files
from silk_road_ebao.runner.presence import FILE as RUN_FILE
from silk_road_ebao.runner.presence import Presence
from silk_road_ebao.runner.processes import (
    beat_program,
    status_of,
    wait_for_web,
    web_program,
    web_url,
    worker_program,
)
from silk_road_ebao.runner.sandboxes import sandbox_url, start_sandbox
from silk_road_ebao.runner.stack import refuse_taken, remember_port, start_services, take
from silk_road_ebao.runner.supervisor import Supervisor, interrupt_on_signals

PAGES = (
    ("merchant page", "web", "/"),
    ("console", "web", "/admin/"),
    ("partner API", "web", "/partner/docs/"),
    ("payer's phone", "sandbox", "/_sandbox/payer"),
)
PORT_PATIENCE_S = 8


def house_environment(services: Services, *, state: Path, port: int, known: dict[str, str]) -> dict[str, str]:
    """Return the environment of the house's processes; what is set outside goes before what we choose."""
    chosen = {
        "PORT": str(port),
        "PUBLIC_URL": web_url(port),
        "DEMO": "1",
        "EBAO_STATE": str(state),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }
    env = chosen | {name: value for name, value in os.environ.items() if value}
    env |= services.variables() | keys.variables(known)
    env["EBAO_STATE"] = str(state)
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    return env


def run_demo() -> int:
    """Bring everything up, say where it is, and keep it up until a signal.

    Raises:
        Trouble: something is in the way; the sentence says what to do.
    """
    interrupt_on_signals()
    state, services, port = state_folder(), external_services(), web_port()
    hold = take(state, what="demo")
    if hold is None:
        raise refuse_taken(state)
    require_web_port(port, patience_s=PORT_PATIENCE_S if hold.left_over else 0)
    supervisor = Supervisor()
    presence = Presence(state / RUN_FILE, what="demo", supervisor=supervisor)
    try:
        _bring_up(state, services, port=port, supervisor=supervisor, presence=presence)
        supervisor.watch()
    except KeyboardInterrupt:
        say("stopping")
    finally:
        supervisor.stop()
        presence.withdraw()
    say("stopped; make demo continues with the same data")
    return 0


def require_web_port(port: int, *, patience_s: float) -> None:
    """Refuse a port on which somebody listens; after a killed run wait for what is still ending there.

    Raises:
        Trouble: the port is in use.
    """
    deadline = time.monotonic() + patience_s
    while not port_is_free(port):
        if time.monotonic() >= deadline:
            raise Trouble(
                f"Port {port} is in use by another program.",
                f"Stop that program, or choose another port: PORT={port + 1} make demo",
            )
        time.sleep(0.1)


def _bring_up(state: Path, services: Services | None, *, port: int, supervisor: Supervisor, presence: Presence) -> None:
    if services is None:
        services = start_services(state, supervisor)
        say("PostgreSQL and Valkey (the Redis of this demo) are up")
    else:
        say("using the services that DATABASE_URL and REDIS_URL name")
    known = keys.load_secrets(state, data_exists=False)
    env = house_environment(services, state=state, port=port, known=known)
    migrate(state, env)
    presence.publish()
    prepare_files(env)
    sandbox_port = remember_port(state, "sandbox")
    env["ACQUIRERS_FILE"] = str(start_sandbox(supervisor, state=state, port=sandbox_port, env=env))
    presence.publish(sandbox=sandbox_url(sandbox_port), acquirers_file=env["ACQUIRERS_FILE"])
    supervisor.start(web_program(env, port=port))
    sign_ins = _demo_data(env)
    supervisor.start(worker_program(env))
    supervisor.start(beat_program(env, state=state))
    wait_for_web(supervisor, port)
    presence.publish(web=web_url(port))
    _announce(web=web_url(port), sandbox=sandbox_url(sandbox_port), sign_ins=sign_ins)


def _demo_data(env: dict[str, str]) -> list[str]:
    """Have the house make its people of the demo; return the lines that say how to sign in."""
    if not any(PROJECT.glob("*/management/commands/demo_data.py")):
        return []
    said = capture(["manage.py", "demo_data", "--quiet"], env=env)
    try:
        return _lines_of(json.loads(said))
    except ValueError:
        return [line for line in said.splitlines() if line.strip()]


def _lines_of(content: Any) -> list[str]:
    if isinstance(content, dict) and not any(isinstance(value, dict | list) for value in content.values()):
        return ["  ".join(f"{name} {value}" for name, value in content.items())]
    members = content.values() if isinstance(content, dict) else content if isinstance(content, list) else [content]
    return [
        line for member in members for line in (_lines_of(member) if isinstance(member, dict | list) else [str(member)])
    ]


def _announce(*, web: str, sandbox: str, sign_ins: list[str]) -> None:
    base = {"web": web, "sandbox": sandbox}
    say("ready")
    print("\n  丝路e宝 is open", file=sys.stderr)
    for label, process, path in PAGES:
        if status_of(base[process] + path) < 400:
            print(f"    {label:<15}{base[process]}{path}", file=sys.stderr)
    for line in sign_ins:
        print(f"    {line}", file=sys.stderr)
    print("    Ctrl-C stops it and keeps the data\n", file=sys.stderr, flush=True)
