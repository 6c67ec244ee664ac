"""Receivers of splits: on-boarded, signed, bound at the acquirer (R3)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.gateways import gateway_of
from payments.gateways.protocol import FAILED, FINISHED, SplitLine
from payments.gateways.wording import payee_of
from payments.models import SharingReceiver, SubMerchant
from payments.rules import states
from payments.services.acquirer_messages import archive_exchanges
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition


class ReceiverUnsigned(Refusal):
    """No contract, no split (R3)."""

    message = _("分账接收方还没有签约")


class NoSplitHere(Refusal):
    """The acquirer offers no profit sharing."""

    message = _("这家收单机构不支持分账")


@transaction.atomic
def propose_receiver(
    *,
    sub_merchant: SubMerchant,
    account_type: str,
    account: str,
    name: str,
    is_platform: bool,
    contract_no: str,
    actor: Actor,
    at: datetime,
) -> SharingReceiver:
    """Enter a receiver of a merchant's splits; it still has to be signed and bound."""
    receiver, _is_new = SharingReceiver.objects.get_or_create(
        sub_merchant=sub_merchant,
        account_type=account_type,
        account=account,
        defaults={
            "status": states.SHARING_RECEIVER.initial,
            "name": name,
            "is_platform": is_platform,
            "contract_no": contract_no,
        },
    )
    record(actor=actor, action="payments.sharing_receiver.propose", subject=f"sharing_receiver:{receiver.pk}", at=at)
    return receiver


@transaction.atomic
def sign_receiver(*, receiver: SharingReceiver, actor: Actor, at: datetime) -> SharingReceiver:
    """Note that the contract is signed by merchant and receiver; raises ReceiverUnsigned without its number."""
    if not receiver.contract_no:
        raise ReceiverUnsigned
    return transition(receiver, "SIGNED", actor=actor, at=at, signed_at=at)


def bind_receiver(*, receiver: SharingReceiver, actor: Actor, at: datetime) -> SharingReceiver:
    """Register a signed receiver at the acquirer and ask what part of an order may be split.

    Stays SIGNED while the acquirer is silent: call again.
    Raises:
        ReceiverUnsigned, NoSplitHere.
    """
    if receiver.status not in ("SIGNED", "BOUND"):
        raise ReceiverUnsigned
    sub_merchant = receiver.sub_merchant
    gateway = gateway_of(sub_merchant.acquirer_code)
    if not gateway.capabilities.split:
        raise NoSplitHere
    payee = payee_of(sub_merchant)
    answer = gateway.bind_receiver(payee, SplitLine(receiver.account_type, receiver.account, receiver.name, 0, ""))
    ratio_bps = gateway.sharing_ratio_bps(payee) if answer.state == FINISHED else 0
    verdict = "ACCEPTED" if answer.state in (FINISHED, FAILED) else "UNCERTAIN"
    archive_exchanges(acquirer_code=sub_merchant.acquirer_code, exchanges=answer.exchanges, verdict=verdict, at=at)
    if answer.state != FINISHED:
        return receiver
    with transaction.atomic():
        SubMerchant.objects.filter(pk=sub_merchant.pk).update(max_sharing_bps=ratio_bps)
        if receiver.status == "SIGNED":
            transition(receiver, "BOUND", actor=actor, at=at)
    return receiver
