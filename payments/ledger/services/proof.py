"""Running the proofs and keeping what they found."""

import time
from dataclasses import asdict
from datetime import datetime

from payments.ledger.models import Proof
from payments.ledger.selectors.proof import prove
from silk_road_ebao.kernel.actors import Actor


def record_proof(*, deep: bool, actor: Actor, at: datetime) -> Proof:
    """Run the quick or the deep proof and keep the result as a row operators can read."""
    started = time.perf_counter()
    findings = prove(deep=deep)
    return Proof.objects.create(
        ran_at=at,
        actor_kind=actor.kind,
        actor_ref=actor.ref,
        deep=deep,
        findings=[asdict(finding) for finding in findings],
        took_ms=round((time.perf_counter() - started) * 1000),
    )
