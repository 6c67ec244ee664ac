"""The registry of transfer kinds: what can happen to a subject, and between which heads of the chart it moves.

A reversal is the negative kind of the same subject and mirrors all its legs. A partial refund is a subject of its own
(the refund), never a reversal of the capture.
"""

from enum import IntEnum
from typing import Final


class Kind(IntEnum):
    """What happened; the numbers are stored and never reused."""

    CAPTURE = 1
    CHANNEL_FEE = 2
    SETTLED = 3
    REFUND = 4
    REFUND_FEE_RETURN = 5

    SERVICE_FEE_SPLIT = 10
    SERVICE_FEE_DUE = 11
    SPLIT_EXECUTED = 12
    SPLIT_RECEIVED = 13
    FEE_RECEIVED = 14
    SPLIT_RETURNED = 15
    SERVICE_FEE_SPLIT_RETURN = 16
    SERVICE_FEE_DUE_RETURN = 17
    SPLIT_REPAID = 18

    COMMISSION_EARNED = 30
    COMMISSION_CONFIRMED = 31
    COMMISSION_PAID = 32
    COMMISSION_CLAWED_BACK = 33
    COMMISSION_REPAID = 34

    POINTS_GRANTED = 50
    POINTS_RESERVED = 51
    POINTS_RELEASED = 52
    POINTS_SPENT = 53
    POINTS_REFUNDED = 54
    POINTS_EXPIRED = 55
    POINTS_CLAWED_BACK = 56
    POINTS_SETTLED = 57

    ROUNDING = 90


Flow = tuple[str, str]

FLOWS: Final[dict[Kind, frozenset[Flow]]] = {
    Kind.CAPTURE: frozenset({("memo:due", "memo:earned")}),
    Kind.CHANNEL_FEE: frozenset({("memo:earned", "memo:fee")}),
    Kind.SETTLED: frozenset({("memo:earned", "memo:due")}),
    Kind.REFUND: frozenset({("memo:earned", "memo:due")}),
    Kind.REFUND_FEE_RETURN: frozenset({("memo:fee", "memo:earned")}),
    Kind.SERVICE_FEE_SPLIT: frozenset({("receivable:split", "income:service_fee")}),
    Kind.SERVICE_FEE_DUE: frozenset({("receivable:merchant", "income:service_fee")}),
    Kind.SPLIT_EXECUTED: frozenset({("memo:earned", "memo:due")}),
    Kind.SPLIT_RECEIVED: frozenset({("cash:own", "receivable:split")}),
    Kind.FEE_RECEIVED: frozenset({("cash:own", "receivable:merchant")}),
    Kind.SPLIT_RETURNED: frozenset({("memo:due", "memo:earned")}),
    Kind.SERVICE_FEE_SPLIT_RETURN: frozenset({("income:service_fee", "receivable:split")}),
    Kind.SERVICE_FEE_DUE_RETURN: frozenset({("income:service_fee", "receivable:merchant")}),
    Kind.SPLIT_REPAID: frozenset({("receivable:split", "cash:own")}),
    Kind.COMMISSION_EARNED: frozenset({("contract:commission", "income:commission")}),
    Kind.COMMISSION_CONFIRMED: frozenset({("receivable:commission", "contract:commission")}),
    Kind.COMMISSION_PAID: frozenset({("cash:own", "receivable:commission")}),
    Kind.COMMISSION_CLAWED_BACK: frozenset(
        {("income:commission", "contract:commission"), ("income:commission", "receivable:commission")}
    ),
    Kind.COMMISSION_REPAID: frozenset({("receivable:commission", "cash:own")}),
    Kind.POINTS_GRANTED: frozenset({("funder:points", "holder:points")}),
    Kind.POINTS_RESERVED: frozenset({("holder:points", "holder:reserved")}),
    Kind.POINTS_RELEASED: frozenset({("holder:reserved", "holder:points")}),
    Kind.POINTS_SPENT: frozenset({("holder:points", "statement:points"), ("holder:reserved", "statement:points")}),
    Kind.POINTS_REFUNDED: frozenset({("statement:points", "holder:points")}),
    Kind.POINTS_EXPIRED: frozenset({("holder:points", "funder:points")}),
    Kind.POINTS_CLAWED_BACK: frozenset({("holder:points", "funder:points")}),
    Kind.POINTS_SETTLED: frozenset({("statement:points", "funder:points")}),
    Kind.ROUNDING: frozenset(
        {
            ("receivable:split", "income:rounding"),
            ("income:rounding", "receivable:split"),
            ("receivable:merchant", "income:rounding"),
            ("income:rounding", "receivable:merchant"),
            ("receivable:commission", "income:rounding"),
            ("income:rounding", "receivable:commission"),
        }
    ),
}
