"""Transition tables of supplychain: which status may follow which."""

from silk_road_ebao.kernel.state_table import StateTable

ORDER = StateTable(
    {
        "PLACED": {"PAID", "CANCELLED", "FULFILLED"},
        "PAID": {"FULFILLED", "RETURNED", "CANCELLED"},
        "FULFILLED": {"RETURNED", "COMPLETED"},
        "COMPLETED": {"RETURNED"},
        "RETURNED": set(),
        "CANCELLED": {"PAID"},
    }
)
"""CANCELLED→PAID: money that arrives late is never denied; its order is then delivered or refunded.

FULFILLED before PAID is a delivery on credit; COMPLETED is both, and the three books may be compared.
"""

LOT = StateTable({"OPEN": {"SOLD_OUT", "CLOSED"}, "SOLD_OUT": {"OPEN", "CLOSED"}, "CLOSED": set()})
