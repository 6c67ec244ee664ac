"""Merchants' numbers at acquirers."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Merchant, SettlementAccount
from accounts.selectors.institutions import provinces_served
from accounts.selectors.settlement_accounts import holder_basis_of
from payments.gateways import NoSuchAcquirerError, gateway_of
from payments.ledger.rules.chart import memo_due, memo_earned
from payments.ledger.services.ledger_account import open_accounts
from payments.models import SubMerchant
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition


class NoSuchAcquirer(Refusal):
    """Not an acquirer we work with."""

    message = _("没有这家收单机构")


class PlatformIsNoPayee(Refusal):
    """The platform itself can never be paid for a merchant (R2)."""

    message = _("平台自己的商户号不能代商户收款")
    field = "sub_mchid"


class NameDiffers(Refusal):
    """Legal names of merchant, acquirer's record and settlement account must be one (R2).

    A 个体户 or 小微 is its operator: its account may also be in his own name.
    """

    message = _("收单机构登记的名称、商户登记名称和结算账户户名必须一致；个体户和小微的账户也可以是经营者本人的")
    field = "legal_name"


class ProvinceDiffers(Refusal):
    """No cross-province acquiring (R8)."""

    message = _("这家收单机构在商户所在省没有分支机构，不能跨省收单")


class NumberTaken(Refusal):
    """The number, or the merchant's place at this acquirer, is taken."""

    message = _("这个特约商户号已经登记过")
    field = "sub_mchid"


@transaction.atomic
def open_sub_merchant(
    *,
    merchant: Merchant,
    acquirer_code: str,
    sub_mchid: str,
    legal_name: str,
    rate_bps: int,
    actor: Actor,
    at: datetime,
    auth_token: str = "",
    rank: int = 0,
) -> SubMerchant:
    """Enter the number an acquirer gave a merchant; the same once more gives the same row.

    Emits ``payments.sub_merchant.opened``.

    Raises:
        NoSuchAcquirer, PlatformIsNoPayee, NameDiffers (R2), ProvinceDiffers (R8), NumberTaken.
    """
    acquirer = Institution.objects.filter(code=acquirer_code, kind="ACQUIRER", status="ACTIVE").first()
    if acquirer is None:
        raise NoSuchAcquirer
    _refuse_platform(acquirer_code, sub_mchid)
    holders = _refuse_names(merchant, legal_name)
    served = provinces_served(acquirer, at)
    if served and merchant.province not in served:
        raise ProvinceDiffers
    known = SubMerchant.objects.filter(merchant=merchant, acquirer_code=acquirer_code).first()
    if known is not None and known.sub_mchid == sub_mchid:
        return known
    try:
        with transaction.atomic():
            row = SubMerchant.objects.create(
                status="ACTIVE",
                merchant=merchant,
                acquirer=acquirer,
                acquirer_code=acquirer_code,
                sub_mchid=sub_mchid,
                legal_name=legal_name,
                rate_bps=rate_bps,
                rank=rank,
                auth_token=auth_token or None,
                opened_at=at,
            )
    except IntegrityError:
        raise NumberTaken from None
    _announce(row, holders, actor, at)
    return row


def _announce(row: SubMerchant, holders: list[str], actor: Actor, at: datetime) -> None:
    merchant_no, code = row.merchant.merchant_no, row.acquirer_code
    # Opened before the first payment, so that no notice has to wait for it.
    open_accounts(codes=[memo_due(code, merchant_no), memo_earned(code, merchant_no)])
    told = {"merchant_no": merchant_no, "acquirer": code}
    record(
        actor=actor,
        action="payments.sub_merchant.open",
        subject=f"sub_merchant:{row.pk}",
        at=at,
        detail={**told, "rate_bps": row.rate_bps, "payee_holder": holders},
    )
    emit("payments.sub_merchant.opened", key=f"{code}:{row.sub_mchid}", payload=told, at=at)


def _refuse_platform(acquirer_code: str, sub_mchid: str) -> None:
    try:
        own = gateway_of(acquirer_code).sp_ids()
    except NoSuchAcquirerError:
        own = ()
    if sub_mchid in own:
        raise PlatformIsNoPayee


def _refuse_names(merchant: Merchant, legal_name: str) -> list[str]:
    """Return in whose name the payee account stands: one entry, or none while there is no account."""
    if legal_name != merchant.legal_name:
        raise NameDiffers
    accounts = SettlementAccount.objects.filter(owner_merchant=merchant, status="ACTIVE")
    holders = [holder_basis_of(merchant, name) for name in accounts.values_list("holder_name", flat=True)]
    if not all(holders):
        raise NameDiffers
    return holders


@transaction.atomic
def hold_sub_merchant(*, sub_merchant: SubMerchant, reason: str, actor: Actor, at: datetime) -> SubMerchant:
    """Stop taking payments through a number: the merchant moved (R8), a name changed, the acquirer said so."""
    transition(sub_merchant, "HELD", actor=actor, at=at, reason=reason)
    record(
        actor=actor,
        action="payments.sub_merchant.hold",
        subject=f"sub_merchant:{sub_merchant.pk}",
        at=at,
        detail={"reason": reason[:200]},
    )
    return sub_merchant


@transaction.atomic
def release_sub_merchant(*, sub_merchant: SubMerchant, actor: Actor, at: datetime) -> SubMerchant:
    """Take payments through a held number again, after its names and province fit anew."""
    merchant = sub_merchant.merchant
    _refuse_names(merchant, sub_merchant.legal_name)
    served = provinces_served(sub_merchant.acquirer, at)
    if served and merchant.province not in served:
        raise ProvinceDiffers
    return transition(sub_merchant, "ACTIVE", actor=actor, at=at, reason="released")
