"""The tables of the ledger; triggers and functions stand in ../sql/."""

from payments.ledger.models.balance import Balance
from payments.ledger.models.book import Book, BookLine
from payments.ledger.models.journal_line import JournalLine
from payments.ledger.models.ledger_account import LedgerAccount
from payments.ledger.models.proof import Proof
from payments.ledger.models.transfer import Transfer

__all__ = ["Balance", "Book", "BookLine", "JournalLine", "LedgerAccount", "Proof", "Transfer"]
