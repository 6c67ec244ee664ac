"""PostgreSQL refuses to run as root: when we are root, both services run as nobody, in a place nobody can reach."""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from silk_road_ebao.runner.messages import Trouble

NAME = "nobody"


@dataclass(frozen=True)
class Account:
    """The system account that the services run as."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """Return what subprocess needs to start a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def service_account() -> Account | None:
    """Return the account to step down to, None when we are not root and nothing needs doing.

    Raises:
        Trouble: we are root and the machine has no such account.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        raise Trouble(
            f"PostgreSQL refuses to run as root and this machine has no account {NAME!r}.",
            "Start as another user, or set DATABASE_URL and REDIS_URL.",
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def hand_over(path: Path, account: Account | None) -> None:
    """Give the file or folder to the service account."""
    if account:
        os.chown(path, account.uid, account.gid)


def reachable(path: Path) -> bool:
    """Tell whether every folder on the way lets others through."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in [path, *path.parents])


def service_home(state: Path, account: Account | None) -> Path:
    """Return the folder for the services' own files: the state folder, or one in /var/tmp when nobody cannot reach it.

    Raises:
        Trouble: the folder in /var/tmp belongs to somebody else.
    """
    state.mkdir(parents=True, exist_ok=True)
    if account is None:
        return state
    state.chmod(0o711)
    if reachable(state):
        return state
    home = outside_home(state)
    home.mkdir(mode=0o711, exist_ok=True)
    found = home.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Trouble(
            f"{home} belongs to somebody else, and {state} cannot be reached by {NAME}.",
            "Choose a data folder outside the closed home: STATE=folder",
        )
    home.chmod(0o711)
    return home


def outside_home(state: Path) -> Path:
    """Return the name in /var/tmp that belongs to this state folder and no other."""
    return Path("/var/tmp") / f"ebao-{hashlib.sha256(str(state).encode()).hexdigest()[:16]}"  # noqa: S108


def reachable_copy(parts: list[Path], *, anchor: Path, home: Path, label: str, account: Account | None) -> Path:
    """Return a folder that holds the parts as anchor does: anchor itself if nobody may read it, else a copy.

    The parts keep their places relative to anchor, because the programs find their libraries by relative paths.
    """
    if account is None or (reachable(anchor) and all(_open_to_all(part) for part in parts)):
        return anchor
    copy = home / label
    if copy.exists():
        return copy
    partial = Path(tempfile.mkdtemp(dir=home, prefix=f".{label}-"))
    for part in parts:
        target = partial / part.relative_to(anchor)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(part, target, symlinks=True)
    _open_tree(partial)
    partial.rename(copy)
    return copy


def _open_to_all(part: Path) -> bool:
    return all(_may_read(path) for path in [part, *part.rglob("*")])


def _may_read(path: Path) -> bool:
    mode = path.lstat().st_mode
    wanted = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
    return stat.S_ISLNK(mode) or mode & wanted == wanted


def _open_tree(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
