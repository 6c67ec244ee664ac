"""The set-based charging of service fees: prices, what they charge, what refunds give back, then one row each.

Charged and returned are temporary tables of their own, so that the planner knows how small the prices are and reads
the day's payments once, by as many workers as there are.
"""

WITHOUT_SCENE = "SELECT NULL::bigint AS payment_id, ''::varchar AS code WHERE false"
WITH_SCENE = """SELECT c.payment_id, d.code FROM payments_paymentcontext c
  JOIN payments_scenedefinition d ON d.id = c.scene_id"""

SIGNED = """
WITH signed AS (
  SELECT c.id AS contract_id, c.contract_no, c.merchant_id, c.collection, c.returns_fee, v.id AS version_id
  FROM payments_servicecontract c JOIN payments_tariff t ON t.id = c.tariff_id AND t.service = 'PAYMENT'
  JOIN payments_tariffversion v ON v.tariff_id = t.id AND v.status IN ('ACTIVE', 'ENDED')
    AND v.valid_from <= %(day)s AND (v.valid_until IS NULL OR v.valid_until > %(day)s)
  WHERE c.status IN ('SIGNED', 'ENDED') AND c.valid_from <= %(day)s
    AND (c.valid_until IS NULL OR c.valid_until > %(day)s))"""

PRICES = """,
cell AS (
  SELECT v.version_id, s.scene, h.channel, q.acquirer, (
    SELECT l.id FROM payments_tariffline l
    WHERE l.version_id = v.version_id AND l.scene IN ('', s.scene) AND l.channel IN ('', h.channel, q.acquirer)
      AND l.product = ''
    ORDER BY (l.scene <> '')::int + (l.channel <> '')::int DESC, l.position LIMIT 1) AS line_id
  FROM (SELECT DISTINCT version_id FROM signed) v
  CROSS JOIN (SELECT '' AS scene UNION SELECT code FROM payments_scenedefinition) s
  CROSS JOIN (VALUES ('STATIC_CODE'), ('DYNAMIC_CODE'), ('BARCODE'), ('STORE'), ('ACCOUNT')) h (channel)
  CROSS JOIN (SELECT DISTINCT acquirer_code AS acquirer FROM payments_submerchant) q),
price AS (
  SELECT c.version_id, c.scene, c.channel, c.acquirer, l.id AS line_id, l.position, l.rate_bps, l.flat_fen, l.min_fen,
         coalesce(l.cap_fen, 9223372036854775807) AS cap_fen
  FROM cell c JOIN payments_tariffline l ON l.id = c.line_id WHERE l.method IN ('FLAT', 'BPS'))"""

RATES = f"""
CREATE TEMP TABLE fee_rate ON COMMIT DROP AS {SIGNED}{PRICES}
SELECT u.id AS sub_merchant_id, s.contract_id, s.returns_fee, r.line_id, r.rate_bps, r.flat_fen, r.min_fen, r.cap_fen
FROM payments_submerchant u JOIN signed s ON s.merchant_id = u.merchant_id
JOIN price r ON r.version_id = s.version_id AND r.acquirer = u.acquirer_code AND r.scene = ''
  AND r.channel = 'STATIC_CODE'
"""  # noqa: S608 (texts of this file)
"""Where no price asks for the scene or the entry, it is the sub-merchant's: a small table to join a million with."""

SUMS = """count(*) AS payments, sum(a.amount_fen)::bigint AS base_fen,
       sum(least(greatest(r.flat_fen + (a.amount_fen * r.rate_bps + 5000) / 10000, r.min_fen), r.cap_fen))::bigint
         AS charged_fen"""
PAID = "a.business_date = %(day)s AND a.status = 'PAID' AND NOT a.is_surplus"
RETURNED = """
       sum((2 * e.fee_fen * (b.before_fen + f.amount_fen) + a.amount_fen) / (2 * a.amount_fen)
         - (2 * e.fee_fen * b.before_fen + a.amount_fen) / (2 * a.amount_fen))::bigint AS returned_fen"""
