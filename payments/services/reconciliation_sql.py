"""The set-based joins of a batch: ours against a bill, once, for what does not agree; sub-totals from our side."""

WITHOUT_REPEATS = "payments_billrow"
WITH_REPEATS = """(
  SELECT b.* FROM payments_billrow b
  WHERE (b.bill_id, b.line_no) NOT IN (SELECT d.bill_id, d.line_no FROM repeated d))"""
"""Of rows under one number only the first takes part in the join; the others are paid twice."""

REPEATED_ROWS = """
CREATE TEMP TABLE repeated ON COMMIT DROP AS
SELECT bill_id, line_no, kind, our_no, acquirer_no, party, amount_fen, fee_fen, outcome FROM (
  SELECT r.*, row_number() OVER (PARTITION BY kind, our_no, party ORDER BY line_no) AS place FROM payments_billrow r
  WHERE day = %(day)s AND bill_id = ANY(%(repeating)s) AND our_no IN (
    SELECT our_no FROM payments_billrow WHERE day = %(day)s AND bill_id = ANY(%(repeating)s)
    GROUP BY our_no HAVING count(*) > 1)) x
WHERE place > 1
"""

ODD_PAYS = """
CREATE TEMP TABLE odd_pay ON COMMIT DROP AS
SELECT a.id AS attempt_id, a.attempt_no, a.sub_merchant_id, a.our_sub, a.amount_fen AS ours_fen, a.expected_fee_fen,
       a.acquirer_trade_no, a.is_surplus, r.bill_id, r.line_no, r.our_no, r.acquirer_no, r.party,
       r.amount_fen AS theirs_fen, r.fee_fen, r.outcome,
       (r.occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS occurred_on
FROM (
  SELECT a.id, a.attempt_no, a.sub_merchant_id, s.sub_mchid AS our_sub, a.amount_fen, a.acquirer_trade_no, a.is_surplus,
         (a.amount_fen * s.rate_bps + 5000) / 10000 AS expected_fee_fen
  FROM payments_paymentattempt a JOIN payments_submerchant s ON s.id = a.sub_merchant_id
  WHERE a.acquirer_code = %(acquirer)s AND a.business_date = %(day)s AND a.status = 'PAID') a
FULL JOIN (
  SELECT bill_id, line_no, our_no, acquirer_no, party, amount_fen, fee_fen, outcome, occurred_at
  FROM {rows} x WHERE day = %(day)s AND bill_id = ANY(%(bills)s) AND kind = 'PAY') r ON r.our_no = a.attempt_no
WHERE a.id IS NULL OR r.bill_id IS NULL OR a.is_surplus OR r.amount_fen <> a.amount_fen OR r.outcome <> 'SUCCESS'
  OR r.fee_fen <> a.expected_fee_fen OR r.party <> a.our_sub
  OR r.occurred_at < %(start)s OR r.occurred_at >= %(end)s
"""
"""The great join keeps only what does not agree (or was paid twice): the rest is known from our side alone."""

REFUND_PAIRS = """
CREATE TEMP TABLE refund_pair ON COMMIT DROP AS
WITH mine AS (
  SELECT f.id, f.refund_no, f.amount_fen, f.status, f.acquirer_refund_no, a.attempt_no, a.sub_merchant_id,
         s.sub_mchid AS our_sub, a.amount_fen AS paid_fen, (a.amount_fen * s.rate_bps + 5000) / 10000 AS whole_fee_fen,
         f.attempt_id, coalesce(f.sent_at, f.requested_at) AS sent_at
  FROM payments_refund f JOIN payments_paymentattempt a ON a.id = f.attempt_id
  JOIN payments_submerchant s ON s.id = a.sub_merchant_id
  WHERE f.acquirer_code = %(acquirer)s AND f.business_date = %(day)s
    AND f.status IN ('PENDING', 'UNKNOWN', 'SUCCEEDED')),
before AS (
  SELECT m.id, coalesce(sum(o.amount_fen), 0)::bigint AS refunded_fen
  FROM mine m LEFT JOIN payments_refund o ON o.attempt_id = m.attempt_id AND o.id <> m.id
    AND o.status IN ('PENDING', 'UNKNOWN', 'SUCCEEDED')
    AND (coalesce(o.sent_at, o.requested_at), o.id) < (m.sent_at, m.id)
  GROUP BY m.id)
SELECT m.id AS refund_id, m.refund_no, m.sub_merchant_id, m.our_sub, m.attempt_no, m.amount_fen AS ours_fen, m.status,
       (2 * m.whole_fee_fen * b.refunded_fen + m.paid_fen) / (2 * m.paid_fen)
       - (2 * m.whole_fee_fen * (b.refunded_fen + m.amount_fen) + m.paid_fen) / (2 * m.paid_fen) AS expected_fee_fen,
       r.bill_id, r.line_no, r.our_no, r.origin_no, r.acquirer_no, r.party, r.amount_fen AS theirs_fen, r.fee_fen,
       r.outcome, r.occurred_on
FROM (mine m JOIN before b ON b.id = m.id)
FULL JOIN (
  SELECT bill_id, line_no, our_no, origin_no, acquirer_no, party, amount_fen, fee_fen, outcome,
         (occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS occurred_on
  FROM {rows} x WHERE day = %(day)s AND bill_id = ANY(%(bills)s) AND kind = 'REFUND') r ON r.our_no = m.refund_no
"""

