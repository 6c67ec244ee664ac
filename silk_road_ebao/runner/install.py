"""Install the locked packages into .venv, showing progress; runs on a bare Python before anything is installed.

Usage: ``python3 -I silk_road_ebao/runner/install.py demo|dev|bench``
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOCKS = {"demo": "requirements.lock", "dev": "requirements-dev.lock", "bench": "requirements-bench.lock"}
"""Each holds everything of the one before."""
BUILT_FROM_SOURCE = {"bench"}
HEARTBEAT_S = 5


def main(argv: list[str]) -> int:
    """Bring .venv up to the lock asked for; does nothing when it is."""
    if len(argv) != 1 or argv[0] not in LOCKS:
        return _fail(f"Say one of {', '.join(LOCKS)}.")
    if sys.version_info[:2] != (3, 11):
        return _fail(f"Python 3.11 is needed; this is {sys.version.split()[0]}. Name the right one: make PY=python3.11")
    wanted = argv[0]
    if _installed(wanted):
        return 0
    try:
        return _install(wanted)
    except OSError as error:
        return _fail(f"{error.filename or VENV}: {error.strerror}. Mend that, then start again: it goes on from there.")
    except KeyboardInterrupt:
        return _fail("Interrupted; start again: it goes on from there.")


def _install(wanted: str) -> int:
    with _only_one():
        if _installed(wanted):
            return 0
        began = time.monotonic()
        if not _make_venv():
            return 1
        lock_file = PROJECT / LOCKS[wanted]
        count = sum("==" in line and not line.startswith((" ", "#")) for line in lock_file.read_text().splitlines())
        _say(f"installing {count} packages of {lock_file.name} (first time: 120 MB to fetch, 500 MB on disk)")
        wheels_only = () if wanted in BUILT_FROM_SOURCE else ("--only-binary", ":all:")
        options = ("--require-hashes", *wheels_only, "-r", str(lock_file))
        uv = (str(VENV / "bin" / "uv"), "pip", "install", "--system-certs", "--python", str(PYTHON), "--no-progress")
        if not _run([*uv, *options], what="installing") and not _fall_back(options):
            return _fail(
                "The packages could not be installed; the reason stands above.\n"
                "  No network: connect, or set HTTPS_PROXY. Full disk: free 1 GB. Then start again.\n"
                "  (Every package comes as a wheel: no compiler and no headers are needed.)"
            )
        known = _stamp() | {wanted: _digest(wanted)}
        STAMP.write_text(json.dumps(known))
        _say(f"installed in {time.monotonic() - began:.0f} s")
    return 0


@contextmanager
def _only_one() -> Iterator[None]:
    """Let one installation at a time through; the lock is on the folder of the code, for uv locks .venv itself."""
    descriptor = os.open(PROJECT, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_venv() -> bool:
    """Make .venv and bring uv into it; half a .venv of an interrupted start is completed or made anew."""
    if not _has_pip() and not (_is_right_python() and _unpack_pip()):
        _say("making .venv")
        if not _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)], what="making .venv"):
            _fail(".venv could not be made; the reason stands above.")
            return False
        if not _unpack_pip():
            _fail("This Python has no pip of its own. On Debian: apt-get install python3-venv; then start again.")
            return False
    options = ("--require-hashes", "--only-binary", ":all:", "-r", str(PROJECT / "bootstrap.lock"))
    if not _run([*_pip(), *options], what="installing uv"):
        _fail("uv could not be fetched; the reason stands above. Check the network or HTTPS_PROXY, then start again.")
        return False
    return True


def _is_right_python() -> bool:
    return _quiet([str(PYTHON), "-c", "import sys; sys.exit(sys.version_info[:2] != (3, 11))"])


def _has_pip() -> bool:
    return _is_right_python() and _quiet([str(PYTHON), "-m", "pip", "--version"])


def _unpack_pip() -> bool:
    return _quiet([str(PYTHON), "-m", "ensurepip", "--upgrade"]) and _has_pip()


def _fall_back(options: tuple[str, ...]) -> bool:
    """Try pip, which also knows the mirrors of pip.conf."""
    _say("uv did not succeed; trying pip")
    return _run([*_pip(), *options], what="installing with pip")


def _pip() -> list[str]:
    return [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"]


def _run(argv: list[str], *, what: str) -> bool:
    """Run a step; meanwhile say every few seconds that it is still at work."""
    done = threading.Event()
    began = time.monotonic()

    def beat() -> None:
        while not done.wait(HEARTBEAT_S):
            _say(f"{what}: {time.monotonic() - began:.0f} s")

    threading.Thread(target=beat, daemon=True).start()
    process = subprocess.Popen(
        argv, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        for line in process.stdout or ():
            if not line.startswith((" + ", " - ", " ~ ")):
                _say(line.rstrip())
        return process.wait() == 0
    finally:
        done.set()


def _quiet(argv: list[str]) -> bool:
    try:
        return subprocess.run(argv, check=False, capture_output=True, cwd="/").returncode == 0
    except OSError:
        return False


def _installed(wanted: str) -> bool:
    """Tell whether the lock, or a later one that holds it, is what .venv was last brought up to."""
    known = _stamp()
    names = list(LOCKS)
    return PYTHON.exists() and any(known.get(name) == _digest(name) for name in names[names.index(wanted) :])


def _digest(name: str) -> str:
    """Return what the stamp holds for a lock: it and every smaller one, so that a change in any of them counts."""
    names = list(LOCKS)
    files = ["bootstrap.lock", *(LOCKS[smaller] for smaller in names[: names.index(name) + 1])]
    return hashlib.sha256(b"".join((PROJECT / file).read_bytes() for file in files)).hexdigest()


def _stamp() -> dict[str, str]:
    try:
        known = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _say(text: str) -> None:
    print(f"install | {text}", file=sys.stderr, flush=True)


def _fail(text: str) -> int:
    print(f"install | ! {text}", file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(sys.argv[1:]))
