"""Credit-card receipts of small merchants (R5)."""

from datetime import datetime

from payments.models import PaymentAttempt
from payments.selectors.credit_receipts import credit_room_fen
from silk_road_ebao.kernel.clock import business_date


def credit_allowed(*, attempt: PaymentAttempt, at: datetime) -> bool:
    """Say whether a credit card may still pay this attempt: 1,000 a day and 10,000 a month per ID and acquirer.

    银发〔2017〕296: summed over all shops of the ID. The acquirer is told to take no credit card beyond it.
    """
    merchant = attempt.payment.merchant
    if merchant.kind != "MICRO" or merchant.legal_person_id is None:
        return True
    room = credit_room_fen(merchant.legal_person_id, attempt.acquirer_code, business_date(at))
    return attempt.amount_fen <= room
