"""What tells a bank that one of its accounts waits for its word: only under the holder's consent (R14)."""

from datetime import datetime

from accounts.models import ConsentPurpose, DataKind, Institution, SettlementAccount
from accounts.selectors.consents import ConsentMissing, check_consent
from accounts.selectors.parties import Party
from accounts.selectors.settlement_accounts import accounts_of
from silk_road_ebao.kernel.outbox import emit

PURPOSE = ConsentPurpose.ACCOUNT_VERIFICATION
KINDS = [DataKind.SETTLEMENT_ACCOUNT.value]


def may_be_told(*, account: SettlementAccount, at: datetime) -> bool:
    """Say whether the holder allows at this moment that number and name go to the account's bank."""
    owner = account.owner_merchant or account.owner_person
    assert owner is not None  # settlement_account_one_owner
    try:
        check_consent(subject=owner, recipient=account.bank, purpose=PURPOSE, kinds=KINDS, at=at)
    except ConsentMissing:
        return False
    return True


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
