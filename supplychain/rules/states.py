"""Transition tables of supplychain: which status may follow which."""

from silk_road_ebao.kernel.state_table import StateTable

ORDER = StateTable(
    {
        "PLACED": {"PAID", "FULFILLED", "CANCELLED"},
        "PAID": {"COMPLETED", "CANCELLED"},
        "FULFILLED": {"COMPLETED", "RETURNED"},
        "COMPLETED": {"RETURNED"},
        "RETURNED": {"COMPLETED"},
        "CANCELLED": {"PAID"},
    }
)
"""PAID is money without goods, FULFILLED goods without money (on credit), COMPLETED both.

CANCELLED→PAID: money that arrives late is never denied; its order is then delivered or refunded.
RETURNED→COMPLETED: money for goods that had come back on credit.
"""

LOT = StateTable({"OPEN": {"CLOSED"}, "CLOSED": set()})
"""An empty lot is one whose `on_hand_kg` is 0; CLOSED ends its book, returns go to another lot."""

PRICE_SHEET = StateTable({"LOADED": {"WITHDRAWN"}, "WITHDRAWN": set()})

INDEX_RELEASE = StateTable(
    {
        "HELD": {"PUBLISHED", "DECLINED", "WITHHELD", "SUPERSEDED"},
        "PUBLISHED": set(),
        "DECLINED": set(),
        "WITHHELD": set(),
        "SUPERSEDED": set(),
    }
)
"""HELD waits for a second person, without a value for a concordance; SUPERSEDED is held no longer: a newer vintage is.

PUBLISHED and WITHHELD rows are born so and stay. A better one is a new vintage.
"""

ASSESSMENT_OBJECTION = StateTable({"OPEN": {"UPHELD", "DISMISSED"}, "UPHELD": set(), "DISMISSED": set()})
