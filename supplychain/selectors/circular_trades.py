"""Which orders are circular: paid by the merchant's own people, or with money that came from him or went back.

Source: operating assessment, circular and self payment: the amount (±1 %) within 7 days, cycle of at most 3.
"""

NEAR = """
    SELECT legal_person_id AS person_id, NULL::bigint AS merchant_id, id AS of_id
    FROM accounts_merchant WHERE legal_person_id IS NOT NULL
    UNION SELECT source_person_id, source_merchant_id, target_merchant_id
    FROM accounts_accountlink
    WHERE status = 'LIVE' AND target_merchant_id IS NOT NULL AND relation IN ('OWNER', 'EMPLOYEE', 'MEMBER', 'FAMILY')
"""
"""Who stands so near a merchant that his payment proves nothing: owner, legal person, staff, family, members."""

CIRCULAR_ORDERS = f"""
    WITH near AS MATERIALIZED ({NEAR}),
    edge AS MATERIALIZED (
        SELECT id, buyer_merchant_id AS payer, merchant_id AS payee, amount_fen AS fen, business_date AS day
        FROM supplychain_order
        WHERE buyer_merchant_id IS NOT NULL AND payment_no IS NOT NULL
          AND business_date BETWEEN %(first)s::date - 7 AND %(last)s::date + 7
        UNION ALL
        SELECT o.id, near.of_id, o.merchant_id, o.amount_fen, o.business_date
        FROM supplychain_order o JOIN near ON near.person_id = o.buyer_person_id
        WHERE o.buyer_merchant_id IS NULL AND o.payment_no IS NOT NULL
          AND o.business_date BETWEEN %(first)s::date - 7 AND %(last)s::date + 7)
    SELECT id AS order_id FROM edge WHERE payer = payee
    UNION SELECT edge.id FROM edge JOIN near ON near.merchant_id = edge.payer AND near.of_id = edge.payee
    UNION SELECT edge.id FROM edge JOIN near ON near.of_id = edge.payer AND near.merchant_id = edge.payee
    UNION SELECT a.id FROM edge a JOIN edge b ON b.payer = a.payee AND b.payee = a.payer
        AND abs(b.day - a.day) <= 7 AND b.fen BETWEEN a.fen * 0.99 AND a.fen * 1.01
    UNION SELECT a.id FROM edge a
        JOIN edge b ON b.payer = a.payee AND b.payee NOT IN (a.payer, a.payee)
            AND abs(b.day - a.day) <= 7 AND b.fen BETWEEN a.fen * 0.99 AND a.fen * 1.01
        JOIN edge c ON c.payer = b.payee AND c.payee = a.payer
            AND abs(c.day - a.day) <= 7 AND c.fen BETWEEN a.fen * 0.99 AND a.fen * 1.01
"""  # noqa: S608  # our own statements
"""Gives order_id; parameters first and last (business days)."""
