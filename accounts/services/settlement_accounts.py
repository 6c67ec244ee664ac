"""Settlement accounts: added by their owner, verified by the bank alone."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    AccountClass,
    Institution,
    Merchant,
    OpeningMode,
    Person,
    SettlementAccount,
    Verification,
)
from accounts.selectors.dated_rules import value_or_none
from accounts.selectors.settlement_accounts import ACCOUNT_NO, accounts_of, had_payee, holder_basis_of
from accounts.services.numbers import read_account_no
from accounts.services.refused_attempts import audited
from accounts.services.verification_consents import agree_to_verification
from accounts.services.verification_requests import tell_waiting
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.crypto import blind_index, mask_card
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition


class AccountTaken(Refusal):
    """The number is registered already."""

    message = _("这个账号已经登记过了，请核对账号")
    field = "account_no"


class BankUnknown(Refusal):
    """The number's prefix tells no bank, and none was chosen."""

    message = _("看不出是哪家银行，请选开户银行")
    field = "bank"


class BankDiffers(Refusal):
    """The card's prefix belongs to another bank than the one chosen."""

    message = _("这张卡是%(bank)s的，请改选开户银行")
    field = "bank"


class HolderDiffers(Refusal):
    """The account is in another name than the merchant's (R2)."""

    message = _("户名要和营业执照上的名称一致，个体户和小微也可以用经营者本人的账户")
    field = "holder_name"


class ChangeNeedsFourEyes(Refusal):
    """The merchant has a payee account; another one comes by a reviewed change."""

    message = _("店里已经有收款账户，要换请走更换流程，由两位工作人员复核")
    field = "account_no"


class TooManyAtBank(Refusal):
    """The person has as many accounts of the class at the bank as the rules allow."""

    message = _("同一家银行的%(kind)s最多 %(limit)s 个")
    field = "account_class"


class NotThisBank(Refusal):
    """Another bank's account; only its own bank speaks for it."""

    message = _("没有这个账户")


@audited(action="accounts.settlement_account.add")
@transaction.atomic
def add_settlement_account(
    *,
    owner: Merchant | Person,
    account_no: str,
    holder_name: str,
    actor: Actor,
    at: datetime,
    account_class: str = AccountClass.MERCHANT,
    bank_code: str = "",
    opening_mode: str = OpeningMode.COUNTER,
    agreed: bool = False,
    signature: str = "",
) -> SettlementAccount:
    """Add an account: PROPOSED until its bank verifies it.

    The bank is known by the card's prefix, or by ``bank_code`` where the prefix is unknown. It hears of the account
    only if the owner ``agreed`` (his own tick, ``signature`` its evidence) or has a consent in force (R14).

    Raises:
        NumberRefused, BankUnknown, BankDiffers, AccountTaken: at their fields.
        HolderDiffers: in another name than the owner's (R2).
        ChangeNeedsFourEyes: the merchant has a payee account already.
        TooManyAtBank: more accounts of the class than one person may have there (银发〔2016〕302).
    """
    if isinstance(owner, Merchant):
        Merchant.objects.select_for_update().get(pk=owner.pk)
        if had_payee(owner) or accounts_of(owner).exists():
            raise ChangeNeedsFourEyes
    else:
        Person.objects.select_for_update().get(pk=owner.pk)
    return create_account(
        owner=owner,
        account_no=account_no,
        holder_name=holder_name,
        account_class=account_class,
        bank_code=bank_code,
        opening_mode=opening_mode,
        agreed=agreed,
        signature=signature,
        actor=actor,
        at=at,
    )


@transaction.atomic
def create_account(
    *,
    owner: Merchant | Person,
    account_no: str,
    holder_name: str,
    account_class: str,
    bank_code: str,
    opening_mode: str,
    agreed: bool,
    signature: str,
    actor: Actor,
    at: datetime,
) -> SettlementAccount:
    """Write a proposed account, for ``add_settlement_account`` and the reviewed change; same refusals."""
    is_personal = isinstance(owner, Person)
    class_code = AccountClass(account_class).value
    digits, bank = _read_number(account_no, bank_code, is_card=is_personal, at=at)
    basis = _basis(owner, holder_name)
    if isinstance(owner, Person):
        _refuse_too_many(owner, bank, class_code, at)
    try:
        with transaction.atomic():
            account = SettlementAccount.objects.create(
                account_no=new_no("SAC"),
                status="PROPOSED",
                account_no_sealed=digits,
                account_index=blind_index(digits, ACCOUNT_NO),
                masked=mask_card(digits),
                holder_name=holder_name.strip(),
                holder_basis=basis,
                owner_merchant=owner if isinstance(owner, Merchant) else None,
                owner_person=owner if isinstance(owner, Person) else None,
                bank=bank,
                account_class=class_code,
                opening_mode=OpeningMode(opening_mode).value,
                added_at=at,
            )
    except IntegrityError as error:
        raise (ChangeNeedsFourEyes if "one_change" in str(error) else AccountTaken) from None
    record(
        actor=actor,
        action="accounts.settlement_account.add",
        subject=account.account_no,
        at=at,
        detail={"bank": bank.code, "class": class_code, "holder": basis},
    )
    if agreed:
        agree_to_verification(account=account, subject=owner, agreed=agreed, signature=signature, actor=actor, at=at)
    else:
        tell_waiting(account=account, at=at)
    return account


