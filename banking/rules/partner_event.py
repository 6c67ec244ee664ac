"""The kinds of events partners read."""

TYPES = (
    "settlement_account.verification_requested",
    "settlement_account.changed",
    "consent.given",
    "consent.withdrawn",
    "business_day.published",
)
