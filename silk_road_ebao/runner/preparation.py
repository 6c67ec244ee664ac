"""What must be up to date before the processes start: schema, translations, static files."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from silk_road_ebao.runner.catalogues import compile_catalogues
from silk_road_ebao.runner.children import Program, end, launch
from silk_road_ebao.runner.environment import PROJECT, only_one
from silk_road_ebao.runner.messages import Trouble, disk_full, say, show_line
from silk_road_ebao.runner.records import read_record, write_record
from silk_road_ebao.runner.stack import PREPARED_FILE

STATIC_ROOT = PROJECT / "staticfiles"
APPS = ("silk_road_ebao", "accounts", "payments", "supplychain", "banking", "loyalty")


def prepare_files(env: dict[str, str]) -> None:
    """Compile translations and collect static files where they are stale."""
    if made := compile_catalogues():
        say(f"compiled {len(made)} catalogues of translations")
    STATIC_ROOT.mkdir(exist_ok=True)
    with only_one(STATIC_ROOT / ".lock"):
        _collect_static(env)


def _collect_static(env: dict[str, str]) -> None:
    stamp = STATIC_ROOT / ".made-of.json"
    made_of = {"static": _fingerprint(_static_sources())}
    if read_record(stamp) == made_of:
        return
    began = time.monotonic()
    run_step("static", ["manage.py", "collectstatic", "--noinput", "-v", "0"], env=env)
    write_record(stamp, made_of, mode=0o644)
    say(f"collected static files in {time.monotonic() - began:.1f} s")


def migrate(state: Path, env: dict[str, str]) -> None:
    """Bring the schema up to date, showing each step; skipped while no migration has changed."""
    prepared = state / PREPARED_FILE
    made_of = {"migrations": _fingerprint(_migrations()), "database": env["DATABASE_URL"].rpartition("@")[2]}
    if read_record(prepared) == made_of:
        return
    began = time.monotonic()
    run_step("migrate", ["manage.py", "migrate", "--noinput"], env=env)
    write_record(prepared, made_of, mode=0o644)
    say(f"schema is up to date after {time.monotonic() - began:.1f} s")


def run_step(name: str, arguments: list[str], *, env: dict[str, str]) -> None:
    """Run one command to its end and show what it says.

    Raises:
        Trouble: it failed.
    """
    process = launch(Program(name=name, argv=[sys.executable, *arguments], env=env, cwd=PROJECT))
    said = ""
    try:
        for line in process.stdout or ():
            show_line(name, line.rstrip("\n"))
            said = (said + line)[-4000:]
        status = process.wait()
    except KeyboardInterrupt:
        process.terminate()
        end(process, grace_s=5)
        raise
    if status != 0:
        if "No space left on device" in said:
            raise disk_full(env["EBAO_STATE"])
        raise Trouble(f"{name} failed with status {status}.", "What it said stands above; mend that and start again.")


def capture(arguments: list[str], *, env: dict[str, str]) -> str:
    """Run one command and return its output; what it writes to stderr is shown if it fails.

    Raises:
        Trouble: it failed.
    """
    done = subprocess.run(
        [sys.executable, *arguments], env=env, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Trouble(f"{' '.join(arguments)} failed with status {done.returncode}.", done.stderr[-2000:])
    return done.stdout


def _migrations() -> Iterable[Path]:
    yield PROJECT / "requirements.lock"
    for app in APPS:
        for folder in (PROJECT / app).rglob("migrations"):
            yield from folder.rglob("*.py")
            yield from folder.rglob("*.sql")


def _static_sources() -> Iterable[Path]:
    yield PROJECT / "requirements.lock"
    yield PROJECT / "silk_road_ebao" / "settings.py"
    folders = [PROJECT / "static", *(folder for app in APPS for folder in (PROJECT / app).rglob("static"))]
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def _fingerprint(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.exists()):
        digest.update(f"{path.relative_to(PROJECT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
