"""Nonces of partners' signatures: each is used once."""

from datetime import datetime, timedelta

from django.db import connection

from banking.models import PartnerNonce
from banking.rules.signature import MAX_AGE_S


def claim_nonce(*, keyid: str, nonce: str, created: datetime) -> bool:
    """Use a nonce up; tells whether it was still unused. Decided by the database's unique key, whoever is faster."""
    expires_at = created + timedelta(seconds=MAX_AGE_S)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO banking_partnernonce (keyid, nonce, expires_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (keyid, nonce) DO NOTHING",
            [keyid, nonce, expires_at],
        )
        return bool(cursor.rowcount)


def purge_nonces(*, before: datetime) -> int:
    """Forget nonces whose signatures were too old before a moment of real time; gives how many."""
    deleted, _rows = PartnerNonce.objects.filter(expires_at__lt=before).delete()
    return deleted
