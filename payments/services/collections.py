"""收款: a merchant asks for an amount and shows a code for it."""

from datetime import datetime

from accounts.models import Merchant, Stall
from payments.gateways import gateway_of, open_acquirers
from payments.models import Payment, PaymentAttempt
from payments.selectors.sub_merchants import routes_for
from payments.services.acquirer_lines import AcquirerDown
from payments.services.attempts import NoWayToPay, start_attempt
from payments.services.payments import create_payment
from silk_road_ebao.kernel.actors import Actor

CODE_FLOW = "NATIVE"


def collect(
    *,
    merchant: Merchant,
    stall: Stall | None,
    amount_fen: int,
    description: str,
    order_no: str,
    actor: Actor,
    at: datetime,
) -> Payment:
    """Ask for an amount in fen and open its code at the best acquirer that answers.

    `order_no` comes with the form, so that pressing twice asks for the money once. When no acquirer can be reached
    the payment stands and its page offers to try again.
    Raises:
        NoWayToPay, and what create_payment and start_attempt raise.
    """
    if not code_acquirers(merchant):
        raise NoWayToPay
    payment = create_payment(
        merchant=merchant,
        stall=stall,
        amount_fen=amount_fen,
        description=description,
        order_no=order_no,
        channel="DYNAMIC_CODE",
        actor=actor,
        at=at,
    )
    show_code(payment=payment, acquirer_code="", actor=actor, at=at)
    return payment


def show_code(*, payment: Payment, acquirer_code: str, actor: Actor, at: datetime) -> PaymentAttempt | None:
    """Open a code for a payment at the acquirer asked for, or at the first that answers; None when none does.

    Raises:
        AlreadyPaid, PaymentEnded, NoWayToPay, PayeeUnfit (R2).
    """
    for code in [acquirer_code] if acquirer_code else code_acquirers(payment.merchant):
        try:
            attempt = start_attempt(
                payment_no=payment.payment_no, acquirer_code=code, flow=CODE_FLOW, actor=actor, at=at
            )
        except AcquirerDown:
            continue
        if attempt.code_url or attempt.status == "UNKNOWN":
            return attempt
    return None


def code_acquirers(merchant: Merchant) -> list[str]:
    """List the acquirers that can show a code for the merchant, best first."""
    flows = {code: frozenset(gateway_of(code).capabilities.flows) for code in open_acquirers()}
    return routes_for(merchant, flow=CODE_FLOW, wallet="", flows=flows)
