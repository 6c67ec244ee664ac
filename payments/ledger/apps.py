"""The ledger app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Double entry, the floor of payments."""

    name = "payments.ledger"
    label = "ledger"
