"""Pay (not yet)."""

from __future__ import annotations

from payments.sandbox.messages import PayerRefused
from payments.sandbox.store import Record
from payments.sandbox.world import World


def pay(world: World, order: Record, *, payer_id: str = "", funding: str = "debit", bank_type: str = "") -> Record:
    """Refuse."""
    raise PayerRefused("NOT_YET", "还不能付款")
