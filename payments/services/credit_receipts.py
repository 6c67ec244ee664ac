"""Credit-card receipts of small merchants (R5)."""

from datetime import datetime

from django.db import connection

from accounts.models import Merchant
from payments.selectors.credit_receipts import credit_room_fen
from silk_road_ebao.kernel.clock import business_date


def reserve_credit(*, merchant: Merchant, acquirer_code: str, amount_fen: int, at: datetime) -> bool:
    """Say whether a credit card may pay an attempt about to be written: 1,000 a day, 10,000 a month per ID, acquirer.

    银发〔2017〕296: summed over all shops of the ID. Whatever is under way counts as if a credit card paid it, so two
    tills of one ID cannot pass the limit together: the lock on the ID holds until the caller's transaction has
    written the attempt. Beyond the limit the acquirer is told to take no credit card.
    """
    if merchant.kind != "MICRO" or merchant.legal_person_id is None:
        return True
    with connection.cursor() as cursor:
        name = f"payments.credit:{acquirer_code}:{merchant.legal_person_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    return amount_fen <= credit_room_fen(merchant.legal_person_id, acquirer_code, business_date(at))
