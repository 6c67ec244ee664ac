"""Statements of the operating assessment's features; parameters first and last (days)."""

from supplychain.selectors.circular_trades import CIRCULAR_ORDERS

LABELS = (
    "agreement",
    "price_consistency",
    "circular",
    "documents",
    "scale",
    "growth",
    "stability",
    "active_days",
    "repeat_value",
    "concentration",
    "loss",
    "turnover",
    "on_time",
    "refunds",
)

SOLD = """
    CREATE TEMPORARY TABLE sold ON COMMIT DROP AS
    WITH beside AS (
        SELECT order_id, sum(fen)::bigint AS fen, min(day) AS day
        FROM (SELECT order_id, CASE kind WHEN 'RECEIVED' THEN amount_fen ELSE -amount_fen END AS fen, NULL::date AS day
              FROM supplychain_fundsentry
              WHERE order_id IS NOT NULL AND business_date BETWEEN %(first)s AND %(last)s
              UNION ALL
              SELECT order_id, NULL, business_date FROM supplychain_outbound
              WHERE direction = 'OUT' AND business_date BETWEEN %(first)s AND %(last)s) of_order
        GROUP BY order_id)
    SELECT o.id, o.merchant_id, o.business_date AS day,
           o.business_date - (extract(isodow FROM o.business_date)::int - 1) AS week,
           coalesce(-o.buyer_merchant_id, o.buyer_person_id,
                    ('x' || substr(encode(a.payer_token, 'hex'), 1, 16))::bit(64)::bigint) AS payer,
           greatest(coalesce(beside.fen, 0), 0)::bigint AS fen, beside.day - o.business_date AS sent_after
    FROM supplychain_order o
    LEFT JOIN beside ON beside.order_id = o.id
    LEFT JOIN payments_payment p ON p.payment_no = o.payment_no
        AND o.buyer_merchant_id IS NULL AND o.buyer_person_id IS NULL
    LEFT JOIN payments_paymentattempt a ON a.id = p.paid_attempt_id
    WHERE o.business_date BETWEEN %(first)s AND %(last)s AND o.status <> 'CANCELLED'
"""
SOLD_LINE = """
    CREATE TEMPORARY TABLE sold_line ON COMMIT DROP AS
    SELECT s.merchant_id, s.week, l.commodity_id, ln(l.price_fen_kg::float8) AS p, l.amount_fen
    FROM sold s JOIN supplychain_orderline l ON l.order_id = s.id
"""
MERCHANT_BASE = """
    CREATE TEMPORARY TABLE merchant_base ON COMMIT DROP AS
    WITH commodities AS (
        SELECT merchant_id, commodity_id, sum(amount_fen) AS fen FROM sold_line GROUP BY 1, 2),
    categories AS (
        SELECT c.merchant_id, m.category, sum(c.fen) AS fen
        FROM commodities c JOIN supplychain_commodity m ON m.id = c.commodity_id GROUP BY 1, 2),
    main AS (
        SELECT DISTINCT ON (merchant_id) merchant_id, category AS peer_group FROM categories
        ORDER BY merchant_id, fen DESC, category),
    daily AS (
        SELECT merchant_id, day, sum(fen) AS fen, count(*) AS orders,
               count(*) FILTER (WHERE sent_after <= 1) AS on_time
        FROM sold GROUP BY 1, 2)
    SELECT d.merchant_id, main.peer_group, min(d.day) AS first_day, sum(d.fen)::bigint AS sales_fen,
           count(*) FILTER (WHERE d.day > %(last)s::date - 180) AS active_days,
           sum(d.fen) FILTER (WHERE d.day > %(last)s::date - 90)::float8 AS quarter_fen,
           sum(d.fen) FILTER (WHERE d.day <= %(first)s::date + 90)::float8 AS quarter_before_fen,
           (sum(d.on_time) / sum(d.orders))::float8 AS on_time
    FROM daily d JOIN main USING (merchant_id) GROUP BY 1, 2
"""
STEPS = (
    SOLD,
    "CREATE STATISTICS pg_temp.sold_together (ndistinct) ON merchant_id, payer, week FROM sold",
    "ANALYZE sold",
    SOLD_LINE,
    "ANALYZE sold_line",
    MERCHANT_BASE,
    "ANALYZE merchant_base",
)
"""Temporary tables of the caller's transaction, each told to the planner."""

