"""Small JSON files in the state folder, written whole or not at all."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def write_record(path: Path, content: dict[str, Any], *, mode: int = 0o600) -> None:
    """Replace the file in one step, so that a reader sees the old or the new one and never half of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf8") as file:
            json.dump(content, file, indent=2, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_record(path: Path) -> dict[str, Any]:
    """Return the content; empty when the file is missing or was cut short by a crash of the machine."""
    try:
        content = json.loads(path.read_text(encoding="utf8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
