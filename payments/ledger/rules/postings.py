"""What a caller hands to the ledger: legs and postings, checked without the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from payments.ledger.rules.chart import AccountCode
from payments.ledger.rules.kinds import FLOWS, Kind

LARGEST_AMOUNT = 2**62


@dataclass(frozen=True, slots=True)
class Leg:
    """One transfer: `amount` (fen or points, above zero) from the debit to the credit account."""

    debit: AccountCode
    credit: AccountCode
    amount: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One thing that happened to one subject, with all its legs."""

    subject: UUID
    kind: Kind
    legs: Sequence[Leg]
    on: date


def find_fault(kind: Kind, legs: Sequence[Leg]) -> str | None:
    """Name what makes these legs impossible for the kind, or None."""
    if not legs:
        return "a posting needs a leg"
    flows = FLOWS[kind]
    for leg in legs:
        if (leg.debit.head, leg.credit.head) not in flows:
            return f"{kind.name} does not move from {leg.debit} to {leg.credit}"
        if type(leg.amount) is not int or not 0 < leg.amount <= LARGEST_AMOUNT:
            return f"{leg.amount!r} is no amount above zero"
    return None
