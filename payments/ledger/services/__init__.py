"""What the ledger can be asked to do."""

from payments.ledger.services.batch import post_query
from payments.ledger.services.book import close_period
from payments.ledger.services.ledger_account import NotInChart, open_account, open_accounts, set_frozen
from payments.ledger.services.posting import (
    NothingToReverse,
    Posted,
    PostedMany,
    Replayed,
    post_many,
    post_transfers,
    reverse,
)
from payments.ledger.services.refusals import (
    AccountUnusable,
    ImpossiblePosting,
    KeyReused,
    Overdrawn,
    PeriodClosed,
    UnmirroredReversal,
    WrongIsolation,
)

__all__ = [
    "AccountUnusable",
    "ImpossiblePosting",
    "KeyReused",
    "NotInChart",
    "NothingToReverse",
    "Overdrawn",
    "PeriodClosed",
    "Posted",
    "PostedMany",
    "Replayed",
    "UnmirroredReversal",
    "WrongIsolation",
    "close_period",
    "open_account",
    "open_accounts",
    "post_many",
    "post_query",
    "post_transfers",
    "reverse",
    "set_frozen",
]
