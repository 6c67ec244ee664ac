"""Which accounts a bank may know of: those whose holder lets it verify them, at this moment (R14)."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import ConsentPurpose, DataKind, Institution, SettlementAccount
from accounts.selectors.consents import ConsentMissing, check_consent, consents_covering
from accounts.selectors.parties import Party
from accounts.selectors.settlement_accounts import accounts_of

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


def told_accounts(bank: Institution, at: datetime) -> QuerySet[SettlementAccount]:
    """List the accounts held at the bank, not closed, whose holders' consent is in force, the oldest first.

    ``may_be_told`` for a whole list in one statement; a withdrawal takes an account out of the very next read.
    """
    return (
        SettlementAccount.objects.filter(_is_told(at), bank=bank)
        .exclude(status="CLOSED")
        .select_related("owner_merchant", "owner_person", "bank")
        .order_by("id")
    )


def untold_accounts_of(owner: Party, at: datetime) -> QuerySet[SettlementAccount]:
    """List the accounts of a party that wait for a bank which may not know of them: the owner has to agree first."""
    return accounts_of(owner).filter(~_is_told(at), verification="PENDING")


def _is_told(at: datetime) -> Q:
    given = consents_covering(recipient=OuterRef("bank"), purpose=PURPOSE, kinds=KINDS, at=at)
    of_person = Exists(given.filter(subject_person=OuterRef("owner_person")))
    of_merchant = Exists(given.filter(subject_merchant=OuterRef("owner_merchant")))
    return Q(of_person) | Q(of_merchant)
