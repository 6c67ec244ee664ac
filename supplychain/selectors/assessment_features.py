"""The features of the operating assessment, of all merchants at once, from their own books.

Peers are the merchants whose largest category is the same. Amounts are net of refunds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from supplychain.selectors.assessment_sql import FEATURES, LABELS, STEPS

YEAR = timedelta(days=364)
DROP = "DROP TABLE IF EXISTS sold, sold_line, merchant_base"


@dataclass(frozen=True)
class MerchantFeatures:
    """One merchant's features, None where the books know nothing, and the medians of its peers."""

    merchant_id: int
    group: str
    days: int
    active_days: int
    is_authorised: bool
    is_verified: bool
    sales_fen: int
    receipts_ok_fen: int
    stock_days: float | None
    values: dict[str, float | None]
    peers: dict[str, float | None]


def features_of(*, until: date, merchant_ids: Sequence[int] | None = None) -> list[MerchantFeatures]:
    """Compute the features over the 364 days ending on `until`, for some merchants or all who sold.

    Everything is computed for everybody, since peers are needed; `merchant_ids` only limits what is returned.
    Temporary tables live in the caller's transaction: call it inside one.
    """
    named: dict[str, Any] = {"first": until - YEAR + timedelta(days=1), "last": until}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")  # sorts over a year of every merchant's sales
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(DROP)
        for step in STEPS:
            cursor.execute(step, named)
        cursor.execute(FEATURES, named | {"merchants": list(merchant_ids) if merchant_ids is not None else None})
        rows = cursor.fetchall()
        cursor.execute(DROP)
    return [_features(row) for row in rows]


def _features(row: tuple[object, ...]) -> MerchantFeatures:
    merchant_id, group, days, active, authorised, verified, sales, receipts, stock_days, *numbers = row
    values = [_exact(number) for number in numbers]
    half = len(LABELS)
    return MerchantFeatures(
        merchant_id=int(str(merchant_id)),
        group=str(group),
        days=int(str(days)),
        active_days=int(str(active)),
        is_authorised=bool(authorised),
        is_verified=bool(verified),
        sales_fen=int(str(sales or 0)),
        receipts_ok_fen=int(str(receipts or 0)),
        stock_days=_exact(stock_days),
        values=dict(zip(LABELS, values[:half], strict=True)),
        peers=dict(zip(LABELS, values[half:], strict=True)),
    )


def _exact(number: object) -> float | None:
    """Round to six places, so that what is stored is what was scored."""
    if number is None or math.isnan(value := float(str(number))):
        return None
    return round(value, 6) + 0.0