BACK = """
CROSS JOIN LATERAL (SELECT least(greatest(r.flat_fen + (a.amount_fen * r.rate_bps + 5000) / 10000, r.min_fen),
                                 r.cap_fen) AS fee_fen) e
CROSS JOIN LATERAL (
  SELECT coalesce(sum(o.amount_fen), 0)::bigint AS before_fen FROM payments_refund o
  WHERE o.attempt_id = f.attempt_id AND o.id <> f.id AND o.status IN ('PENDING', 'UNKNOWN', 'SUCCEEDED')
    AND (coalesce(o.sent_at, o.requested_at), o.id) < (coalesce(f.sent_at, f.requested_at), f.id)) b
WHERE f.business_date = %(day)s AND f.status IN ('PENDING', 'UNKNOWN', 'SUCCEEDED') AND f.kind = 'CUSTOMER'
GROUP BY 1, 2, 3
"""

CHARGED_BY_SUB_MERCHANT = f"""
CREATE TEMP TABLE fee_charged ON COMMIT DROP AS
SELECT r.contract_id, r.line_id, a.acquirer_code, {SUMS}
FROM payments_paymentattempt a JOIN fee_rate r ON r.sub_merchant_id = a.sub_merchant_id
WHERE {PAID}
GROUP BY 1, 2, 3
"""  # noqa: S608 (texts of this file)

RETURNED_BY_SUB_MERCHANT = f"""
CREATE TEMP TABLE fee_returned ON COMMIT DROP AS
SELECT r.contract_id, r.line_id, f.acquirer_code,{RETURNED}
FROM payments_refund f JOIN payments_paymentattempt a ON a.id = f.attempt_id
JOIN fee_rate r ON r.sub_merchant_id = a.sub_merchant_id AND r.returns_fee{BACK}
"""  # noqa: S608 (texts of this file)

PRICE_OF_PAYMENT = """
LEFT JOIN scene n ON n.payment_id = p.id
JOIN price r ON r.version_id = s.version_id AND r.scene = coalesce(n.code, '') AND r.channel = p.channel
  AND r.acquirer = a.acquirer_code"""

CHARGED_BY_PAYMENT = f"""
CREATE TEMP TABLE fee_charged ON COMMIT DROP AS {SIGNED}{PRICES},
scene AS ({{scene}})
SELECT s.contract_id, r.line_id, a.acquirer_code, {SUMS}
FROM payments_paymentattempt a JOIN payments_payment p ON p.id = a.payment_id
JOIN signed s ON s.merchant_id = p.merchant_id{PRICE_OF_PAYMENT}
WHERE {PAID}
GROUP BY 1, 2, 3
"""  # noqa: S608 (texts of this file)

RETURNED_BY_PAYMENT = f"""
CREATE TEMP TABLE fee_returned ON COMMIT DROP AS {SIGNED}{PRICES},
scene AS ({{scene}})
SELECT s.contract_id, r.line_id, f.acquirer_code,{RETURNED}
FROM payments_refund f JOIN payments_paymentattempt a ON a.id = f.attempt_id
JOIN payments_payment p ON p.id = f.payment_id
JOIN signed s ON s.merchant_id = p.merchant_id AND s.returns_fee{PRICE_OF_PAYMENT}{BACK}
"""  # noqa: S608 (texts of this file)

FORGET_LONE = """
DELETE FROM payments_servicefee WHERE day = %(day)s AND status = 'CHARGED' AND payments = 0 AND charged_fen = 0
  AND returned_fen = 0 AND split_fen <> 0
"""
"""A split alone finds its row anew in every run: a trade learnt meanwhile takes it to that trade's row."""

