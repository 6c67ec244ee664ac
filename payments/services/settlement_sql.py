"""The set-based making of statements."""

LINES = """
CREATE TEMP TABLE day_line ON COMMIT DROP AS
WITH traded AS (
  SELECT l.sub_merchant_id, l.payments, l.gross_fen, l.refunds, l.refunded_fen, l.fee_fen, l.expected_fee_fen
  FROM payments_reconciliationline l JOIN payments_reconciliation r ON r.id = l.reconciliation_id
  WHERE r.day = %(day)s AND r.kind = 'TRADE'),
split AS (
  SELECT a.sub_merchant_id,
         sum(CASE s.purpose WHEN 'SPLIT' THEN s.total_fen WHEN 'RETURN' THEN -s.total_fen END)::bigint AS split_fen
  FROM payments_profitsharing s JOIN payments_paymentattempt a ON a.id = s.attempt_id
  WHERE s.status = 'FINISHED' AND s.purpose IN ('SPLIT', 'RETURN')
    AND s.requested_at >= %(start)s AND s.requested_at < %(end)s
  GROUP BY 1),
adjusted AS (
  SELECT sub_merchant_id, sum(amount_fen)::bigint AS adjustment_fen FROM payments_settlementadjustment
  WHERE day = %(day)s GROUP BY 1),
summed AS (
  SELECT s.id AS sub_merchant_id, s.merchant_id, s.acquirer_code, coalesce(t.payments, 0) AS payments,
         coalesce(t.gross_fen, 0) AS gross_fen, coalesce(t.refunds, 0) AS refunds,
         coalesce(t.refunded_fen, 0) AS refunded_fen, coalesce(t.fee_fen, 0) AS fee_fen,
         coalesce(t.expected_fee_fen, 0) AS expected_fee_fen, coalesce(p.split_fen, 0) AS split_fen,
         coalesce(j.adjustment_fen, 0) AS adjustment_fen, coalesce(c.carried_out_fen, 0) AS carried_in_fen,
         t.sub_merchant_id IS NOT NULL OR p.sub_merchant_id IS NOT NULL OR j.sub_merchant_id IS NOT NULL
           OR coalesce(c.carried_out_fen, 0) < 0 AS is_due
  FROM payments_submerchant s
  LEFT JOIN traded t ON t.sub_merchant_id = s.id
  LEFT JOIN split p ON p.sub_merchant_id = s.id
  LEFT JOIN adjusted j ON j.sub_merchant_id = s.id
  LEFT JOIN LATERAL (
    SELECT l.carried_out_fen FROM payments_settlementline l WHERE l.sub_merchant_id = s.id AND l.day < %(day)s
    ORDER BY l.day DESC LIMIT 1) c ON true),
netted AS (
  SELECT *, gross_fen - refunded_fen - fee_fen - split_fen + adjustment_fen AS net_fen FROM summed WHERE is_due)
SELECT *, greatest(net_fen + carried_in_fen, 0) AS payout_fen, least(net_fen + carried_in_fen, 0) AS carried_out_fen
FROM netted
"""

STATEMENTS = """
INSERT INTO payments_settlement (statement_no, merchant_id, day, cycle, payout_date, payments, gross_fen, refunds,
  refunded_fen, fee_fen, split_fen, adjustment_fen, net_fen, carried_in_fen, payout_fen, carried_out_fen,
  service_fee_fen, made_at)
SELECT 'SET' || upper(substr(replace(gen_random_uuid()::text, '-', ''), 13, 20)), l.merchant_id, %(day)s,
       CASE WHEN l.merchant_id = ANY(%(same_day)s) THEN 'T0' ELSE 'T1' END,
       CASE WHEN l.merchant_id = ANY(%(same_day)s) THEN %(day)s ELSE %(payout_date)s END,
       sum(payments), sum(gross_fen), sum(refunds), sum(refunded_fen), sum(fee_fen), sum(split_fen),
       sum(adjustment_fen), sum(net_fen), sum(carried_in_fen), sum(payout_fen), sum(carried_out_fen),
       coalesce((SELECT sum(f.fee_fen) FROM payments_servicefee f
                 WHERE f.merchant_id = l.merchant_id AND f.day = %(day)s), 0), %(at)s
FROM day_line l GROUP BY l.merchant_id
ON CONFLICT (merchant_id, day) DO UPDATE SET cycle = excluded.cycle, payout_date = excluded.payout_date,
  payments = excluded.payments, gross_fen = excluded.gross_fen, refunds = excluded.refunds,
  refunded_fen = excluded.refunded_fen, fee_fen = excluded.fee_fen, split_fen = excluded.split_fen,
  adjustment_fen = excluded.adjustment_fen, net_fen = excluded.net_fen, carried_in_fen = excluded.carried_in_fen,
  payout_fen = excluded.payout_fen, carried_out_fen = excluded.carried_out_fen,
  service_fee_fen = excluded.service_fee_fen, made_at = excluded.made_at
"""

