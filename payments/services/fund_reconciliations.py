"""Reconciliation of our own money: what splits should have brought to our account against the acquirer's fund bill."""

from datetime import date, datetime

from payments.ledger.rules.kinds import Kind
from payments.ledger.services import PostedMany, post_query
from payments.models import Reconciliation
from payments.services.split_bills import SplitBill, reconcile_split_bill
from silk_road_ebao.kernel.actors import Actor

RIDING = frozenset({"ALIPAY"})
"""Acquirers that take a split back within the refund: their fund bill names the refund's number."""

PAIRS = """
CREATE TEMP TABLE split_pair ON COMMIT DROP AS
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
FROM split_pair p CROSS JOIN LATERAL (VALUES
  ('FUND_NOT_RECEIVED', p.bill_id IS NULL),
  ('FUND_NOT_OURS', p.sharing_no IS NULL),
  ('FUND_AMOUNT', p.ours_fen <> p.theirs_fen)) x (cause, is_so)
WHERE x.is_so
"""

FUND_BILL = SplitBill(kind="FUND", pairs=PAIRS, found=FOUND, causes="FUND%")

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


def reconcile_funds(*, acquirer_code: str, day: date, actor: Actor, at: datetime) -> Reconciliation:
    """Reconcile what a day's splits brought us and took back with the loaded fund bill; again changes nothing."""
    return reconcile_split_bill(
        bill=FUND_BILL, acquirer_code=acquirer_code, day=day, actor=actor, at=at, rides=acquirer_code in RIDING
    )


def post_funds(*, day: date) -> PostedMany:
    """Post what the fund bills of a day show as received by us and taken back; a second time everything replays."""
    values = {"day": day, "received": int(Kind.SPLIT_RECEIVED), "repaid": int(Kind.SPLIT_REPAID)}
    return post_query(query=RECEIVED, params=values)
