"""扫付款码: the merchant's phone reads the payer's code."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant, Stall
from payments.models import Payment
from payments.rules.stall_code import acquirer_of_barcode
from payments.services.attempts import look_at_attempt, start_attempt
from payments.services.payments import create_payment
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.refusals import Refusal


class UnreadableBarcode(Refusal):
    """Digits that belong to no wallet."""

    message = _("这不是付款码，请顾客打开微信、支付宝或云闪付的付款码再扫一次")
    field = "barcode"


def take_barcode(
    *,
    merchant: Merchant,
    stall: Stall | None,
    amount_fen: int,
    description: str,
    order_no: str,
    barcode: str,
    actor: Actor,
    at: datetime,
) -> Payment:
    """Take a payer's code: paid in the answer, or waiting for a password, queried and in the end reversed.

    The digits are sent and forgotten. Raises UnreadableBarcode, and what create_payment and start_attempt raise.
    """
    acquirer_code = acquirer_of_barcode(barcode)
    if not acquirer_code:
        raise UnreadableBarcode
    payment = create_payment(
        merchant=merchant,
        stall=stall,
        amount_fen=amount_fen,
        description=description,
        order_no=order_no,
        channel="BARCODE",
        actor=actor,
        at=at,
    )
    attempt = start_attempt(
        payment_no=payment.payment_no,
        acquirer_code=acquirer_code,
        flow="BARCODE",
        actor=actor,
        at=at,
        payer_ref=barcode,
    )
    if attempt.status == "PENDING":
        look_at_attempt(attempt_no=attempt.attempt_no, at=at)
    payment.refresh_from_db()
    return payment
