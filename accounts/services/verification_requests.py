"""What tells a bank that one of its accounts waits for its word: only under the holder's consent (R14)."""

from datetime import datetime

from accounts.models import Institution, SettlementAccount
from accounts.selectors.parties import Party
from accounts.selectors.settlement_accounts import accounts_of
from accounts.selectors.verification_requests import may_be_told
from silk_road_ebao.kernel.outbox import emit


def tell_waiting(*, account: SettlementAccount, at: datetime) -> None:
    """Emit ``accounts.settlement_account.waiting`` if the holder allows it: the account waits for its bank's word."""
    if may_be_told(account=account, at=at):
        emit(
            "accounts.settlement_account.waiting",
            key=f"{account.account_no}:{at.isoformat()}",
            payload={"account_no": account.account_no, "bank": account.bank.code},
            at=at,
        )


def tell_waiting_accounts(*, subject: Party, bank: Institution, at: datetime) -> None:
    """Tell a bank of every account of a party that waits for its word, once consent is there."""
    for account in accounts_of(subject).filter(bank=bank, verification="PENDING"):
        tell_waiting(account=account, at=at)
