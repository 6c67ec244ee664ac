"""Reconciliation of splits: our instructions against the acquirer's profit-sharing bill, receiver by receiver."""

from datetime import date, datetime

from payments.models import Reconciliation
from payments.services.split_bills import SplitBill, reconcile_split_bill
from silk_road_ebao.kernel.actors import Actor

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

SHARING_BILL = SplitBill(kind="SHARING", pairs=PAIRS, found=FOUND, causes="SPLIT%")


def reconcile_sharings(*, acquirer_code: str, day: date, actor: Actor, at: datetime) -> Reconciliation:
    """Reconcile a day's splits and returns with the loaded profit-sharing bill; again changes nothing."""
    return reconcile_split_bill(bill=SHARING_BILL, acquirer_code=acquirer_code, day=day, actor=actor, at=at)
