"""Reconciliation of our own money: what splits should have brought to our account against the acquirer's fund bill."""

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from payments.ledger.rules.kinds import Kind
from payments.ledger.services import PostedMany, post_query
from payments.models import Bill, Reconciliation
from payments.rules.discrepancy import PROFIT_SHARING
from payments.services.reconciliation_sql import OPEN_NEW, VANISHED
from payments.services.reconciliations import settle_by_itself
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import day_bounds

RIDING = frozenset({"ALIPAY"})
"""Acquirers that take a split back within the refund: their fund bill names the refund's number."""

PAIRS = """
CREATE TEMP TABLE fund_pair ON COMMIT DROP AS
WITH own AS (
  SELECT CASE WHEN h.purpose = 'RETURN' AND %(rides)s AND f.id IS NOT NULL THEN f.refund_no ELSE h.sharing_no END AS no,
         h.purpose, min(a.sub_merchant_id) AS sub_merchant_id, min(s.sub_mchid) AS our_sub, min(v.account) AS account,
         sum(l.amount_fen)::bigint AS ours_fen
  FROM payments_profitsharing h JOIN payments_sharingline l ON l.sharing_id = h.id
  JOIN payments_sharingreceiver v ON v.id = l.receiver_id AND v.is_platform
  JOIN payments_paymentattempt a ON a.id = h.attempt_id JOIN payments_submerchant s ON s.id = a.sub_merchant_id
  LEFT JOIN payments_refund f ON f.id = h.refund_id
  WHERE h.acquirer_code = %(acquirer)s AND h.status = 'FINISHED' AND h.purpose IN ('SPLIT', 'RETURN')
    AND h.requested_at >= %(start)s AND h.requested_at < %(end)s
  GROUP BY 1, 2),
known AS (
  SELECT no AS their_no, no FROM own
  UNION
  -- WeChat Pay's fund bill names the detail of the split, which only its profit-sharing bill ties to our number.
  SELECT r.acquirer_no, r.our_no FROM payments_billrow r JOIN payments_bill b ON b.id = r.bill_id
  WHERE r.day = %(day)s AND b.day = %(day)s AND b.acquirer_code = %(acquirer)s AND b.kind = 'SHARING'
    AND b.status = 'LOADED'),
theirs AS (
  SELECT k.no, CASE r.kind WHEN 'SPLIT_IN' THEN 'SPLIT' ELSE 'RETURN' END AS purpose, r.bill_id, r.line_no, r.our_no,
         r.acquirer_no, r.amount_fen AS theirs_fen
  FROM payments_billrow r LEFT JOIN known k ON k.their_no = r.our_no
  WHERE r.day = %(day)s AND r.bill_id = ANY(%(bills)s) AND r.kind IN ('SPLIT_IN', 'RETURN'))
SELECT o.no AS sharing_no, o.sub_merchant_id, o.our_sub, o.account, o.ours_fen,
       coalesce(o.purpose, t.purpose) AS purpose, t.bill_id, t.line_no, t.our_no, t.acquirer_no, t.theirs_fen
FROM own o FULL JOIN theirs t ON t.no = o.no AND t.purpose = o.purpose
"""

FOUND = """
CREATE TEMP TABLE found ON COMMIT DROP AS
SELECT 'PROFIT_SHARING' AS kind, x.cause, coalesce(p.sharing_no, p.our_no) AS subject_no, p.sub_merchant_id,
       coalesce(p.our_sub, '') AS sub_mchid, p.ours_fen, p.theirs_fen,
       CASE WHEN p.sharing_no IS NULL THEN '{}'::jsonb
            ELSE jsonb_build_object('purpose', p.purpose, 'receiver', p.account) END AS ours,
       CASE WHEN p.bill_id IS NULL THEN '{}'::jsonb
            ELSE jsonb_build_object('purpose', p.purpose, 'trade_no', p.acquirer_no) END AS theirs, p.bill_id, p.line_no
FROM fund_pair p CROSS JOIN LATERAL (VALUES
  ('FUND_NOT_RECEIVED', p.bill_id IS NULL),
  ('FUND_NOT_OURS', p.sharing_no IS NULL),
  ('FUND_AMOUNT', p.ours_fen <> p.theirs_fen)) x (cause, is_so)
WHERE x.is_so
"""