STATEMENT_LINES = """
INSERT INTO payments_settlementline (settlement_id, sub_merchant_id, acquirer_code, day, payments, gross_fen, refunds,
  refunded_fen, fee_fen, expected_fee_fen, split_fen, adjustment_fen, net_fen, carried_in_fen, payout_fen,
  carried_out_fen)
SELECT s.id, l.sub_merchant_id, l.acquirer_code, %(day)s, l.payments, l.gross_fen, l.refunds, l.refunded_fen,
       l.fee_fen, l.expected_fee_fen, l.split_fen, l.adjustment_fen, l.net_fen, l.carried_in_fen, l.payout_fen,
       l.carried_out_fen
FROM day_line l JOIN payments_settlement s ON s.merchant_id = l.merchant_id AND s.day = %(day)s
ON CONFLICT (sub_merchant_id, day) DO UPDATE SET payments = excluded.payments, gross_fen = excluded.gross_fen,
  refunds = excluded.refunds, refunded_fen = excluded.refunded_fen, fee_fen = excluded.fee_fen,
  expected_fee_fen = excluded.expected_fee_fen, split_fen = excluded.split_fen,
  adjustment_fen = excluded.adjustment_fen, net_fen = excluded.net_fen, carried_in_fen = excluded.carried_in_fen,
  payout_fen = excluded.payout_fen, carried_out_fen = excluded.carried_out_fen
"""

