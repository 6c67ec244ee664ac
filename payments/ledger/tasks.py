"""The ledger's alarm clock."""

from celery import shared_task

from payments.ledger.services.proof import record_proof
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import now


@shared_task(name="ledger.prove")
def prove_ledger(deep: bool = False) -> None:
    """Run the proofs; the result is a row operators read."""
    record_proof(deep=deep, actor=SYSTEM, at=now())
