"""Three books in one: set-based comparison of a day, the same whenever it is run on the same books."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from accounts.models import Merchant
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date
from supplychain.selectors.agreements import method_at, method_or_none
from supplychain.services.agreement_sql import COMPUTE, REMOVE


@dataclass(frozen=True, slots=True)
class Compared:
    """How many merchants and cases (orders, or receipts without order) were compared, and how many part."""

    merchants: int
    cases: int
    partings: int


@transaction.atomic
def compute_agreements(*, day: date, actor: Actor, at: datetime, merchant: Merchant | None = None) -> Compared:
    """Compare order book, outbound book and funds book of every merchant of a day, or of one.

    Over the union of the day's orders (with whatever left, came back, was paid or refunded for them on any day) and
    the day's receipts without order; tolerances from the method in force on that day. Two statements remove what an
    earlier run found, one writes it anew. Until the lag is over (`is_final`) a later run may find more agreement.
    Raises:
        AgreementMethod.DoesNotExist: no method covers the day.
    """
    method = method_at(day)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('supplychain_agreement'), %s)", [day.toordinal()])
    values = {
        "day": day,
        "merchant": merchant.pk if merchant else None,
        "kg_floor": method.kg_floor,
        "kg_bps": method.kg_bps,
        "money_floor_fen": method.money_floor_fen,
        "money_bps": method.money_bps,
        "lag_days": method.lag_days,
        "is_final": business_date(at) > day + timedelta(days=method.lag_days),
        "method": method.pk,
        "at": at,
    }
    with connection.cursor() as cursor:
        for statement in REMOVE:
            cursor.execute(statement, values)
        cursor.execute(COMPUTE, values)
        return Compared(*cursor.fetchone())


def compute_open_days(*, day: date, actor: Actor, at: datetime) -> list[Compared]:
    """Compare a day and those before it whose lag was still running; each day by itself."""
    method = method_or_none(day)
    back = 0 if method is None else method.lag_days + 1
    days = [day - timedelta(days=each) for each in range(back, -1, -1)]
    return [compute_agreements(day=each, actor=actor, at=at) for each in days if method_or_none(each)]
