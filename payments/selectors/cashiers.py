"""Reads of the cashier: what a payer's page says about one payment, in one prepared query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection

BILL = """
SELECT payment.status, payment.amount_fen, payment.description, payment.expires_at,
       coalesce(stall.signboard, merchant.name), merchant.legal_name,
       EXISTS (SELECT FROM payments_submerchant number
               WHERE number.merchant_id = payment.merchant_id AND number.acquirer_code = %s
                 AND number.status = 'ACTIVE')
FROM payments_payment payment
JOIN accounts_merchant merchant ON merchant.id = payment.merchant_id
LEFT JOIN accounts_stall stall ON stall.id = payment.stall_id
WHERE payment.payment_no = %s
"""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a payer is asked for. Amount in fen; `has_way` when the merchant is on board at the wallet's acquirer."""

    status: str
    amount_fen: int
    description: str
    expires_at: datetime
    sign: str
    legal_name: str
    has_way: bool


def bill_of(payment_no: str, wallet: str) -> Bill | None:
    """Find what a payer's page shows of a payment opened in a wallet; None when there is no such payment."""
    row = _row((wallet, payment_no))
    return Bill(*row) if row else None


_cursors: WeakKeyDictionary[psycopg.Connection[Any], psycopg.Cursor[Any]] = WeakKeyDictionary()


def _cursor_on(line: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    if line not in _cursors:
        _cursors[line] = psycopg.Cursor(line)
    return _cursors[line]


def _row(values: tuple[str, str]) -> tuple[Any, ...] | None:
    """Ask on the connection as it stands; one that died meanwhile is opened again, for a read may be repeated.

    Every payer waits for this page: a check of the connection before the question would double its price.
    """
    if connection.connection is not None:
        try:
            return _cursor_on(connection.connection).execute(BILL, values, prepare=True).fetchone()
        except psycopg.OperationalError:
            if connection.in_atomic_block:
                raise
            connection.close()
    with connection.cursor() as cursor:
        cursor.execute(BILL, values)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found
