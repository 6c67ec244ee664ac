"""The line to an acquirer: kept-alive sessions, time-outs, and the guard that no call runs inside a transaction."""

import threading
import time
from typing import Any

import requests
from django.db import connection

from payments.gateways.protocol import Exchange
from payments.rules.acquirer_message import masked

TIMEOUT_S = (3.05, 8.0)
BILL_TIMEOUT_S = (3.05, 60.0)
UNCERTAIN_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


class CallInsideTransactionError(RuntimeError):
    """Say that a remote call was about to hold row locks while it waits."""


class ForgedAnswerError(Exception):
    """Say that a 2xx answer is not signed by the acquirer."""


LINE_FAULTS = (requests.RequestException, ForgedAnswerError)


def refuse_inside_transaction() -> None:
    """Raise CallInsideTransactionError inside an atomic block; the outermost block of a test case does not count."""
    blocks = connection.atomic_blocks
    if any(not getattr(block, "_from_testcase", False) for block in blocks):
        raise CallInsideTransactionError("commit before calling an acquirer")


class Line:
    """One acquirer's connections: a session per thread, kept alive."""

    def __init__(self) -> None:
        self._local = threading.local()

    @property
    def session(self) -> requests.Session:
        """Return this thread's session; redirects, environment proxies and cookies play no part."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            self._local.session = session
        return session

    def send(
        self,
        method: str,
        url: str,
        *,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout_s: tuple[float, float] = TIMEOUT_S,
    ) -> requests.Response:
        """Send one request; raises requests.RequestException when no whole answer comes."""
        refuse_inside_transaction()
        return self.session.request(method, url, data=data, headers=headers, timeout=timeout_s, allow_redirects=False)


class Watch:
    """Time one call and describe it for the archive."""

    def __init__(self, kind: str, subject: str, sent: dict[str, Any]) -> None:
        self.kind = kind
        self.subject = subject
        self._sent = sent
        self._start = time.monotonic()

    def exchange(self, http_status: int | None, got: Any) -> Exchange:
        """Return what was sent and what came, secrets masked."""
        return Exchange(
            kind=self.kind,
            subject=self.subject,
            http_status=http_status,
            took_ms=int((time.monotonic() - self._start) * 1000),
            shown={"sent": masked(self._sent), "got": masked(got)},
        )
