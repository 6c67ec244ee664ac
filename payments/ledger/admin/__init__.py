"""The ledger in the console: everything is for reading."""

from payments.ledger.admin.book import BookAdmin
from payments.ledger.admin.journal_line import JournalLineAdmin
from payments.ledger.admin.ledger_account import LedgerAccountAdmin
from payments.ledger.admin.proof import ProofAdmin

__all__ = ["BookAdmin", "JournalLineAdmin", "LedgerAccountAdmin", "ProofAdmin"]
