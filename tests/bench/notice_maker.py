"""Waiting attempts with the notices that will confirm them, made before the clock starts."""

import os
from pathlib import Path
from typing import Any


def signed_notices(number: int, count: int, credentials: dict[str, Any]) -> list[tuple[bytes, dict[str, str]]]:
    """Write `count` waiting attempts of many merchants and return a signed, sealed notice for each."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from payments.models import Payment, PaymentAttempt, SubMerchant
    from tests.payments.factories import AttemptFactory, PaymentFactory
    from tests.payments.notices import notice, transaction

    key = load_pem_private_key(Path(os.environ["EBAO_BENCH_KEY"]).read_bytes(), None)
    payees = list(SubMerchant.objects.select_related("merchant").order_by("pk"))
    mine = [payees[(number * 53 + n) % len(payees)] for n in range(count)]
    payments = Payment.objects.bulk_create(
        PaymentFactory.build(merchant=payee.merchant, status="PENDING") for payee in mine
    )
    attempts = PaymentAttempt.objects.bulk_create(
        AttemptFactory.build(payment=payment, sub_merchant=payee) for payment, payee in zip(payments, mine, strict=True)
    )
    return [notice(transaction(attempt, credentials), credentials, key=key) for attempt in attempts]
