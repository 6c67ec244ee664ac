"""States of fees and their invoices, and when a reminder is due."""

from silk_road_ebao.kernel.state_table import StateTable

SERVICE_FEE = StateTable(
    {
        "CHARGED": {"POSTED"},
        "POSTED": {"INVOICED", "COLLECTED"},
        "INVOICED": {"COLLECTED", "WAIVED"},
        "COLLECTED": set(),
        "WAIVED": set(),
    }
)
INVOICE = StateTable(
    {"ISSUED": {"PAID", "OVERDUE", "WAIVED"}, "OVERDUE": {"PAID", "WAIVED"}, "PAID": set(), "WAIVED": set()}
)

SPLIT, SEPARATE = "SPLIT", "SEPARATE"
COLLECTIONS = (SPLIT, SEPARATE)
REMINDER_DAYS = (0, 7, 15, 30)
"""Days after the due date on which a reminder is written."""