NO_LINES = """
UPDATE payments_reconciliationline SET payments = 0, gross_fen = 0, refunds = 0, refunded_fen = 0, fee_fen = 0,
  expected_fee_fen = 0
WHERE reconciliation_id = %(batch)s
"""
"""Before a batch is summed again: what an earlier run counted and this one does not find is nothing."""

LINES = """
INSERT INTO payments_reconciliationline (reconciliation_id, sub_merchant_id, payments, gross_fen, refunds, refunded_fen,
                                         fee_fen, expected_fee_fen)
SELECT %(batch)s, sub_merchant_id, sum(n), sum(gross), sum(back), sum(refunded), sum(fee), sum(expected) FROM (
  SELECT a.sub_merchant_id, count(*) AS n, sum(a.amount_fen) AS gross, 0 AS back, 0 AS refunded,
         sum((a.amount_fen * s.rate_bps + 5000) / 10000) AS fee,
         sum((a.amount_fen * s.rate_bps + 5000) / 10000) AS expected
  FROM payments_paymentattempt a JOIN payments_submerchant s ON s.id = a.sub_merchant_id
  WHERE a.acquirer_code = %(acquirer)s AND a.business_date = %(day)s AND a.status = 'PAID' GROUP BY 1
  UNION ALL
  -- Where the bill charges another fee than expected, the statement follows the bill.
  SELECT sub_merchant_id, 0, 0, 0, 0, sum(fee_fen - expected_fee_fen), 0 FROM (
    SELECT DISTINCT ON (attempt_id) sub_merchant_id, fee_fen, expected_fee_fen FROM odd_pay
    WHERE attempt_id IS NOT NULL AND bill_id IS NOT NULL ORDER BY attempt_id, party <> our_sub, bill_id, line_no) o
  GROUP BY 1
  UNION ALL
  SELECT sub_merchant_id, 0, 0, count(*), sum(ours_fen), sum(coalesce(fee_fen, expected_fee_fen)), sum(expected_fee_fen)
  FROM refund_pair WHERE refund_id IS NOT NULL GROUP BY 1) x
GROUP BY 2
ON CONFLICT (reconciliation_id, sub_merchant_id) DO UPDATE SET
  payments = excluded.payments, gross_fen = excluded.gross_fen, refunds = excluded.refunds,
  refunded_fen = excluded.refunded_fen, fee_fen = excluded.fee_fen, expected_fee_fen = excluded.expected_fee_fen
"""