def _read_number(text: str, bank_code: str, *, is_card: bool, at: datetime) -> tuple[str, Institution]:
    digits, bank_bin = read_account_no(text=text, is_card=is_card, day=business_date(at))
    if bank_bin is not None:
        if bank_code and bank_code != bank_bin.bank.code:
            raise BankDiffers(bank=bank_bin.bank.short_name)
        return digits, bank_bin.bank
    bank = Institution.objects.filter(code=bank_code, kind="BANK", status="ACTIVE").first()
    if bank is None:
        raise BankUnknown
    return digits, bank


def _basis(owner: Merchant | Person, holder_name: str) -> str:
    if isinstance(owner, Merchant):
        basis = holder_basis_of(owner, holder_name)
        if not basis:
            raise HolderDiffers
        return basis
    if not owner.full_name or holder_name.strip() != owner.full_name:
        raise HolderDiffers
    return ""


def _refuse_too_many(person: Person, bank: Institution, account_class: str, at: datetime) -> None:
    limit = value_or_none(f"class_{account_class}.per_bank", at)
    held = accounts_of(person).filter(bank=bank, account_class=account_class).count()
    if limit is not None and held >= limit:
        raise TooManyAtBank(kind=AccountClass(account_class).label, limit=limit)


@transaction.atomic
def report_verification(
    *, account_no: str, result: str, actor: Actor, at: datetime, note: str = ""
) -> SettlementAccount:
    """Record what the account's own bank says: VERIFIED or REFUSED. The same report again changes nothing.

    A first account becomes ACTIVE with it; a changed one waits for its hold to end.

    Args:
        account_no: our public number (SAC…), not the bank's.
        actor: PARTNER whose ``ref`` is the bank's code.

    Raises:
        NotThisBank: another bank's account, or none.
        ValueError: another result.
    """
    outcome = Verification(result)
    if outcome is Verification.PENDING:
        raise ValueError("a bank reports VERIFIED or REFUSED")
    account = (
        SettlementAccount.objects.select_for_update(of=("self",))
        .select_related("bank", "owner_merchant")
        .filter(account_no=account_no, bank__code=actor.ref)
        .exclude(status="CLOSED")
        .first()
    )
    if account is None or actor.kind != "PARTNER":
        raise NotThisBank
    if account.verification == outcome and account.verification_note == note:
        return account
    told = {"verification": outcome.value, "verification_note": note, "verified_at": at}
    if outcome is Verification.VERIFIED and _may_begin(account):
        first = {"activated_at": account.activated_at or at}
        transition(account, "ACTIVE", actor=actor, at=at, reason="verified by bank", **told, **first)
    elif account.status == "ACTIVE" and outcome is Verification.REFUSED:
        transition(account, "SUSPENDED", actor=actor, at=at, reason=note or "refused by bank", **told)
    else:
        SettlementAccount.objects.filter(pk=account.pk).update(**told)
        account.refresh_from_db()
    record(
        actor=actor,
        action="accounts.settlement_account.verification",
        subject=account.account_no,
        at=at,
        detail={"result": outcome.value},
    )
    if account.owner_merchant is not None and account.status == "ACTIVE":
        tell_change(account=account, phase="VERIFIED", at=at)
    return account


def _may_begin(account: SettlementAccount) -> bool:
    """Say whether the bank's word is all that is lacking: never so for the change of a merchant's account."""
    if account.status == "SUSPENDED":
        return True
    return account.status == "PROPOSED" and (account.owner_merchant is None or not had_payee(account.owner_merchant))


def tell_change(*, account: SettlementAccount, phase: str, at: datetime) -> None:
    """Emit ``accounts.settlement_account.changed`` about a merchant's account, once per phase and moment."""
    emit(
        "accounts.settlement_account.changed",
        key=f"{account.account_no}:{phase}:{at.isoformat()}",
        payload={
            "account_no": account.account_no,
            "merchant_no": account.owner_merchant.merchant_no if account.owner_merchant else "",
            "phase": phase,
        },
        at=at,
    )


@transaction.atomic
def close_settlement_account(*, account: SettlementAccount, actor: Actor, at: datetime, reason: str) -> None:
    """Stop using an account; its number may be registered again."""
    transition(account, "CLOSED", actor=actor, at=at, reason=reason, closed_at=at)
    record(
        actor=actor,
        action="accounts.settlement_account.close",
        subject=account.account_no,
        at=at,
        detail={"reason": reason},
    )
    if account.owner_merchant is not None:
        tell_change(account=account, phase="CLOSED", at=at)
