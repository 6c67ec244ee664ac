"""Remove the folders named once stdin ends and no PostgreSQL runs in them: survives the kill of the runner."""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

PATIENCE_S = 30


def main(folders: list[str]) -> None:
    """Wait for the end of the runner, then for the end of its server, then remove what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while os.read(0, 4096):
        pass
    deadline = time.monotonic() + PATIENCE_S
    for folder in map(Path, folders):
        while (folder / "pg" / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        for _ in range(20):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(0.1)


if __name__ == "__main__":
    main(sys.argv[1:])