POSTINGS = """
WITH line AS (
  SELECT l.*, 'memo:earned:' || l.acquirer_code || ':' || m.merchant_no AS earned,
         'memo:due:' || l.acquirer_code || ':' || m.merchant_no AS due, 'memo:fee:' || l.acquirer_code AS fee,
         'settlement:' || l.acquirer_code || ':' || u.sub_mchid || ':' || l.day AS name,
         -- What the ledger has under its own day already (a late payment's capture) is not posted again.
         l.adjustment_fen - coalesce(c.captured_fen, 0) AS posted_fen
  FROM payments_settlementline l JOIN payments_submerchant u ON u.id = l.sub_merchant_id
  JOIN accounts_merchant m ON m.id = u.merchant_id
  LEFT JOIN (SELECT sub_merchant_id, sum(captured_fen)::bigint AS captured_fen FROM payments_settlementadjustment
             WHERE day = %(day)s GROUP BY 1) c ON c.sub_merchant_id = l.sub_merchant_id
  WHERE l.day = %(day)s)
SELECT md5(name)::uuid AS subject, %(channel_fee)s::smallint AS kind, 0::smallint AS leg, day AS effective_on,
       earned AS debit_code, fee AS credit_code, fee_fen AS amount FROM line WHERE fee_fen > 0
UNION ALL
SELECT md5(name)::uuid, %(fee_return)s::smallint, 0::smallint, day, fee, earned, -fee_fen FROM line WHERE fee_fen < 0
UNION ALL
SELECT md5(name || ':adjustment')::uuid, %(fee_return)s::smallint, 0::smallint, day, fee, earned, posted_fen
FROM line WHERE posted_fen > 0
UNION ALL
SELECT md5(name || ':adjustment')::uuid, %(channel_fee)s::smallint, 0::smallint, day, earned, fee, -posted_fen
FROM line WHERE posted_fen < 0
UNION ALL
SELECT md5(name)::uuid, %(settled)s::smallint, 0::smallint, day, earned, due, payout_fen FROM line WHERE payout_fen > 0
UNION ALL
SELECT h.uid, CASE h.purpose WHEN 'SPLIT' THEN %(split)s ELSE %(split_return)s END::smallint, 0::smallint,
       %(day)s::date,
       CASE h.purpose WHEN 'SPLIT' THEN 'memo:earned:' ELSE 'memo:due:' END || h.acquirer_code || ':' || m.merchant_no,
       CASE h.purpose WHEN 'SPLIT' THEN 'memo:due:' ELSE 'memo:earned:' END || h.acquirer_code || ':' || m.merchant_no,
       h.total_fen
FROM payments_profitsharing h JOIN payments_paymentattempt a ON a.id = h.attempt_id
JOIN payments_submerchant u ON u.id = a.sub_merchant_id JOIN accounts_merchant m ON m.id = u.merchant_id
WHERE h.status = 'FINISHED' AND h.purpose IN ('SPLIT', 'RETURN') AND h.requested_at >= %(start)s
  AND h.requested_at < %(end)s AND h.total_fen > 0
UNION ALL
SELECT f.uid, %(fee_split)s::smallint, 0::smallint, f.day, 'receivable:split:' || f.subject_no, 'income:service_fee',
       f.split_fen
FROM payments_servicefee f WHERE f.day = %(day)s AND f.split_fen > 0
UNION ALL
SELECT f.uid, %(fee_split_return)s::smallint, 0::smallint, f.day, 'income:service_fee',
       'receivable:split:' || f.subject_no, -f.split_fen
FROM payments_servicefee f WHERE f.day = %(day)s AND f.split_fen < 0
UNION ALL
SELECT f.uid, %(fee_due)s::smallint, 0::smallint, f.day, 'receivable:merchant:' || m.merchant_no, 'income:service_fee',
       f.fee_fen - f.split_fen
FROM payments_servicefee f JOIN accounts_merchant m ON m.id = f.merchant_id
WHERE f.day = %(day)s AND f.fee_fen > f.split_fen
UNION ALL
SELECT f.uid, %(fee_due_return)s::smallint, 0::smallint, f.day, 'income:service_fee',
       'receivable:merchant:' || m.merchant_no, f.split_fen - f.fee_fen
FROM payments_servicefee f JOIN accounts_merchant m ON m.id = f.merchant_id
WHERE f.day = %(day)s AND f.fee_fen < f.split_fen
"""

JOURNAL_AGAINST_LINES = """
WITH moved AS (
  SELECT account_id, sum(amount)::bigint AS fen FROM (
    SELECT credit_account_id AS account_id, amount FROM ledger_transfer
    WHERE effective_on = %(day)s AND kind IN (1, 15)
    UNION ALL
    SELECT debit_account_id, -amount FROM ledger_transfer WHERE effective_on = %(day)s AND kind IN (4, 12)) x
  GROUP BY 1),
waiting AS (
  SELECT a.sub_merchant_id, sum(f.amount_fen)::bigint AS fen FROM payments_refund f
  JOIN payments_paymentattempt a ON a.id = f.attempt_id
  WHERE f.business_date = %(day)s AND f.status IN ('PENDING', 'UNKNOWN') GROUP BY 1),
late AS (
  SELECT sub_merchant_id, sum(captured_fen)::bigint AS fen FROM payments_settlementadjustment
  WHERE origin_day = %(day)s GROUP BY 1),
said AS (
  SELECT 'memo:earned:' || l.acquirer_code || ':' || m.merchant_no AS code,
         l.gross_fen - l.refunded_fen - l.split_fen + coalesce(w.fen, 0) + coalesce(c.fen, 0) AS fen
  FROM payments_settlementline l JOIN payments_submerchant u ON u.id = l.sub_merchant_id
  JOIN accounts_merchant m ON m.id = u.merchant_id LEFT JOIN waiting w ON w.sub_merchant_id = u.id
  LEFT JOIN late c ON c.sub_merchant_id = u.id
  WHERE l.day = %(day)s)
SELECT coalesce(said.code, a.code), coalesce(said.fen, 0), coalesce(moved.fen, 0)
FROM moved JOIN ledger_account a ON a.id = moved.account_id AND a.code LIKE 'memo:earned:%%'
FULL JOIN said ON said.code = a.code
WHERE coalesce(said.fen, 0) <> coalesce(moved.fen, 0) LIMIT 5
"""
