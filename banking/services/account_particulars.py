"""The full number and name of a settlement account, for its own bank, under the holder's authorisation."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import SettlementAccount
from accounts.selectors.verification_requests import KINDS, PURPOSE
from accounts.services.disclosures import disclose
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.crypto import reveal
from silk_road_ebao.kernel.refusals import Refusal


class NumberGone(Refusal):
    """The number has been erased at its holder's wish (R24)."""

    message = _("账号已按要求删除")


@dataclass(frozen=True, slots=True)
class Particulars:
    """What the bank compares with its own books."""

    account_number: str
    holder_name: str
    disclosure_no: str


@transaction.atomic
def open_particulars(*, account: SettlementAccount, actor: Actor, at: datetime) -> Particulars:
    """Hand the number and the holder's name to the account's bank; consent checked, reading logged (R14, R16, R25).

    Raises:
        ConsentMissing: the holder has not allowed it, or no longer does: 403.
        NumberGone
    """
    owner = account.owner_person or account.owner_merchant
    assert owner is not None  # settlement_account_one_owner
    disclosure = disclose(
        subject=owner,
        recipient=account.bank,
        purpose=PURPOSE,
        kinds=KINDS,
        what=account.account_no,
        actor=actor,
        at=at,
    )
    if account.account_no_sealed is None:
        raise NumberGone
    number = reveal(account, "account_no_sealed", actor=actor, purpose=f"{PURPOSE} {disclosure.disclosure_no}", at=at)
    return Particulars(number, account.holder_name, disclosure.disclosure_no)
