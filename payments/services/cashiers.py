"""One address for a scan: the payer's wallet decides the flow (一码多付)."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import SettlementAccount
from payments.gateways import gateway_of, open_acquirers
from payments.models import Payment, PaymentAttempt
from payments.rules.scene import Candidate, Offer
from payments.selectors.stall_codes import stall_code_by_no
from payments.selectors.sub_merchants import down_lines, routes_for
from payments.services.account_offers import account_candidate
from payments.services.attempts import NoWayToPay, start_attempt
from payments.services.payments import create_payment
from payments.services.scenes import note_flow, offer_flows
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.refusals import Refusal

WALLET_FLOWS = {"WECHAT": "JSAPI", "ALIPAY": "JSAPI", "UNIONPAY": "NATIVE"}
PHONE_FLOWS = {"WECHAT": "H5"}
CODE_FLOW = "NATIVE"


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
    *,
    payment: Payment,
    wallet: str,
    acquirer_code: str,
    payer_ref: str,
    actor: Actor,
    at: datetime,
    is_phone: bool = False,
) -> PaymentAttempt:
    """Open the payment in the payer's wallet, or for the acquirer chosen in another browser.

    A wallet pays only through its own acquirer. Another browser gets a code to scan; on a phone a link that opens
    the wallet, where the acquirer has one.
    Raises:
        NoWayToPay, and what start_attempt raises.
    """
    code = wallet or acquirer_code
    if code not in ways_to_pay(payment=payment, wallet=wallet, at=at):
        raise NoWayToPay
    flow = flow_of(code=code, wallet=wallet, is_phone=is_phone)
    note_flow(payment=payment, flow=f"{code}:{flow}")
    return start_attempt(
        payment_no=payment.payment_no,
        acquirer_code=code,
        flow=flow,
        actor=actor,
        at=at,
        payer_ref=payer_ref if flow in ("JSAPI", "H5") else None,
    )


def flow_of(*, code: str, wallet: str, is_phone: bool) -> str:
    """Name the flow in which an acquirer is paid from this wallet or browser."""
    if wallet:
        return WALLET_FLOWS[wallet]
    return PHONE_FLOWS.get(code, CODE_FLOW) if is_phone else CODE_FLOW


def ways_to_pay(*, payment: Payment, wallet: str, at: datetime) -> list[str]:
    """List the acquirers that can take this payment from this wallet, as its scene ranks them."""
    codes = _routes(payment, wallet)
    if len(codes) < 2:
        return codes
    flow, down = WALLET_FLOWS.get(wallet, CODE_FLOW), down_lines()
    offers = offer_flows(payment=payment, flows=[(f"{code}:{flow}", code not in down) for code in codes], at=at)
    return [offer.flow.partition(":")[0] for offer in offers]


def offers_for(*, payment: Payment, wallet: str, account: SettlementAccount | None, at: datetime) -> list[Offer]:
    """Rank every way this payment might be paid, the payer's own bank account among them, each with its reasons.

    In a wallet the others stand behind it: they need a scan of their own (OTHER_WALLET).
    """
    down = down_lines()
    own, others = [], [account_candidate(account=account, at=at)]
    for code in _routes(payment, ""):
        if wallet in ("", code):
            own.append((f"{code}:{WALLET_FLOWS.get(wallet, CODE_FLOW)}", code not in down))
        else:
            others.append(Candidate(f"{code}:{CODE_FLOW}", is_open=code not in down, is_in_wallet=False))
    return offer_flows(payment=payment, flows=own, at=at, more=others)


def _routes(payment: Payment, wallet: str) -> list[str]:
    flows = {code: frozenset(gateway_of(code).capabilities.flows) for code in open_acquirers()}
    return routes_for(payment.merchant, flow=WALLET_FLOWS.get(wallet, CODE_FLOW), wallet=wallet, flows=flows)
