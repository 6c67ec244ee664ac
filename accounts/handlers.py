"""Loaded at start in every process: the services that carry out what two operators agreed make themselves known.

Accounts stands on the lowest floor and listens to no facts of other apps.
"""

from accounts.services import (
    dated_rules,
    institution_limits,
    institution_papers,
    list_entries,
    merchant_changes,
    merchants,
    onboarding_reviews,
    operator_roles,
    phone_exceptions,
    settlement_account_changes,
)

VERBS = (
    dated_rules.ENTER,
    institution_limits.ENTER,
    institution_papers.ENTER,
    list_entries.DISMISS,
    merchant_changes.CHANGE,
    merchants.RESUME,
    onboarding_reviews.APPROVE,
    operator_roles.CHANGE,
    operator_roles.RESET,
    phone_exceptions.APPROVE,
    settlement_account_changes.CHANGE,
)
"""What two operators may agree upon in this room."""
