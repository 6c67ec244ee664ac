"""Secrets of one state folder: made once, kept in secrets.json for its owner only."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from silk_road_ebao.runner.messages import Trouble
from silk_road_ebao.runner.records import read_record, write_record

FILE = "secrets.json"
PASSWORD = "SERVICES_PASSWORD"  # noqa: S105 - the name of the entry, not a password


def _key_bytes() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


_MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "FIELD_KEYS": lambda: f"1:{_key_bytes()}",
    "FIELD_INDEX_KEY": _key_bytes,
    PASSWORD: lambda: secrets.token_urlsafe(24),
}


def load_secrets(state: Path, *, data_exists: bool) -> dict[str, str]:
    """Return the secrets of the folder, making those that it lacks.

    Raises:
        Trouble: data is there but its secrets are gone; new ones could not open what the old ones sealed.
    """
    path = state / FILE
    known = {name: value for name, value in read_record(path).items() if isinstance(value, str)}
    lacking = [name for name in _MAKERS if name not in known]
    if lacking and data_exists:
        raise Trouble(
            f"{path} lacks {', '.join(lacking)}, but the data in {state} was sealed with them.",
            "Put the file back from a backup, or begin afresh: make clean",
        )
    if lacking:
        known |= {name: _MAKERS[name]() for name in lacking}
        write_record(path, known)
    return known


def variables(known: dict[str, str]) -> dict[str, str]:
    """Return those that the house reads from its environment; what is set there already goes first."""
    return {name: os.environ.get(name) or known[name] for name in ("SECRET_KEY", "FIELD_KEYS", "FIELD_INDEX_KEY")}
