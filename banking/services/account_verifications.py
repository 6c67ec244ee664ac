"""A bank's word about an account: taken while its holder lets the bank know of the account."""

from datetime import datetime

from django.db import transaction

from accounts.models import SettlementAccount
from accounts.selectors.consents import check_consent
from accounts.selectors.verification_requests import KINDS, PURPOSE
from accounts.services.settlement_accounts import report_verification
from silk_road_ebao.kernel.actors import Actor


def refuse_untold(*, account: SettlementAccount, at: datetime, lock: bool = False) -> None:
    """Refuse to show an account that its holder has not let its bank know of, or no longer does (R14).

    ``lock`` holds off a withdrawal until the caller's transaction has ended.

    Raises:
        ConsentMissing: 403.
    """
    owner = account.owner_person or account.owner_merchant
    assert owner is not None  # settlement_account_one_owner
    check_consent(subject=owner, recipient=account.bank, purpose=PURPOSE, kinds=KINDS, at=at, lock=lock)


@transaction.atomic
def take_verification(
    *, account: SettlementAccount, result: str, actor: Actor, at: datetime, note: str = ""
) -> SettlementAccount:
    """Record VERIFIED or REFUSED from the account's bank: it worked with data it was allowed to have.

    Raises:
        ConsentMissing: 403; nothing is written.
        NotThisBank
    """
    refuse_untold(account=account, at=at, lock=True)
    return report_verification(account_no=account.account_no, result=result, note=note, actor=actor, at=at)
