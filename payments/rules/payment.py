"""What a payment's status is while its attempts are under way, and how a breaker of a line moves."""

from collections.abc import Iterable
from datetime import timedelta

OPEN_STATES = ("CREATED", "PENDING", "UNKNOWN", "FAILED")
FAULTS_TO_OPEN = 5
OPEN_FOR = timedelta(seconds=30)
PROBE_FOR = timedelta(seconds=15)


def status_of(attempt_states: Iterable[str], *, is_expired: bool) -> str:
    """Return the status of an unpaid payment from its attempts' states.

    UNKNOWN outweighs PENDING: goods must not leave the stall on a guess. With nothing under way an expired payment
    is CLOSED; before that FAILED says that the payer may try again.
    """
    states = set(attempt_states)
    if "UNKNOWN" in states:
        return "UNKNOWN"
    if states & {"PENDING", "CREATED"}:
        return "PENDING"
    if is_expired:
        return "CLOSED"
    if not states:
        return "CREATED"
    return "FAILED" if "FAILED" in states else "PENDING"
