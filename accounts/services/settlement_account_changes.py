"""Change of a merchant's settlement account: four eyes, a cool-off hold, a notice to the old contact."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountClass, Merchant, OpeningMode, OperatorRole, SettlementAccount
from accounts.selectors.dated_rules import value
from accounts.selectors.settlement_accounts import had_payee
from accounts.services.notices import write_notice
from accounts.services.operators import require_role
from accounts.services.refused_attempts import audited
from accounts.services.settlement_accounts import create_account, tell_change
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

CHANGE = "accounts.settlement_account.change"


class NothingToChange(Refusal):
    """The merchant has no payee account yet: adding one is enough."""

    message = _("店里还没有收款账户，直接添加就行")


@audited(action="accounts.settlement_account.propose_change")
@transaction.atomic
def propose_account_change(
    *,
    merchant: Merchant,
    account_no: str,
    holder_name: str,
    actor: Actor,
    at: datetime,
    bank_code: str = "",
    agreed: bool = False,
    signature: str = "",
) -> SettlementAccount:
    """Propose another payee account for a merchant. Nothing is paid there before review, hold and verification.

    Raises:
        NothingToChange, and whatever ``add_settlement_account`` refuses; ChangeNeedsFourEyes while one is open.
    """
    Merchant.objects.select_for_update().get(pk=merchant.pk)
    if not had_payee(merchant):
        raise NothingToChange
    return create_account(
        owner=merchant,
        account_no=account_no,
        holder_name=holder_name,
        account_class=AccountClass.MERCHANT,
        bank_code=bank_code,
        opening_mode=OpeningMode.COUNTER,
        agreed=agreed,
        signature=signature,
        actor=actor,
        at=at,
    )


def _snapshot_change(subject: str) -> dict[str, object]:
    """Return the old and the new account as they stand."""
    new = SettlementAccount.objects.select_related("bank", "owner_merchant").get(account_no=subject)
    old = _payee(new)
    return {
        "merchant_no": new.owner_merchant.merchant_no if new.owner_merchant else "",
        "from": "" if old is None else f"{old.bank.short_name} {old.masked}",
        "from_no": "" if old is None else old.account_no,
        "to": f"{new.bank.short_name} {new.masked}",
        "holder_name": new.holder_name,
        "status": new.status,
    }


def _payee(new: SettlementAccount) -> SettlementAccount | None:
    return (
        SettlementAccount.objects.select_related("bank")
        .filter(owner_merchant=new.owner_merchant, status__in=["ACTIVE", "SUSPENDED"])
        .exclude(pk=new.pk)
        .first()
    )


@transaction.atomic
def review_account_change(*, account: SettlementAccount, actor: Actor, at: datetime) -> Approval:
    """Sign a proposed change as the first operator (MAKER); the second sees the masked numbers.

    Raises:
        RoleMissing, ApprovalOpen
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    return request_approval(
        verb=CHANGE, subject=account.account_no, diff=_snapshot_change(account.account_no), maker=actor, at=at
    )


@transaction.atomic
def stop_account_change(*, account: SettlementAccount, actor: Actor, at: datetime, reason: str) -> None:
    """Stop a change before it takes effect; the old account stays the payee."""
    transition(account, "CLOSED", actor=actor, at=at, reason=reason, closed_at=at)
    record(
        actor=actor,
        action="accounts.settlement_account.stop_change",
        subject=account.account_no,
        at=at,
        detail={"reason": reason},
    )


@transaction.atomic
def stop_after_review(*, subject: str, reason: str, actor: Actor, at: datetime) -> None:
    """Stop the change whose review the second operator rejected; the old account stays the payee."""
    account = SettlementAccount.objects.get(account_no=subject)
    if account.status == "PROPOSED":
        stop_account_change(account=account, actor=actor, at=at, reason=reason)


@approves(CHANGE, snapshot=_snapshot_change, turn_down=stop_after_review)
def carry_out_account_change(
    *, subject: str, diff: dict[str, object], approval_no: str, actor: Actor, at: datetime
) -> SettlementAccount:
    """Carry out the second signature (CHECKER): the new account is held for the cool-off, the old one stays payee.

    The old contact is told by SMS, so that a hijacked change can be stopped while it is held.

    Raises:
        RoleMissing
    """
    require_role(actor=actor, role=OperatorRole.CHECKER)
    account = SettlementAccount.objects.select_related("owner_merchant__legal_person", "bank").get(account_no=subject)
    usable_from = at + timedelta(hours=value("settlement_change.cool_off_hours", at))
    transition(account, "HELD", actor=actor, at=at, reason=approval_no, usable_from=usable_from)
    merchant = account.owner_merchant
    if merchant is not None and merchant.legal_person is not None and merchant.legal_person.phone_sealed is not None:
        write_notice(
            key=f"settlement_account.change:{account.account_no}",
            phone=merchant.legal_person.phone_sealed.open(),
            text=gettext("【丝路e宝】%(name)s的收款账户将在%(when)s换成%(account)s。不是你本人办的，请马上联系服务台。")
            % {
                "name": merchant.name,
                "when": f"{usable_from.astimezone(BUSINESS_ZONE):%m-%d %H:%M}",
                "account": f"{account.bank.short_name}尾号{account.masked[-4:]}",
            },
            at=at,
        )
    tell_change(account=account, phase="HELD", at=at)
    return account


def release_held_accounts(*, at: datetime) -> int:
    """Make held accounts the payee whose hold is over and whose bank has verified them; returns how many."""
    due = SettlementAccount.objects.filter(status="HELD", verification="VERIFIED", usable_from__lte=at)
    return sum(_release(account_id, at) for account_id in due.order_by("id").values_list("pk", flat=True))


@transaction.atomic
def _release(account_id: int, at: datetime) -> int:
    account = (
        SettlementAccount.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("owner_merchant", "bank")
        .filter(pk=account_id, status="HELD")
        .first()
    )
    if account is None:
        return 0
    old = _payee(account)
    if old is not None:
        transition(old, "CLOSED", actor=SYSTEM, at=at, reason=f"replaced by {account.account_no}", closed_at=at)
    transition(account, "ACTIVE", actor=SYSTEM, at=at, reason="cool-off over", activated_at=at)
    tell_change(account=account, phase="EFFECTIVE", at=at)
    return 1