BOOKS = """
    books AS (
        SELECT merchant_id, sum(amount_ok_fen)::float8 / nullif(sum(amount_fen), 0) AS agreement,
               sum(amount_ok_fen)::bigint AS receipts_ok_fen
        FROM supplychain_agreement WHERE day BETWEEN %(first)s AND %(last)s GROUP BY 1),
    medians AS (
        SELECT commodity_id, week, percentile_cont(0.5) WITHIN GROUP (ORDER BY p) AS p
        FROM sold_line GROUP BY 1, 2 HAVING count(DISTINCT merchant_id) >= 3),
    prices AS (
        SELECT l.merchant_id,
               sum(l.amount_fen) FILTER (WHERE abs(l.p - m.p) <= 0.5)::float8 / sum(l.amount_fen) AS price_consistency
        FROM sold_line l JOIN medians m USING (commodity_id, week) GROUP BY 1),
    papers AS (
        SELECT merchant_id, avg(is_matched::int)::float8 AS documents FROM supplychain_papercheck
        WHERE kind IN ('INVOICE', 'CONTRACT', 'LOT_NOTE')
          AND checked_at >= %(first)s AND checked_at < %(last)s::date + 1 GROUP BY 1),
    refunded AS (
        SELECT merchant_id, coalesce(sum(amount_fen) FILTER (WHERE kind = 'REFUNDED'), 0)::float8
               / nullif(sum(amount_fen) FILTER (WHERE kind = 'RECEIVED'), 0) AS refunds
        FROM supplychain_fundsentry WHERE business_date BETWEEN %(first)s AND %(last)s GROUP BY 1)
"""

CIRCULAR = f"""
    circled AS MATERIALIZED ({CIRCULAR_ORDERS}),
    circles AS (
        SELECT s.merchant_id, sum(s.fen)::float8 AS fen FROM circled c JOIN sold s ON s.id = c.order_id GROUP BY 1)
"""  # noqa: S608  # our own statements

TRADE = """
    weekly AS (
        SELECT s.merchant_id, b.peer_group, s.week, sum(s.fen)::float8 AS fen
        FROM sold s JOIN merchant_base b USING (merchant_id)
        WHERE s.week > %(last)s::date - 189 AND s.week <= %(last)s::date - 6 GROUP BY 1, 2, 3),
    apart AS (
        SELECT merchant_id, ln(fen) - ln(sum(fen) OVER (PARTITION BY peer_group, week)) AS gap
        FROM weekly WHERE fen > 0),
    centred AS (
        SELECT merchant_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS centre FROM apart GROUP BY 1),
    steady AS (
        SELECT a.merchant_id, 1.4826 * percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(a.gap - c.centre)) AS stability
        FROM apart a JOIN centred c USING (merchant_id) GROUP BY 1 HAVING count(*) >= 8),
    grown AS (
        SELECT peer_group, ln(nullif(sum(quarter_fen), 0) / nullif(sum(quarter_before_fen), 0)) AS growth
        FROM merchant_base WHERE quarter_fen > 0 AND quarter_before_fen > 0 GROUP BY 1),
    open_days AS (
        SELECT count(*) AS days FROM (SELECT day FROM sold WHERE day > %(last)s::date - 180 GROUP BY day) one),
    paid AS (SELECT merchant_id, payer, week, sum(fen)::float8 AS fen FROM sold WHERE fen > 0 GROUP BY 1, 2, 3),
    seen AS (
        SELECT merchant_id, fen, payer IS NOT NULL AND lag(week, 2) OVER (
            PARTITION BY merchant_id, payer ORDER BY week) >= week - 56 AS is_known FROM paid),
    faithful AS (
        SELECT merchant_id, coalesce(sum(fen) FILTER (WHERE is_known), 0) / sum(fen) AS repeat_value
        FROM seen GROUP BY 1),
    payers AS (SELECT merchant_id, payer, sum(fen) AS fen FROM paid WHERE payer IS NOT NULL GROUP BY 1, 2),
    concentrated AS (
        SELECT p.merchant_id, sum((p.fen / b.sales_fen) ^ 2) AS concentration
        FROM payers p JOIN merchant_base b USING (merchant_id) WHERE b.sales_fen > 0 GROUP BY 1),
    stock AS (
        SELECT l.merchant_id,
               coalesce(sum(m.kg) FILTER (WHERE m.at < %(first)s::date), 0) AS opening, sum(m.kg) AS closing,
               -sum(m.kg) FILTER (WHERE m.at >= %(first)s::date AND m.kind IN ('SOLD', 'RETURNED')) AS sold_kg,
               sum(m.kg) FILTER (WHERE m.at >= %(first)s::date AND m.kind = 'RECEIVED') AS in_kg,
               -coalesce(sum(m.kg) FILTER (WHERE m.at >= %(first)s::date AND m.kind IN ('LOST', 'COUNTED')), 0) AS lost
        FROM supplychain_stockmovement m JOIN supplychain_lot l ON l.id = m.lot_id
        WHERE m.at < %(last)s::date + 1 GROUP BY 1),
    flows AS (
        SELECT s.merchant_id, b.peer_group, s.lost / nullif(s.in_kg, 0) AS loss_rate,
               (s.opening + s.closing) / 2 / nullif(s.sold_kg / 364, 0) AS stock_days
        FROM stock s JOIN merchant_base b USING (merchant_id)),
    flow_medians AS (
        SELECT peer_group, percentile_cont(0.5) WITHIN GROUP (ORDER BY loss_rate) AS loss_rate,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY stock_days) AS stock_days FROM flows GROUP BY 1)
"""

