"""收款: a merchant asks for an amount and shows one code for it, whatever wallet the payer has."""

from datetime import datetime

from django.conf import settings

from accounts.models import Merchant, Stall
from payments.gateways import gateway_of, open_acquirers
from payments.models import Payment
from payments.selectors.sub_merchants import routes_for
from payments.services.attempts import NoWayToPay
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
    """Ask for an amount in fen. No acquirer is called before the payer's wallet is known.

    `order_no` comes with the form, so that pressing twice asks for the money once.
    Raises:
        NoWayToPay, and what create_payment raises.
    """
    refuse_without_acquirer(merchant=merchant)
    return create_payment(
        merchant=merchant,
        stall=stall,
        amount_fen=amount_fen,
        description=description,
        order_no=order_no,
        channel="DYNAMIC_CODE",
        actor=actor,
        at=at,
    )


def refuse_without_acquirer(*, merchant: Merchant) -> None:
    """Refuse to show a code that no wallet could pay; raises NoWayToPay."""
    if not code_acquirers(merchant):
        raise NoWayToPay


def cashier_url(*, payment: Payment) -> str:
    """Return what a bill's one code says: the cashier's address, which knows every wallet."""
    return f"{settings.PUBLIC_URL}/p/{payment.payment_no}/"


def code_acquirers(merchant: Merchant) -> list[str]:
    """List the acquirers where the merchant can be paid by a scan, best first."""
    flows = {code: frozenset(gateway_of(code).capabilities.flows) for code in open_acquirers()}
    return routes_for(merchant, flow=CODE_FLOW, wallet="", flows=flows)
