"""Fees of other rooms (wine line, warehouse): charged by contract and tariff version under a key, posted at once."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant
from payments.ledger.rules.chart import income_service_fee, receivable_merchant
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg
from payments.ledger.services import post_transfers
from payments.models import ServiceContract, ServiceFee, TariffLine
from payments.rules.service_fee import SEPARATE, SERVICE_FEE
from payments.selectors.tariffs import climbed_fen, contract_for, fee_of_line, line_in_force
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no, new_uuid
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

KEY_LENGTH = 48
BACK = ":BACK"


class ContractMissing(Refusal):
    """The merchant has signed nothing for this service on this day."""

    message = _("商户没有签这项服务的合同")


class PriceMissing(Refusal):
    """The tariff has no price for this product on this day."""

    message = _("价目表里没有这一项的价格")


class ChargeReused(Refusal):
    """The key stands for another charge already."""

    message = _("这个单号已经收过另一笔费用")


class ChargeUnfit(Refusal):
    """Nothing to charge for, or a key that is none."""

    message = _("计费的数量、金额或单号不对")


class ChargeUnknown(Refusal):
    """No such charge."""

    message = _("没有这笔费用")


@transaction.atomic
def charge_service(
    *, merchant: Merchant, service: str, key: str, actor: Actor, at: datetime, product: str = "", base_fen: int = 0,
    quantity: int = 1,
) -> ServiceFee:  # fmt: skip
    """Charge a merchant for a service under the number of what it was done for (a waybill, a receipt).

    The price comes from the contract's tariff as it stands on the business day of `at`; `base_fen` is what a rate is
    taken of, `quantity` what a flat price is multiplied by. The same key with the same measure replays.
    Raises ContractMissing, PriceMissing, ChargeReused, ChargeUnfit.
    """
    if not 0 < len(key) <= KEY_LENGTH or key.endswith(BACK) or base_fen < 0 or quantity < 1:
        raise ChargeUnfit
    day = business_date(at)
    contract = contract_for(merchant=merchant, service=service, on=day)
    if contract is None:
        raise ContractMissing
    ServiceContract.objects.select_for_update().get(pk=contract.pk)
    known = ServiceFee.objects.filter(contract=contract, subject_no=key).select_related("line").first()
    if known is not None:
        if (known.base_fen, known.payments, known.line.product in ("", product)) != (base_fen, quantity, True):
            raise ChargeReused
        return known
    try:
        line = line_in_force(tariff_code=contract.tariff.code, on=day, product=product)
    except TariffLine.DoesNotExist:
        raise PriceMissing from None
    before_fen = climbed_fen(contract=contract, line=line, on=day)
    fee_fen = fee_of_line(line, base_fen=base_fen, quantity=quantity, before_fen=before_fen)
    fee = ServiceFee.objects.create(
        status=SERVICE_FEE.initial, fee_no=new_no("FEE"), uid=new_uuid(), contract=contract, line=line,
        merchant=merchant, day=day, subject_no=key, collection=SEPARATE, payments=quantity, base_fen=base_fen,
        charged_fen=fee_fen, fee_fen=fee_fen, charged_at=at,
    )  # fmt: skip
    return _posted(fee, actor, at)


@transaction.atomic
def return_charge(*, fee_no: str, reason: str, actor: Actor, at: datetime) -> ServiceFee:
    """Give a whole charge back (the service was not done): a credit that lessens the next invoice; again replays.

    Raises ChargeUnknown.
    """
    fee = ServiceFee.objects.filter(fee_no=fee_no).exclude(subject_no__endswith=BACK).first()
    if fee is None or fee.contract.tariff.service == "PAYMENT":
        raise ChargeUnknown
    ServiceContract.objects.select_for_update().get(pk=fee.contract_id)
    key = f"{fee.subject_no}{BACK}"
    known = ServiceFee.objects.filter(contract=fee.contract, subject_no=key).first()
    if known is not None:
        return known
    credit = ServiceFee.objects.create(
        status=SERVICE_FEE.initial, fee_no=new_no("FEE"), uid=new_uuid(), contract=fee.contract, line=fee.line,
        merchant=fee.merchant, day=business_date(at), subject_no=key, collection=SEPARATE, payments=0,
        base_fen=-fee.base_fen, charged_fen=0, returned_fen=fee.fee_fen, fee_fen=-fee.fee_fen, charged_at=at,
    )  # fmt: skip
    record(
        actor=actor, action="payments.service_fee.return", subject=f"fee:{fee_no}", at=at,
        detail={"fee_fen": fee.fee_fen, "reason": reason, "credit": credit.fee_no},
    )  # fmt: skip
    return _posted(credit, actor, at)


def _posted(fee: ServiceFee, actor: Actor, at: datetime) -> ServiceFee:
    """Post a charge or a credit under its own number; the close of the day would post the same and replays."""
    due, income = receivable_merchant(fee.merchant.merchant_no), income_service_fee()
    if fee.fee_fen:
        is_due = fee.fee_fen > 0
        leg = Leg(due, income, fee.fee_fen) if is_due else Leg(income, due, -fee.fee_fen)
        kind = Kind.SERVICE_FEE_DUE if is_due else Kind.SERVICE_FEE_DUE_RETURN
        post_transfers(subject=fee.uid, kind=kind, legs=[leg], on=fee.day)
    record(
        actor=actor, action="payments.service_fee.charge", subject=f"fee:{fee.fee_no}", at=at,
        detail={"contract_no": fee.contract.contract_no, "key": fee.subject_no, "fee_fen": fee.fee_fen},
    )  # fmt: skip
    return transition(fee, "POSTED", actor=actor, at=at, reason=fee.subject_no)
