"""What the ledger can be asked."""

from payments.ledger.selectors.balance import AccountBalance, TrialBalance, TrialLine, balance_of, trial_balance
from payments.ledger.selectors.book import closed_through
from payments.ledger.selectors.proof import prove
from payments.ledger.selectors.statement import Statement, StatementRow, statement_of

__all__ = [
    "AccountBalance",
    "Statement",
    "StatementRow",
    "TrialBalance",
    "TrialLine",
    "balance_of",
    "closed_through",
    "prove",
    "statement_of",
    "trial_balance",
]
