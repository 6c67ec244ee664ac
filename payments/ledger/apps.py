"""The ledger app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """账簿. Double entry, the floor of payments."""

    name = "payments.ledger"
    label = "ledger"
    verbose_name = _("账簿")

    def ready(self) -> None:
        """Register the system checks."""
        from payments.ledger import checks  # noqa: F401
