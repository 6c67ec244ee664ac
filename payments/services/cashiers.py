"""One address for a scan: the payer's wallet decides the flow (一码多付)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from payments.gateways import gateway_of, open_acquirers
from payments.models import Payment, PaymentAttempt
from payments.selectors.stall_codes import stall_code_by_no
from payments.selectors.sub_merchants import routes_for
from payments.services.attempts import NoWayToPay, start_attempt
from payments.services.payments import create_payment
from payments.services.scenes import note_flow, offer_flows
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.refusals import Refusal

WALLET_FLOWS = {"WECHAT": "JSAPI", "ALIPAY": "JSAPI", "UNIONPAY": "NATIVE"}


class CodeRevoked(Refusal):
    """The code hangs no more."""

    message = _("这个收款码已经停用，请让店主出示新的码")


def ask_by_stall_code(
    *, code_no: str, amount_fen: int, device: str, order_no: str, actor: Actor, at: datetime
) -> Payment:
    """Write the payment a payer asks for at a stall's static code.

    `order_no` comes with the form, so that pressing twice asks once.
    Raises:
        StallCode.DoesNotExist, CodeRevoked, and what create_payment raises: StaticCapExceeded (R6).
    """
    code = stall_code_by_no(code_no)
    if code.status != "ACTIVE" or code.stall.closed_at is not None:
        raise CodeRevoked
    return create_payment(
        merchant=code.merchant,
        stall=code.stall,
        amount_fen=amount_fen,
        description=code.stall.signboard,
        order_no=f"scan-{order_no}" if order_no else None,
        channel="STATIC_CODE",
        actor=actor,
        at=at,
        context={"device": device} if device else None,
    )


def pay_by_wallet(
    *, payment: Payment, wallet: str, acquirer_code: str, payer_ref: str, actor: Actor, at: datetime
) -> PaymentAttempt:
    """Open the payment in the payer's wallet, or as a code for the acquirer chosen in another browser.

    A wallet pays only through its own acquirer.
    Raises:
        NoWayToPay, and what start_attempt raises.
    """
    code = wallet or acquirer_code
    if code not in ways_to_pay(payment=payment, wallet=wallet, at=at):
        raise NoWayToPay
    flow = WALLET_FLOWS[wallet] if wallet else "NATIVE"
    note_flow(payment=payment, flow=f"{code}:{flow}")
    return start_attempt(
        payment_no=payment.payment_no,
        acquirer_code=code,
        flow=flow,
        actor=actor,
        at=at,
        payer_ref=payer_ref if flow == "JSAPI" else None,
    )


def ways_to_pay(*, payment: Payment, wallet: str, at: datetime) -> list[str]:
    """List the acquirers that can take this payment from this wallet, as its scene ranks them."""
    flows = {code: frozenset(gateway_of(code).capabilities.flows) for code in open_acquirers()}
    flow = WALLET_FLOWS.get(wallet, "NATIVE")
    codes = routes_for(payment.merchant, flow=flow, wallet=wallet, flows=flows)
    if len(codes) < 2:
        return codes
    offers = offer_flows(payment=payment, flows=[(f"{code}:{flow}", True) for code in codes], at=at)
    return [offer.flow.partition(":")[0] for offer in offers]