CHARGE = f"""{SIGNED},
split AS (
  SELECT u.merchant_id, h.acquirer_code, max(a.business_date) AS paid_day,
         sum(CASE h.purpose WHEN 'SPLIT' THEN l.amount_fen ELSE -l.amount_fen END)::bigint AS split_fen
  FROM payments_profitsharing h JOIN payments_sharingline l ON l.sharing_id = h.id
  JOIN payments_sharingreceiver v ON v.id = l.receiver_id AND v.is_platform
  JOIN payments_submerchant u ON u.id = v.sub_merchant_id
  JOIN payments_paymentattempt a ON a.id = h.attempt_id
  WHERE h.status = 'FINISHED' AND h.purpose IN ('SPLIT', 'RETURN')
    AND h.requested_at >= %(start)s AND h.requested_at < %(end)s
  GROUP BY 1, 2
  HAVING sum(CASE h.purpose WHEN 'SPLIT' THEN l.amount_fen ELSE -l.amount_fen END) <> 0),
due AS (
  SELECT coalesce(c.contract_id, b.contract_id) AS contract_id, coalesce(c.line_id, b.line_id) AS line_id,
         coalesce(c.acquirer_code, b.acquirer_code) AS acquirer_code, coalesce(c.payments, 0) AS payments,
         coalesce(c.base_fen, 0) AS base_fen, coalesce(c.charged_fen, 0) AS charged_fen,
         coalesce(b.returned_fen, 0) AS returned_fen
  FROM fee_charged c FULL JOIN fee_returned b USING (contract_id, line_id, acquirer_code)),
ranked AS (
  SELECT d.*, s.contract_no, s.merchant_id, s.collection,
         row_number() OVER (PARTITION BY s.merchant_id, d.acquirer_code, s.collection
                            ORDER BY s.contract_no, d.line_id) AS place
  FROM due d JOIN signed s ON s.contract_id = d.contract_id
  WHERE d.charged_fen <> 0 OR d.returned_fen <> 0),
lone AS (
  SELECT p.merchant_id, p.acquirer_code, h.* FROM split p CROSS JOIN LATERAL (
    SELECT c.id AS contract_id, c.contract_no, l.id AS line_id
    FROM payments_servicecontract c JOIN payments_tariff t ON t.id = c.tariff_id AND t.service = 'PAYMENT'
    JOIN payments_tariffversion v ON v.tariff_id = t.id AND v.status IN ('ACTIVE', 'ENDED')
      AND v.valid_from <= p.paid_day
    JOIN payments_tariffline l ON l.version_id = v.id AND l.product = '' AND l.method IN ('FLAT', 'BPS')
    WHERE c.merchant_id = p.merchant_id AND c.collection = 'SPLIT' AND c.status IN ('SIGNED', 'ENDED')
      AND c.valid_from <= p.paid_day
    ORDER BY (c.valid_until IS NULL OR c.valid_until > p.paid_day) DESC, c.contract_no, v.valid_from DESC,
             (l.channel IN ('', p.acquirer_code)) DESC, l.position
    LIMIT 1) h
  WHERE NOT EXISTS (SELECT FROM ranked r WHERE r.merchant_id = p.merchant_id AND r.acquirer_code = p.acquirer_code
                    AND r.collection = 'SPLIT')),
told AS (
  SELECT contract_id, line_id, acquirer_code, contract_no, merchant_id, collection, place, payments, base_fen,
         charged_fen, returned_fen FROM ranked
  UNION ALL
  SELECT contract_id, line_id, acquirer_code, contract_no, merchant_id, 'SPLIT', 1, 0, 0, 0, 0 FROM lone)
INSERT INTO payments_servicefee (status, fee_no, uid, contract_id, line_id, merchant_id, day, subject_no, collection,
  payments, base_fen, charged_fen, returned_fen, fee_fen, split_fen, charged_at)
SELECT 'CHARGED', 'FEE' || upper(substr(replace(gen_random_uuid()::text, '-', ''), 13, 20)),
       md5('service_fee:' || r.contract_no || ':' || l.version_id || ':' || l.position || ':' || %(day)s || ':'
           || r.acquirer_code)::uuid,
       r.contract_id, r.line_id, r.merchant_id, %(day)s, r.acquirer_code, r.collection, r.payments, r.base_fen,
       r.charged_fen, r.returned_fen, r.charged_fen - r.returned_fen,
       CASE WHEN r.place = 1 THEN coalesce(p.split_fen, 0) ELSE 0 END, %(at)s
FROM told r JOIN payments_tariffline l ON l.id = r.line_id
LEFT JOIN split p ON p.merchant_id = r.merchant_id AND p.acquirer_code = r.acquirer_code AND r.collection = 'SPLIT'
ON CONFLICT (contract_id, line_id, day, subject_no) DO UPDATE SET payments = excluded.payments,
  base_fen = excluded.base_fen, charged_fen = excluded.charged_fen, returned_fen = excluded.returned_fen,
  fee_fen = excluded.fee_fen, split_fen = excluded.split_fen, charged_at = excluded.charged_at
  WHERE payments_servicefee.status = 'CHARGED'
"""  # noqa: S608 (texts of this file)
"""What the acquirer split off in the day stands once: on the first row of a contract that collects by split, or, where
the merchant has none that day (the payment was the day before), on a row of its own that charges nothing, so that what
the payment's own day left to be asked for is given back."""
