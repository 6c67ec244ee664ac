"""Run the proofs of the ledger."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.ledger.selectors.balance import trial_balance
from payments.ledger.services.proof import record_proof
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import now


class Command(BaseCommand):
    """Prove that the ledger agrees with itself; exit 1 when it does not."""

    help = "Prove that the ledger agrees with itself and its guards stand as written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the depth."""
        parser.add_argument(
            "--deep", action="store_true", help="read the whole journal, not only since the last closing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the trial balance and the findings."""
        proof = record_proof(deep=options["deep"], actor=SYSTEM, at=now())
        for line in trial_balance().lines:
            self.stdout.write(
                f"{line.head:<22}{line.unit.name:<6}{line.accounts:>9}{line.debits:>20}{line.credits:>20}"
            )
        for finding in proof.findings:
            self.stderr.write(
                f"{finding['proof']}: {finding['what']}: expected {finding['expected']}, found {finding['found']}"
            )
        if proof.findings:
            raise CommandError(f"the ledger does not agree: {len(proof.findings)} findings")
        self.stdout.write(f"the ledger agrees ({proof.took_ms} ms)")