TOGETHER = """
    together AS (
        SELECT b.merchant_id, b.peer_group, %(last)s::date - b.first_day + 1 AS days, b.active_days AS active,
               b.sales_fen, books.receipts_ok_fen, flows.stock_days::float8 AS stock_days,
               books.agreement, prices.price_consistency,
               coalesce(circles.fen, 0) / nullif(b.sales_fen, 0) AS circular, papers.documents,
               percent_rank() OVER (PARTITION BY b.peer_group ORDER BY b.quarter_fen) AS scale,
               CASE WHEN b.quarter_fen > 0 AND b.quarter_before_fen > 0
                    THEN ln(b.quarter_fen / b.quarter_before_fen) - grown.growth END AS growth,
               steady.stability, least(b.active_days / nullif(open_days.days, 0)::float8, 1) AS active_days,
               faithful.repeat_value, concentrated.concentration,
               (flows.loss_rate - fm.loss_rate)::float8 AS loss,
               CASE WHEN flows.stock_days > 0 AND fm.stock_days > 0
                    THEN ln(flows.stock_days::float8 / fm.stock_days) END AS turnover,
               b.on_time, refunded.refunds
        FROM merchant_base b CROSS JOIN open_days
        LEFT JOIN books USING (merchant_id) LEFT JOIN prices USING (merchant_id)
        LEFT JOIN circles USING (merchant_id) LEFT JOIN papers USING (merchant_id)
        LEFT JOIN steady USING (merchant_id) LEFT JOIN faithful USING (merchant_id)
        LEFT JOIN concentrated USING (merchant_id) LEFT JOIN refunded USING (merchant_id)
        LEFT JOIN flows USING (merchant_id)
        LEFT JOIN grown ON grown.peer_group = b.peer_group
        LEFT JOIN flow_medians fm ON fm.peer_group = b.peer_group)
"""
PEERS = ", ".join(f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {label}) AS {label}" for label in LABELS)
AUTHORISED = """
    EXISTS (SELECT FROM accounts_consent c WHERE c.status = 'ACTIVE' AND c.purpose = 'CREDIT_REPORT'
            AND c.given_at < %(last)s::date + 2 AND c.expires_at > %(last)s::date
            AND 'ASSESSMENT' = ANY(c.kinds)
            AND (c.subject_merchant_id = x.merchant_id OR c.subject_person_id = merchant.legal_person_id))
"""
VERIFIED = """
    merchant.status = 'APPROVED'
    AND EXISTS (SELECT FROM accounts_merchantdocument d WHERE d.merchant_id = x.merchant_id
                AND d.kind = 'BUSINESS_LICENCE' AND d.replaced_at IS NULL)
    AND EXISTS (SELECT FROM supplychain_papercheck k WHERE k.merchant_id = x.merchant_id
                AND k.kind = 'STALL_CONTRACT' AND k.is_matched)
"""
FEATURES = f"""
    WITH {BOOKS}, {CIRCULAR}, {TRADE}, {TOGETHER},
    peers AS (SELECT peer_group, {PEERS} FROM together GROUP BY peer_group)
    SELECT x.merchant_id, x.peer_group, x.days, x.active, {AUTHORISED}, {VERIFIED}, x.sales_fen, x.receipts_ok_fen,
           x.stock_days, {", ".join(f"x.{label}" for label in LABELS)}, {", ".join(f"p.{label}" for label in LABELS)}
    FROM together x JOIN peers p USING (peer_group) JOIN accounts_merchant merchant ON merchant.id = x.merchant_id
    WHERE %(merchants)s::bigint[] IS NULL OR x.merchant_id = ANY(%(merchants)s)
    ORDER BY x.merchant_id
"""  # noqa: S608  # our own statements
