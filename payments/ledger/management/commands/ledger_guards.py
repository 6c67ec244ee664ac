"""Check the guards of the ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.ledger.selectors.guards import find_drift


class Command(BaseCommand):
    """Check that triggers, functions and constraints stand as written; run at every start."""

    help = "Check that the ledger's triggers, functions and constraints stand as written."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every difference; exit 1 when there is one."""
        drift = find_drift()
        for finding in drift:
            self.stderr.write(str(finding))
        if drift:
            raise CommandError(f"{len(drift)} guards of the ledger are missing or altered")
        self.stdout.write("the ledger's guards stand as written")
