"""Serve HTTP/1.1 with keep-alive to all three acquirers' clients from one port."""

from __future__ import annotations

import socket
import socketserver
import sys
import threading
import time
import traceback
from http import HTTPStatus
from typing import Any

from payments.sandbox.journal import JournalError
from payments.sandbox.messages import Dropped, Reply, Request
from payments.sandbox.routes import answer
from payments.sandbox.world import World

MAX_LINE = 65536
MAX_BODY = 12 * 1024 * 1024
REASONS = {status.value: status.phrase for status in HTTPStatus}


class BadRequest(Exception):
    """Say with which status a request that is not proper HTTP is refused."""

    def __init__(self, status: int) -> None:
        self.status = status


class Connection(socketserver.StreamRequestHandler):
    """Read requests of one connection one after another and answer each."""

    disable_nagle_algorithm = True
    timeout = 120
    server: Server

    def handle(self) -> None:
        """Serve until the client leaves, is silent too long, or asks to close."""
        try:
            while self._serve_one():
                pass
        except (ConnectionError, TimeoutError, Dropped):
            pass

    def _serve_one(self) -> bool:
        try:
            request, keep = self._read()
        except BadRequest as refusal:
            self._send(Reply(refusal.status), head_only=False, keep=False)
            return False
        if request is None:
            return False
        try:
            reply = answer(self.server.world, request)
        except JournalError as reason:
            print(f"sandbox: {reason}", file=sys.stderr, flush=True)
            reply = Reply(500)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # A slip of ours must not look like an acquirer's decision.
            traceback.print_exc()
            reply = Reply(500)
        if reply.hang_s:
            self._hang(reply.hang_s)
            return False
        self._send(reply, head_only=request.method == "HEAD", keep=keep)
        return keep

    def _read(self) -> tuple[Request | None, bool]:
        line = self.rfile.readline(MAX_LINE + 1)
        if not line.strip():
            line = self.rfile.readline(MAX_LINE + 1) if line else b""
        if not line:
            return None, False
        parts = line.decode("latin-1").split()
        if len(parts) != 3 or not parts[2].startswith("HTTP/1.") or len(line) > MAX_LINE:
            raise BadRequest(400)
        headers = self._read_headers()
        if headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._read_body(headers)
        connection = headers.get("connection", "").lower()
        keep = connection != "close" if parts[2] == "HTTP/1.1" else connection == "keep-alive"
        target = parts[1]
        if target.startswith(("http://", "https://")):
            target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
        return Request(parts[0], target, headers, body, self.client_address[0]), keep

    def _read_headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while True:
            line = self.rfile.readline(MAX_LINE + 1)
            if line in (b"\r\n", b"\n"):
                return headers
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or len(headers) > 100 or len(line) > MAX_LINE:
                raise BadRequest(400)
            headers[name.strip().lower()] = value.strip()

    def _read_body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._read_chunks()
        length = headers.get("content-length", "0")
        if not length.isdigit():
            raise BadRequest(400)
        if int(length) > MAX_BODY:
            raise BadRequest(413)
        body = self.rfile.read(int(length)) if length != "0" else b""
        if len(body) < int(length):
            raise Dropped
        return body

    def _read_chunks(self) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while True:
            try:
                length = int(self.rfile.readline(MAX_LINE).split(b";")[0], 16)
            except ValueError:
                raise BadRequest(400) from None
            size += length
            if size > MAX_BODY:
                raise BadRequest(413)
            if length:
                chunks.append(self.rfile.read(length))
            while self.rfile.readline(MAX_LINE) not in (b"\r\n", b"\n", b""):
                pass
            if not length:
                return b"".join(chunks)

    def _send(self, reply: Reply, *, head_only: bool, keep: bool) -> None:
        lines = [f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        if reply.status != 204:
            lines.append(f"Content-Length: {len(reply.body)}")
        lines.append("Connection: keep-alive" if keep else "Connection: close")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.wfile.write(head if head_only else head + reply.body)

    def _hang(self, seconds: float) -> None:
        """Wait without answering until the client gives up or the time is over."""
        end = time.monotonic() + seconds
        self.connection.settimeout(0.5)
        while time.monotonic() < end and not self.server.stopping.is_set():
            try:
                if not self.connection.recv(1, socket.MSG_PEEK):
                    return
                time.sleep(0.2)
            except TimeoutError:
                continue


class Server(socketserver.ThreadingTCPServer):
    """Listen and give every connection its own thread."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], world: World) -> None:
        self.world = world
        self.stopping = threading.Event()
        super().__init__(address, Connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong in one connection without ending the others."""
        traceback.print_exc()
