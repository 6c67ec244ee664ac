"""Send notices (not yet)."""

from __future__ import annotations

from payments.sandbox.credentials import Credentials
from payments.sandbox.delivery import Parcel
from payments.sandbox.store import Record


class UnionpaySender:
    """Make parcels."""

    schedule_s: tuple[float, ...] = ()
    timeout_s = 5.0

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def parcel(self, notice: Record, mode: str) -> Parcel:
        """Return the notice."""
        return Parcel(notice["url"], b"", {})

    def is_taken(self, status: int, body: bytes) -> bool:
        """Judge the answer."""
        return status == 200
