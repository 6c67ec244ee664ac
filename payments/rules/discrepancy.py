"""Kinds of difference, their states, and how long a missing row may wait (Practice 7)."""

from silk_road_ebao.kernel.state_table import StateTable

PLATFORM_MISSING = "PLATFORM_MISSING"
CHANNEL_MISSING = "CHANNEL_MISSING"
AMOUNT_OVER = "AMOUNT_OVER"
AMOUNT_SHORT = "AMOUNT_SHORT"
STATUS_OVER = "STATUS_OVER"
STATUS_SHORT = "STATUS_SHORT"
FEE = "FEE"
REFUND = "REFUND"
DUPLICATE_PAYMENT = "DUPLICATE_PAYMENT"
PROFIT_SHARING = "PROFIT_SHARING"
WRONG_SUB_MERCHANT = "WRONG_SUB_MERCHANT"
WRONG_DAY = "WRONG_DAY"
PAYOUT = "PAYOUT"

KINDS = (
    PLATFORM_MISSING, CHANNEL_MISSING, AMOUNT_OVER, AMOUNT_SHORT, STATUS_OVER, STATUS_SHORT, FEE, REFUND,
    DUPLICATE_PAYMENT, PROFIT_SHARING, WRONG_SUB_MERCHANT, WRONG_DAY,
)  # fmt: skip
"""The twelve kinds of a bill; PAYOUT stands beside them for the acquirer's settlement file."""

SUSPENSE_DAYS = 3
"""A payment at midnight may stand in the next day's bill: it waits in the pool before it becomes a case."""

DISCREPANCY = StateTable(
    {
        "SUSPENSE": {"OPEN", "RESOLVED"},
        "OPEN": {"PROPOSED", "RESOLVED", "CARRIED"},
        "PROPOSED": {"OPEN", "RESOLVED", "CARRIED"},
        "CARRIED": {"PROPOSED", "RESOLVED"},
        "RESOLVED": set(),
    }
)

BLOCKING = ("OPEN", "PROPOSED")
"""States in which a case keeps its day from being published."""

CAUSES = {
    PLATFORM_MISSING: "NOT_OURS",
    CHANNEL_MISSING: "DAY_CUT",
    AMOUNT_OVER: "AMOUNT_CHANGED",
    AMOUNT_SHORT: "AMOUNT_CHANGED",
    STATUS_OVER: "NOTICE_LOST",
    STATUS_SHORT: "REVOKED_AT_ACQUIRER",
    FEE: "RATE_DIFFERS",
    REFUND: "REFUND_DIFFERS",
    DUPLICATE_PAYMENT: "PAID_TWICE",
    PROFIT_SHARING: "SPLIT_DIFFERS",
    WRONG_SUB_MERCHANT: "SUB_MERCHANT_DIFFERS",
    WRONG_DAY: "DAY_CUT",
    PAYOUT: "PAYOUT_DIFFERS",
}
"""The cause proposed for each kind until a person says otherwise."""
