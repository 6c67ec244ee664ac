"""The comparison of the three books in SQL: every order, outbound note and receipt of a day, as one statement."""

REMOVE = (
    """
    DELETE FROM supplychain_agreementcase parted USING supplychain_agreement known
    WHERE known.id = parted.agreement_id AND known.day = %(day)s
      AND (%(merchant)s::bigint IS NULL OR known.merchant_id = %(merchant)s)
    """,
    """
    DELETE FROM supplychain_agreement
    WHERE day = %(day)s AND (%(merchant)s::bigint IS NULL OR merchant_id = %(merchant)s)
    """,
)
# One constant statement with bound values; nothing is built from input.
COMPUTE = """
WITH chosen AS (
    SELECT id, merchant_id, amount_fen FROM supplychain_order
    WHERE business_date = %(day)s AND (%(merchant)s::bigint IS NULL OR merchant_id = %(merchant)s)
), ordered AS (
    SELECT line.id, line.order_id, line.kg, line.amount_fen
    FROM supplychain_orderline line JOIN chosen ON chosen.id = line.order_id
), corrected AS (
    SELECT entry.order_line_id, sum(entry.kg) AS kg, sum(entry.amount_fen) AS fen
    FROM supplychain_ordercorrection entry JOIN ordered ON ordered.id = entry.order_line_id
    GROUP BY entry.order_line_id
), moved AS (
    SELECT line.order_line_id, min(note.business_date) FILTER (WHERE note.direction = 'OUT') AS first_out,
        sum(CASE note.direction WHEN 'OUT' THEN line.kg ELSE -line.kg END) AS kg
    FROM supplychain_outboundline line
    JOIN supplychain_outbound note ON note.id = line.outbound_id
    JOIN ordered ON ordered.id = line.order_line_id
    GROUP BY line.order_line_id
), goods AS (
    SELECT ordered.order_id,
        sum(ordered.kg + coalesce(corrected.kg, 0)) AS order_kg,
        sum(ordered.amount_fen + coalesce(corrected.fen, 0)) AS order_fen,
        sum(coalesce(moved.kg, 0)) AS outbound_kg,
        sum(abs(ordered.kg + coalesce(corrected.kg, 0) - coalesce(moved.kg, 0))) AS kg_apart,
        min(moved.first_out) AS first_out
    FROM ordered
    LEFT JOIN corrected ON corrected.order_line_id = ordered.id
    LEFT JOIN moved ON moved.order_line_id = ordered.id
    GROUP BY ordered.order_id
), money AS (
    SELECT entry.order_id, min(entry.business_date) FILTER (WHERE entry.kind = 'RECEIVED') AS first_paid,
        sum(CASE entry.kind WHEN 'RECEIVED' THEN entry.amount_fen ELSE -entry.amount_fen END) AS net_fen
    FROM supplychain_fundsentry entry JOIN chosen ON chosen.id = entry.order_id
    GROUP BY entry.order_id
), together AS (
    SELECT chosen.merchant_id, chosen.id AS order_id, '' AS payment_no, chosen.amount_fen AS placed_fen,
        goods.order_kg, goods.order_fen, goods.outbound_kg, goods.kg_apart, coalesce(money.net_fen, 0) AS net_fen,
        goods.first_out, money.first_paid,
        greatest(%(day)s::date, goods.first_out, money.first_paid)
            - least(%(day)s::date, goods.first_out, money.first_paid) AS lag_days
    FROM chosen JOIN goods ON goods.order_id = chosen.id LEFT JOIN money ON money.order_id = chosen.id
    WHERE goods.order_fen <> 0 OR goods.order_kg <> 0 OR goods.outbound_kg <> 0 OR coalesce(money.net_fen, 0) <> 0
    UNION ALL
    SELECT receipt.merchant_id, NULL, receipt.payment_no, receipt.amount_fen, NULL, NULL, NULL, NULL,
        receipt.amount_fen - coalesce(back.fen, 0), NULL, receipt.business_date, 0
    FROM supplychain_fundsentry receipt
    LEFT JOIN LATERAL (
        SELECT sum(amount_fen) AS fen FROM supplychain_fundsentry entry
        WHERE entry.payment_no = receipt.payment_no AND entry.kind = 'REFUNDED' AND entry.order_id IS NULL
    ) back ON true
    WHERE receipt.order_id IS NULL AND receipt.kind = 'RECEIVED' AND receipt.business_date = %(day)s
        AND (%(merchant)s::bigint IS NULL OR receipt.merchant_id = %(merchant)s)
        AND receipt.amount_fen <> coalesce(back.fen, 0)
), judged AS MATERIALIZED (
    SELECT together.*,
        CASE WHEN greatest(order_fen, net_fen) > 0 THEN greatest(order_fen, net_fen) ELSE placed_fen END AS weight_fen,
        CASE
            WHEN order_id IS NULL THEN 'NO_ORDER'
            WHEN first_out IS NULL AND first_paid IS NULL THEN 'ORDER_ONLY'
            WHEN first_out IS NULL THEN 'NO_OUTBOUND'
            WHEN first_paid IS NULL AND order_fen > 0 THEN 'NO_FUNDS'
            WHEN kg_apart > greatest(%(kg_floor)s::numeric, order_kg * %(kg_bps)s / 10000) THEN 'KG_DIFFERS'
            WHEN abs(net_fen - order_fen) > greatest(%(money_floor_fen)s::numeric, order_fen * %(money_bps)s / 10000)
                THEN 'AMOUNT_DIFFERS'
            WHEN lag_days > %(lag_days)s THEN 'TOO_LATE'
        END AS cause
    FROM together
), counted AS (
    INSERT INTO supplychain_agreement
        (merchant_id, day, cases, cases_ok, amount_fen, amount_ok_fen, is_final, method_id, computed_at)
    SELECT merchant_id, %(day)s, count(*), count(*) FILTER (WHERE cause IS NULL), sum(weight_fen),
        coalesce(sum(weight_fen) FILTER (WHERE cause IS NULL), 0), %(is_final)s, %(method)s, %(at)s
    FROM judged GROUP BY merchant_id
    RETURNING id, merchant_id
), parted AS (
    INSERT INTO supplychain_agreementcase
        (agreement_id, order_id, payment_no, cause, amount_fen, order_kg, outbound_kg, order_fen, net_paid_fen,
        lag_days)
    SELECT counted.id, judged.order_id, judged.payment_no, judged.cause, judged.weight_fen, judged.order_kg,
        judged.outbound_kg, judged.order_fen, judged.net_fen, judged.lag_days
    FROM judged JOIN counted ON counted.merchant_id = judged.merchant_id
    WHERE judged.cause IS NOT NULL
    ORDER BY counted.id, judged.order_id, judged.payment_no
    RETURNING id
)
SELECT (SELECT count(*) FROM counted), (SELECT count(*) FROM judged), (SELECT count(*) FROM parted)
"""
