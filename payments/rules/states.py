"""Transition tables of payments: which status may follow which."""

from silk_road_ebao.kernel.state_table import StateTable

SUB_MERCHANT = StateTable(
    {
        "SUBMITTED": {"ACTIVE", "REFUSED"},
        "ACTIVE": {"HELD", "CLOSED"},
        "HELD": {"ACTIVE", "CLOSED"},
        "REFUSED": {"SUBMITTED"},
        "CLOSED": set(),
    }
)

STALL_CODE = StateTable({"ACTIVE": {"REVOKED"}, "REVOKED": set()})

PAYMENT = StateTable(
    {
        "CREATED": {"PENDING", "UNKNOWN", "PAID", "CLOSED", "FAILED"},
        "PENDING": {"UNKNOWN", "PAID", "CLOSED", "FAILED"},
        "UNKNOWN": {"PENDING", "PAID", "CLOSED", "FAILED"},
        # The payer may try again while the bill is open; money that arrives late is never denied.
        "FAILED": {"PENDING", "UNKNOWN", "PAID", "CLOSED"},
        "CLOSED": {"PAID"},
        "PAID": {"PARTIALLY_REFUNDED", "REFUNDED"},
        "PARTIALLY_REFUNDED": {"REFUNDED"},
        "REFUNDED": set(),
    }
)

ATTEMPT = StateTable(
    {
        "CREATED": {"PENDING", "UNKNOWN", "PAID", "CLOSED", "FAILED"},
        "PENDING": {"UNKNOWN", "PAID", "CLOSED", "FAILED"},
        "UNKNOWN": {"PENDING", "PAID", "CLOSED", "FAILED"},
        "FAILED": {"PAID"},
        "CLOSED": {"PAID"},
        "PAID": set(),
    }
)

REFUND = StateTable(
    {
        "REQUESTED": {"PENDING", "UNKNOWN", "SUCCEEDED", "FAILED"},
        "PENDING": {"UNKNOWN", "SUCCEEDED", "FAILED"},
        "UNKNOWN": {"PENDING", "SUCCEEDED", "FAILED"},
        "FAILED": {"SUCCEEDED"},
        "SUCCEEDED": set(),
    }
)

SHARING_RECEIVER = StateTable(
    {
        "PROPOSED": {"SIGNED", "REFUSED"},
        "SIGNED": {"BOUND", "ENDED"},
        "BOUND": {"ENDED"},
        "REFUSED": set(),
        "ENDED": set(),
    }
)

SHARING = StateTable(
    {
        "REQUESTED": {"PENDING", "UNKNOWN", "FINISHED", "FAILED"},
        "PENDING": {"UNKNOWN", "FINISHED", "FAILED"},
        "UNKNOWN": {"PENDING", "FINISHED", "FAILED"},
        "FAILED": set(),
        "FINISHED": set(),
    }
)

RISK_REVIEW = StateTable({"OPEN": {"PASSED", "REFUSED"}, "PASSED": set(), "REFUSED": set()})

LIVE = ("CREATED", "PENDING", "UNKNOWN")
"""States in which an attempt or a payment may still become money without surprise."""

PAID_EVER = ("PAID", "PARTIALLY_REFUNDED", "REFUNDED")
"""States of a payment that has been paid at some time."""