FOUND = """
CREATE TEMP TABLE found ON COMMIT DROP AS
WITH pay AS (
  SELECT p.*, x.kind, x.cause FROM odd_pay p
  CROSS JOIN LATERAL (VALUES
    ('CHANNEL_MISSING', 'DAY_CUT', p.bill_id IS NULL),
    ('AMOUNT_OVER', 'AMOUNT_CHANGED', p.theirs_fen > p.ours_fen),
    ('AMOUNT_SHORT', 'AMOUNT_CHANGED', p.theirs_fen < p.ours_fen),
    ('STATUS_SHORT', 'REVOKED_AT_ACQUIRER', p.outcome <> 'SUCCESS'),
    ('FEE', 'RATE_DIFFERS', p.fee_fen <> p.expected_fee_fen),
    ('WRONG_SUB_MERCHANT', 'SUB_MERCHANT_DIFFERS', p.party <> p.our_sub),
    ('WRONG_DAY', 'DAY_CUT', p.occurred_on <> %(day)s)) x (kind, cause, is_so)
  WHERE p.attempt_id IS NOT NULL AND x.is_so),
strange AS (
  SELECT p.*, a.status, a.business_date, a.amount_fen AS known_fen, a.sub_merchant_id AS known_sub,
         CASE WHEN a.id IS NULL THEN 'PLATFORM_MISSING'
              WHEN a.status = 'PAID' THEN 'WRONG_DAY' ELSE 'STATUS_OVER' END AS kind
  FROM odd_pay p LEFT JOIN payments_paymentattempt a ON a.attempt_no = p.our_no AND a.acquirer_code = %(acquirer)s
  WHERE p.attempt_id IS NULL AND (p.outcome = 'SUCCESS' OR a.id IS NULL)),
refund AS (
  SELECT p.*, x.kind, x.cause FROM refund_pair p
  CROSS JOIN LATERAL (VALUES
    ('REFUND', 'REFUND_NOT_IN_BILL', p.bill_id IS NULL),
    ('REFUND', 'REFUND_AMOUNT', p.theirs_fen <> p.ours_fen),
    ('REFUND', 'REFUND_STATUS', p.outcome <> 'SUCCESS'),
    ('FEE', 'RATE_DIFFERS', p.fee_fen <> p.expected_fee_fen),
    ('WRONG_SUB_MERCHANT', 'SUB_MERCHANT_DIFFERS', p.party <> p.our_sub),
    ('WRONG_DAY', 'DAY_CUT', p.occurred_on <> %(day)s)) x (kind, cause, is_so)
  WHERE p.refund_id IS NOT NULL AND x.is_so),
strange_refund AS (
  SELECT p.*, f.status AS known_status, f.amount_fen AS known_fen, f.business_date, a.sub_merchant_id AS known_sub,
         CASE WHEN f.status = 'SUCCEEDED' THEN 'WRONG_DAY' ELSE 'REFUND' END AS kind,
         CASE WHEN f.id IS NULL THEN 'REFUND_NOT_OURS' WHEN f.status = 'SUCCEEDED' THEN 'DAY_CUT'
              ELSE 'REFUND_STATUS_OURS' END AS cause
  FROM refund_pair p
  LEFT JOIN payments_refund f ON f.refund_no = p.our_no AND f.acquirer_code = %(acquirer)s
  LEFT JOIN payments_paymentattempt a ON a.id = f.attempt_id
  WHERE p.refund_id IS NULL)
SELECT kind, cause, attempt_no AS subject_no, sub_merchant_id, coalesce(party, our_sub) AS sub_mchid, ours_fen,
       theirs_fen, jsonb_build_object('status', 'PAID', 'fee_fen', expected_fee_fen, 'sub_mchid', our_sub,
         'trade_no', acquirer_trade_no, 'day', %(day)s::date) AS ours,
       CASE WHEN bill_id IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('status', outcome, 'fee_fen', fee_fen,
         'sub_mchid', party, 'trade_no', acquirer_no, 'day', occurred_on) END AS theirs, bill_id, line_no
FROM pay
UNION ALL
SELECT kind, CASE kind WHEN 'PLATFORM_MISSING' THEN 'NOT_OURS' WHEN 'WRONG_DAY' THEN 'DAY_CUT' ELSE 'NOTICE_LOST' END,
       our_no, known_sub, party, known_fen, theirs_fen,
       CASE WHEN status IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('status', status, 'day', business_date) END,
       jsonb_build_object('status', outcome, 'fee_fen', fee_fen, 'sub_mchid', party, 'trade_no', acquirer_no,
         'day', occurred_on), bill_id, line_no
FROM strange
UNION ALL
SELECT kind, cause, refund_no, sub_merchant_id, coalesce(party, our_sub), ours_fen, theirs_fen,
       jsonb_build_object('status', status, 'fee_fen', expected_fee_fen, 'sub_mchid', our_sub,
         'attempt_no', attempt_no, 'day', %(day)s::date),
       CASE WHEN bill_id IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('status', outcome, 'fee_fen', fee_fen,
         'sub_mchid', party, 'refund_no', acquirer_no, 'day', occurred_on) END, bill_id, line_no
FROM refund
UNION ALL
SELECT kind, cause, our_no, known_sub, party, known_fen, theirs_fen,
       CASE WHEN known_status IS NULL THEN '{}'::jsonb
            ELSE jsonb_build_object('status', known_status, 'day', business_date) END,
       jsonb_build_object('status', outcome, 'fee_fen', fee_fen, 'sub_mchid', party, 'refund_no', acquirer_no,
         'attempt_no', origin_no, 'day', occurred_on), bill_id, line_no
FROM strange_refund
UNION ALL
SELECT DISTINCT ON (p.attempt_id) 'DUPLICATE_PAYMENT', 'PAID_TWICE', p.attempt_no, p.sub_merchant_id, p.our_sub,
       p.ours_fen, NULL::bigint,
       jsonb_build_object('status', 'PAID', 'trade_no', p.acquirer_trade_no, 'day', %(day)s::date),
       '{}'::jsonb, NULL::bigint, NULL::integer
FROM odd_pay p
WHERE p.is_surplus
  AND NOT EXISTS (SELECT FROM payments_refund f WHERE f.attempt_id = p.attempt_id AND f.status <> 'FAILED')
"""

