"""Run the sandbox as a process of its own and listen to the notices it sends."""

import json
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]


class Sandbox:
    """One running sandbox process on a free port."""

    def __init__(self, state):
        self.state = state
        self.start()

    def start(self, port=0):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "payments.sandbox", "--port", str(port), "--state", str(self.state)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.ready_line = self.process.stdout.readline()
        if "ready" not in self.ready_line:
            raise RuntimeError(self.process.stderr.read())
        self.url = self.ready_line.split()[2]
        self.http = requests.Session()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=10)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        port = int(self.url.rsplit(":", 1)[1])
        self.start(port)

    def get(self, path, **query):
        answer = self.http.get(f"{self.url}/_sandbox/{path}", params=query, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def post(self, path, expected=(200, 201), **body):
        answer = self.http.post(f"{self.url}/_sandbox/{path}", json=body, timeout=20)
        assert answer.status_code in expected, answer.text
        return answer.json()

    def pay(self, **spec):
        return self.post("pay", **spec)

    def fault(self, kind, **spec):
        return self.post("faults", kind=kind, **spec)

    def clear(self):
        self.http.delete(f"{self.url}/_sandbox/faults", timeout=20)

    def hits(self, kind):
        return [hit for hit in self.get("faults")["hits"] if hit["kind"] == kind]


class Receiver:
    """Take notices, remember them, and answer as the test wants."""

    def __init__(self):
        self.seen = []
        self.answers = []
        self.usual = (204, b"")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.seen.append((time.monotonic(), self.path, dict(self.headers), body))
                status, answer = outer.answers.pop(0) if outer.answers else outer.usual
                self.send_response(status)
                if status != 204:
                    self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/notify"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def reset(self, usual=(204, b"")):
        self.seen.clear()
        self.answers.clear()
        self.usual = usual

    def wait_for(self, count, seconds=8):
        end = time.monotonic() + seconds
        while len(self.seen) < count:
            assert time.monotonic() < end, f"{len(self.seen)} of {count} notices came"
            time.sleep(0.01)
        return self.seen

    def bodies(self):
        return [json.loads(body) for _, _, _, body in self.seen]


def eventually(check, seconds=8):
    """Return the first true value of check()."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
