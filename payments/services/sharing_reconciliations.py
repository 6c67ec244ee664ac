"""Reconciliation of splits: our instructions against the acquirer's profit-sharing bill, receiver by receiver."""

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

PAIRS = """
CREATE TEMP TABLE split_pair ON COMMIT DROP AS
SELECT o.sharing_no, o.sub_merchant_id, o.sub_mchid AS our_sub, o.account, o.amount_fen AS ours_fen, o.purpose,
       r.bill_id, r.line_no, r.our_no, r.origin_no, r.party, r.amount_fen AS theirs_fen, r.outcome, r.acquirer_no
FROM (
  SELECT h.sharing_no, a.sub_merchant_id, s.sub_mchid, v.account, l.amount_fen, h.purpose
  FROM payments_profitsharing h JOIN payments_sharingline l ON l.sharing_id = h.id
  JOIN payments_sharingreceiver v ON v.id = l.receiver_id JOIN payments_paymentattempt a ON a.id = h.attempt_id
  JOIN payments_submerchant s ON s.id = a.sub_merchant_id
  WHERE h.acquirer_code = %(acquirer)s AND h.status = 'FINISHED' AND h.purpose IN ('SPLIT', 'RETURN')
    AND h.requested_at >= %(start)s AND h.requested_at < %(end)s) o
FULL JOIN (
  -- What is released to the merchant itself (解冻) is no split.
  SELECT bill_id, line_no, our_no, origin_no, party, amount_fen, outcome, acquirer_no FROM payments_billrow
  WHERE day = %(day)s AND bill_id = ANY(%(bills)s) AND party <> origin_no) r
ON r.our_no = o.sharing_no AND r.party = o.account
"""

FOUND = """
CREATE TEMP TABLE found ON COMMIT DROP AS
SELECT 'PROFIT_SHARING' AS kind, x.cause, coalesce(p.sharing_no, p.our_no) || '/' || coalesce(p.account, p.party)
         AS subject_no, p.sub_merchant_id, coalesce(p.our_sub, p.origin_no) AS sub_mchid, p.ours_fen, p.theirs_fen,
       CASE WHEN p.sharing_no IS NULL THEN '{}'::jsonb
            ELSE jsonb_build_object('purpose', p.purpose, 'receiver', p.account) END AS ours,
       CASE WHEN p.bill_id IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('status', p.outcome, 'receiver', p.party,
         'split_no', p.acquirer_no) END AS theirs, p.bill_id, p.line_no
FROM split_pair p CROSS JOIN LATERAL (VALUES
  ('SPLIT_NOT_IN_BILL', p.bill_id IS NULL),
  ('SPLIT_NOT_OURS', p.sharing_no IS NULL),
  ('SPLIT_AMOUNT', p.ours_fen <> p.theirs_fen),
  ('SPLIT_STATUS', p.sharing_no IS NOT NULL AND p.outcome <> 'SUCCESS')) x (cause, is_so)
WHERE x.is_so
"""

COUNTS = """
SELECT count(sharing_no), coalesce(sum(ours_fen), 0)::bigint, count(bill_id), coalesce(sum(theirs_fen), 0)::bigint,
       count(*) FILTER (WHERE sharing_no IS NOT NULL AND bill_id IS NOT NULL) FROM split_pair
"""


SPLITS_ONLY = " AND d.cause LIKE 'SPLIT%%'"
"""The fund bill's differences are another batch's affair."""


@transaction.atomic
def reconcile_sharings(*, acquirer_code: str, day: date, actor: Actor, at: datetime) -> Reconciliation:
    """Reconcile a day's splits and returns with the loaded profit-sharing bill; again changes nothing."""
    batch, _new = Reconciliation.objects.get_or_create(acquirer_code=acquirer_code, day=day, kind="SHARING")
    batch = Reconciliation.objects.select_for_update().get(pk=batch.pk)
    bills = Bill.objects.filter(acquirer_code=acquirer_code, kind="SHARING", day=day, status="LOADED")
    start, end = day_bounds(day)
    values: dict[str, Any] = {
        "acquirer": acquirer_code, "day": day, "bills": list(bills.values_list("pk", flat=True)), "at": at,
        "start": start, "end": end, "until": None, "suspended": False, "kinds": [PROFIT_SHARING],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.split_pair, pg_temp.found")
        cursor.execute(PAIRS, values)
        cursor.execute(COUNTS)
        counts = cursor.fetchone()
        cursor.execute(FOUND)
        cursor.execute("SELECT count(*) FROM found")
        differences = int(cursor.fetchone()[0])
        cursor.execute(OPEN_NEW, values)
        cursor.execute(VANISHED + SPLITS_ONLY, values)
        gone = [pk for (pk,) in cursor.fetchall()]
    settle_by_itself(pks=gone, how="重新对账已相符", actor=actor, at=at)
    names = ("ours_count", "ours_fen", "theirs_count", "theirs_fen", "matched_count")
    found = dict(zip(names, counts, strict=True)) | {"differences": differences}
    Reconciliation.objects.filter(pk=batch.pk).update(**found, runs=F("runs") + 1, ran_at=at)
    batch.refresh_from_db()
    return batch
