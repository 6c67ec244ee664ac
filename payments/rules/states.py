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

_APPLYMENT_AHEAD = ("EDITTING", "AUDITING", "TO_BE_CONFIRMED", "TO_BE_SIGNED", "SIGNING", "FINISHED")

APPLYMENT = StateTable(
    {
        "REQUESTED": {"UNKNOWN", "CANCELED", "FINISHED"},
        # Sent: what became of it is asked under its own number until the acquirer says so.
        "UNKNOWN": {*_APPLYMENT_AHEAD, "REJECTED", "CANCELED"},
        **{
            state: {*_APPLYMENT_AHEAD[place + 1 :], "UNKNOWN", "REJECTED", "CANCELED"}
            for place, state in enumerate(_APPLYMENT_AHEAD[:-1])
        },
        "REJECTED": {"REQUESTED", "CANCELED"},
        "FINISHED": set(),
        "CANCELED": set(),
    }
)
"""Ours before it is sent, then the acquirer's own machine as it answers; FINISHED by hand where it has none."""

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