REPEATED = """
INSERT INTO found
SELECT 'DUPLICATE_PAYMENT', 'BILLED_TWICE', r.our_no, a.sub_merchant_id, r.party, a.amount_fen, r.amount_fen,
       CASE WHEN a.id IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('status', a.status, 'trade_no',
         a.acquirer_trade_no, 'day', a.business_date) END,
       jsonb_build_object('status', r.outcome, 'fee_fen', r.fee_fen, 'sub_mchid', r.party, 'trade_no', r.acquirer_no),
       r.bill_id, r.line_no
FROM repeated r
LEFT JOIN payments_paymentattempt a ON a.attempt_no = r.our_no AND a.acquirer_code = %(acquirer)s
WHERE r.kind = 'PAY'
"""

COUNTS = """
SELECT o.n, o.fen, t.n - b.refunds - d.n, t.fen - d.fen, t.n - b.refunds - d.n - x.n
FROM (SELECT coalesce(sum(payments), 0)::bigint AS n, coalesce(sum(gross_fen), 0)::bigint AS fen
      FROM payments_reconciliationline WHERE reconciliation_id = %(batch)s) o,
     (SELECT coalesce(sum(rows), 0)::bigint AS n, coalesce(sum(paid_fen), 0)::bigint AS fen
      FROM payments_bill WHERE id = ANY(%(bills)s)) t,
     (SELECT count(bill_id) AS refunds FROM refund_pair) b,
     (SELECT count(*) AS n, coalesce(sum(amount_fen) FILTER (WHERE kind = 'PAY'), 0)::bigint AS fen FROM repeated) d,
     (SELECT count(*) AS n FROM odd_pay WHERE attempt_id IS NULL) x
"""
"""Ours from the sub-totals; theirs from the bills' verified sums, less refunds and rows that stand there again."""

OPEN_NEW = """
INSERT INTO payments_discrepancy (discrepancy_no, status, acquirer_code, day, kind, subject_no, merchant_id, sub_mchid,
  ours_fen, theirs_fen, ours, theirs, bill_id, line_no, cause, evidence, resolution, opened_at, suspense_until)
SELECT 'DSC' || upper(substr(replace(gen_random_uuid()::text, '-', ''), 13, 20)),
       CASE WHEN f.kind = 'CHANNEL_MISSING' AND %(suspended)s THEN 'SUSPENSE' ELSE 'OPEN' END,
       %(acquirer)s, %(day)s, f.kind, f.subject_no, s.merchant_id, coalesce(f.sub_mchid, ''), f.ours_fen, f.theirs_fen,
       f.ours, f.theirs, f.bill_id, f.line_no, f.cause, '{}'::jsonb, '', %(at)s,
       CASE WHEN f.kind = 'CHANNEL_MISSING' THEN %(until)s::date END
FROM found f LEFT JOIN payments_submerchant s ON s.id = f.sub_merchant_id
ON CONFLICT (acquirer_code, day, kind, subject_no, cause) DO NOTHING
"""

VANISHED = """
SELECT d.id FROM payments_discrepancy d
WHERE d.acquirer_code = %(acquirer)s AND d.day = %(day)s AND d.status IN ('OPEN', 'SUSPENSE', 'PROPOSED', 'CARRIED')
  AND d.kind = ANY(%(kinds)s)
  AND NOT EXISTS (SELECT FROM found f WHERE f.kind = d.kind AND f.subject_no = d.subject_no AND f.cause = d.cause)
"""