COUNTS = """
SELECT count(sharing_no), coalesce(sum(ours_fen), 0)::bigint, count(bill_id), coalesce(sum(theirs_fen), 0)::bigint,
       count(*) FILTER (WHERE sharing_no IS NOT NULL AND bill_id IS NOT NULL) FROM fund_pair
"""
OURS_ONLY = " AND d.cause LIKE 'FUND%%'"

RECEIVED = """
SELECT md5('fund:' || b.acquirer_code || ':' || r.kind || ':' || r.our_no || ':' || r.acquirer_no)::uuid AS subject,
       CASE r.kind WHEN 'SPLIT_IN' THEN %(received)s ELSE %(repaid)s END::smallint AS kind, 0::smallint AS leg,
       %(day)s::date AS effective_on,
       CASE r.kind WHEN 'SPLIT_IN' THEN 'cash:own:' ELSE 'receivable:split:' END || b.acquirer_code AS debit_code,
       CASE r.kind WHEN 'SPLIT_IN' THEN 'receivable:split:' ELSE 'cash:own:' END || b.acquirer_code AS credit_code,
       r.amount_fen AS amount
FROM payments_billrow r JOIN payments_bill b ON b.id = r.bill_id
WHERE r.day = %(day)s AND b.day = %(day)s AND b.kind = 'FUND' AND b.status = 'LOADED'
  AND r.kind IN ('SPLIT_IN', 'RETURN') AND r.amount_fen > 0
"""


@transaction.atomic
def reconcile_funds(*, acquirer_code: str, day: date, actor: Actor, at: datetime) -> Reconciliation:
    """Reconcile what a day's splits brought us and took back with the loaded fund bill; again changes nothing."""
    batch, _new = Reconciliation.objects.get_or_create(acquirer_code=acquirer_code, day=day, kind="FUND")
    batch = Reconciliation.objects.select_for_update().get(pk=batch.pk)
    bills = Bill.objects.filter(acquirer_code=acquirer_code, kind="FUND", day=day, status="LOADED")
    start, end = day_bounds(day)
    values: dict[str, Any] = {
        "acquirer": acquirer_code, "day": day, "bills": list(bills.values_list("pk", flat=True)), "at": at,
        "start": start, "end": end, "until": None, "suspended": False, "kinds": [PROFIT_SHARING],
        "rides": acquirer_code in RIDING,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.fund_pair, pg_temp.found")
        cursor.execute(PAIRS, values)
        cursor.execute(COUNTS)
        counts = cursor.fetchone()
        cursor.execute(FOUND)
        cursor.execute("SELECT count(*) FROM found")
        differences = int(cursor.fetchone()[0])
        cursor.execute(OPEN_NEW, values)
        cursor.execute(VANISHED + OURS_ONLY, values)
        gone = [pk for (pk,) in cursor.fetchall()]
    settle_by_itself(pks=gone, how="重新对账已相符", actor=actor, at=at)
    names = ("ours_count", "ours_fen", "theirs_count", "theirs_fen", "matched_count")
    found = dict(zip(names, counts, strict=True)) | {"differences": differences}
    Reconciliation.objects.filter(pk=batch.pk).update(**found, runs=F("runs") + 1, ran_at=at)
    batch.refresh_from_db()
    return batch


def post_funds(*, day: date) -> PostedMany:
    """Post what the fund bills of a day show as received by us and taken back; a second time everything replays."""
    values = {"day": day, "received": int(Kind.SPLIT_RECEIVED), "repaid": int(Kind.SPLIT_REPAID)}
    return post_query(query=RECEIVED, params=values)
