"""Start the sandbox: ``python -m payments.sandbox --host 127.0.0.1 --port P --state DIR``."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from payments.sandbox.journal import JournalError
from payments.sandbox.routes import prepare
from payments.sandbox.server import Server
from payments.sandbox.world import World


def main() -> int:
    """Serve until SIGTERM or SIGINT; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m payments.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free port")
    parser.add_argument("--state", type=Path, required=True, help="folder for keys and journal")
    options = parser.parse_args()
    try:
        options.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        world = World(options.state)
        prepare(world)
        server = Server((options.host, options.port), world)
    except (JournalError, OSError, OverflowError) as reason:
        print(f"sandbox: cannot start: {reason}", file=sys.stderr)
        return 1
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2})
    thread.start()
    world.start()
    host, port = server.server_address[:2]
    print(
        f"sandbox ready http://{host!s}:{port} state {options.state} journal lines {world.store.journal.last_no}",
        flush=True,
    )
    while not stop.wait(0.5):
        pass
    server.stopping.set()
    server.shutdown()
    thread.join()
    world.stop()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
