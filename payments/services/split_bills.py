"""The bills that show splits, beside the trade bill: one join per batch, and only the bill's own differences."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from payments.models import Bill, Reconciliation
from payments.rules.discrepancy import PROFIT_SHARING
from payments.services.reconciliation_sql import OPEN_NEW, VANISHED
from payments.services.reconciliations import settle_by_itself
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import day_bounds

COUNTS = """
SELECT count(sharing_no), coalesce(sum(ours_fen), 0)::bigint, count(bill_id), coalesce(sum(theirs_fen), 0)::bigint,
       count(*) FILTER (WHERE sharing_no IS NOT NULL AND bill_id IS NOT NULL) FROM split_pair
"""
OF_CAUSE = " AND d.cause LIKE %(causes)s"
"""The other bill's differences of the same kind are another batch's affair."""


@dataclass(frozen=True, slots=True)
class SplitBill:
    """How one kind of bill is compared: `pairs` makes the table split_pair, `found` the table found from it.

    `causes` is the LIKE pattern of the causes that this bill's join opens and closes.
    """

    kind: str
    pairs: str
    found: str
    causes: str


@transaction.atomic
def reconcile_split_bill(
    *, bill: SplitBill, acquirer_code: str, day: date, actor: Actor, at: datetime, **more: Any
) -> Reconciliation:
    """Reconcile a day's splits with the loaded bills of one kind; again changes nothing.

    `more` are values that only this bill's pairs need.
    """
    batch, _new = Reconciliation.objects.get_or_create(acquirer_code=acquirer_code, day=day, kind=bill.kind)
    batch = Reconciliation.objects.select_for_update().get(pk=batch.pk)
    loaded = Bill.objects.filter(acquirer_code=acquirer_code, kind=bill.kind, day=day, status="LOADED")
    start, end = day_bounds(day)
    values: dict[str, Any] = {
        "acquirer": acquirer_code, "day": day, "bills": list(loaded.values_list("pk", flat=True)), "at": at,
        "start": start, "end": end, "until": None, "suspended": False, "kinds": [PROFIT_SHARING],
        "causes": bill.causes, **more,
    }  # fmt: skip
    counts, differences, gone = _join(bill, values)
    settle_by_itself(pks=gone, how="重新对账已相符", actor=actor, at=at)
    names = ("ours_count", "ours_fen", "theirs_count", "theirs_fen", "matched_count")
    summed = dict(zip(names, counts, strict=True)) | {"differences": differences}
    Reconciliation.objects.filter(pk=batch.pk).update(**summed, runs=F("runs") + 1, ran_at=at)
    batch.refresh_from_db()
    return batch


def _join(bill: SplitBill, values: dict[str, Any]) -> tuple[tuple[int, ...], int, list[int]]:
    """Open what is new; gives the batch's counts, how many differences there are, and which have gone."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.split_pair, pg_temp.found")
        cursor.execute(bill.pairs, values)
        cursor.execute(COUNTS)
        counts = cursor.fetchone()
        cursor.execute(bill.found)
        cursor.execute("SELECT count(*) FROM found")
        differences = int(cursor.fetchone()[0])
        cursor.execute(OPEN_NEW, values)
        cursor.execute(VANISHED + OF_CAUSE, values)
        return counts, differences, [pk for (pk,) in cursor.fetchall()]
