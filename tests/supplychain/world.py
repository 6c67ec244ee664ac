"""A market of honest merchants made in SQL, and fakes put into one merchant's books; for tests and benchmarks."""

from datetime import date, timedelta

from django.db import connection

MERCHANTS = """
    WITH people AS (
        INSERT INTO accounts_person (status, person_no, full_name, id_masked, phone_masked, registered_at, verified_at,
                                     last_active_at)
        SELECT 'ACTIVE', %(tag)s || 'P' || n, '买家' || n, '', '', %(began)s, %(began)s, %(began)s
        FROM generate_series(1, %(people)s + %(merchants)s) n RETURNING id, person_no),
    market AS (
        INSERT INTO accounts_market (code, name, province, address, opened_at)
        VALUES (%(tag)s, '孔雀农贸市场', '65', '', %(began)s) RETURNING id),
    shops AS (
        INSERT INTO accounts_merchant (status, merchant_no, kind, name, legal_name, uscc, legal_person_id, province,
            address, contact_phone_masked, created_at, onboarded_at, suspended_for)
        SELECT 'APPROVED', %(tag)s || 'M' || n, 'COMPANY', '蔬菜行' || n, '蔬菜行' || n, %(tag)s || n,
               (SELECT id FROM people WHERE person_no = %(tag)s || 'P' || n), '65', '', '',
               %(began)s, %(began)s, ''
        FROM generate_series(1, %(merchants)s) n RETURNING id, merchant_no)
    INSERT INTO accounts_stall (stall_no, label, signboard, opened_at, market_id, merchant_id)
    SELECT replace(merchant_no, 'M', 'S'), substr(merchant_no, length(%(tag)s) + 2), '招牌', %(began)s,
           market.id, shops.id
    FROM shops, market
"""
LOTS = """
    INSERT INTO supplychain_lot (status, lot_no, origin, arrived_at, best_before_at, on_hand_kg, commodity_id,
                                 merchant_id, stall_id)
    SELECT 'OPEN', replace(m.merchant_no, 'M', 'L'), '', %(began)s, %(began)s::timestamptz + interval '9 days', 0,
           (SELECT min(id) FROM supplychain_commodity), m.id, s.id
    FROM accounts_merchant m JOIN accounts_stall s ON s.merchant_id = m.id WHERE m.merchant_no LIKE %(tag)s || 'M%%'
"""
STOCK = """
    INSERT INTO supplychain_stockmovement (kind, kg, source_no, reason, at, made_by, lot_id)
    SELECT kind, kg * (1 + l.id %% 5 / 10.0), 'W' || kind || d, '', d, 'world', l.id
    FROM supplychain_lot l CROSS JOIN (VALUES ('RECEIVED', 5000), ('SOLD', -4500), ('LOST', -100)) k(kind, kg)
    CROSS JOIN generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '30 days') d
    WHERE l.lot_no LIKE %(tag)s || 'L%%'
"""
ORDERS = """
    WITH stalls AS (
        SELECT s.id AS stall_id, s.merchant_id, substr(m.merchant_no, length(%(tag)s) + 2)::int AS n
        FROM accounts_stall s JOIN accounts_merchant m ON m.id = s.merchant_id
        WHERE m.merchant_no LIKE %(tag)s || 'M%%'),
    people AS MATERIALIZED (
        SELECT id, substr(person_no, length(%(tag)s) + 2)::int AS n FROM accounts_person
        WHERE person_no LIKE %(tag)s || 'P%%'),
    goods AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM supplychain_commodity
        WHERE category = 'LEAFY' AND valid_until IS NULL ORDER BY id LIMIT 8),
    drawn AS (
        SELECT st.*, d::date AS day, k, goods.id AS commodity_id, goods.place,
               8 + abs(hashint8(st.n * 7919 + k * 104729 + extract(epoch FROM d)::bigint / 86400)) %% 30 AS kg,
               abs(hashint8(st.n * 31 + k * 17 + extract(epoch FROM d)::bigint / 3600)) %% 41 - 20 AS noise
        FROM stalls st CROSS JOIN generate_series(%(first)s::timestamp, %(last)s::timestamp, interval '1 day') d
        CROSS JOIN generate_series(1, %(daily)s) k
        JOIN goods ON goods.place = (st.n + k + extract(doy FROM d)::int) %% 8
        WHERE (extract(doy FROM d)::int + st.n) %% 14 <> 0),
    priced AS (SELECT *, round((300 + place * 60) * (100 + noise) / 100.0)::bigint AS price FROM drawn)
    INSERT INTO supplychain_order (status, order_no, channel, handover, buyer_name, note, amount_fen, placed_at,
        business_date, attention, merchant_id, stall_id, payment_no, buyer_person_id)
    SELECT 'COMPLETED', no, 'COUNTER', 'AT_STALL', commodity_id::text, kg::text, kg * price, day + time '02:00',
           day, '', merchant_id, stall_id, no, people.id
    FROM (SELECT *, %(tag)s || n || '-' || to_char(day, 'YYMMDD') || '-' || k AS no,
                 CASE WHEN (n * 7 + k + extract(doy FROM day)::int) %% 199 = 0 THEN n %% %(merchants)s + 1
                 ELSE %(merchants)s + 1 + (n * 37 + k * 13 + extract(doy FROM day)::int %% 9) %% %(people)s END AS buyer
          FROM priced) p
    JOIN people ON people.n = p.buyer
"""
LINES = """
    INSERT INTO supplychain_orderline (line_no, business_date, kg, price_fen_kg, amount_fen, commodity_id, order_id,
                                       stall_id)
    SELECT 1, business_date, note::numeric, amount_fen / note::int, amount_fen, buyer_name::bigint, id, stall_id
    FROM supplychain_order o WHERE order_no LIKE %(like)s
"""
NOTES = """
    WITH notes AS (
        INSERT INTO supplychain_outbound (outbound_no, direction, reason, issued_at, business_date, made_by,
                                          merchant_id, order_id)
        SELECT order_no, 'OUT', '', placed_at, business_date, 'world', merchant_id, id
        FROM supplychain_order WHERE order_no LIKE %(like)s RETURNING id, order_id, merchant_id)
    INSERT INTO supplychain_outboundline (kg, lot_id, order_line_id, outbound_id)
    SELECT l.kg, t.id, l.id, notes.id FROM notes
    JOIN supplychain_orderline l ON l.order_id = notes.order_id
    JOIN supplychain_lot t ON t.merchant_id = notes.merchant_id
"""
FUNDS = """
    INSERT INTO supplychain_fundsentry (kind, source_no, payment_no, amount_fen, at, business_date, merchant_id,
                                        order_id)
    SELECT 'RECEIVED', order_no, order_no, amount_fen, placed_at, business_date, merchant_id, id
    FROM supplychain_order WHERE order_no LIKE %(like)s
"""
AGREED = """
    INSERT INTO supplychain_agreement (day, cases, cases_ok, amount_fen, amount_ok_fen, is_final, computed_at,
                                       merchant_id, method_id)
    SELECT business_date, count(*), count(*), sum(amount_fen), sum(amount_fen), true, %(last)s, merchant_id,
           (SELECT min(id) FROM supplychain_agreementmethod)
    FROM supplychain_order WHERE order_no LIKE %(like)s GROUP BY business_date, merchant_id
"""
FAKES = """
    INSERT INTO supplychain_order (status, order_no, channel, handover, buyer_name, note, amount_fen, placed_at,
        business_date, attention, merchant_id, stall_id, payment_no, buyer_person_id)
    SELECT status, %(fake)s || order_no, channel, handover, buyer_name, note, amount_fen * %(times)s, placed_at,
           business_date, attention, merchant_id, stall_id, %(fake)s || payment_no,
           CASE WHEN %(own)s THEN (SELECT legal_person_id FROM accounts_merchant WHERE id = merchant_id)
                ELSE buyer_person_id END
    FROM (SELECT *, sum(amount_fen) OVER (ORDER BY hashtext(order_no), id) AS running,
                 sum(amount_fen) OVER () AS total
          FROM supplychain_order WHERE merchant_id = %(merchant)s AND order_no LIKE %(like)s) o
    WHERE running * %(times)s <= total * %(share)s::numeric / (1 - %(share)s)
"""


def open_market(*, tag: str, merchants: int, first: date, last: date, daily: int, people: int = 200) -> None:
    """Fill a market: every merchant sells `daily` orders on 13 days of 14, all three books written."""
    named = {
        "tag": tag,
        "merchants": merchants,
        "first": first,
        "last": last,
        "began": first - timedelta(days=30),
        "daily": daily,
        "people": people,
        "like": f"{tag}%",
    }
    with connection.cursor() as cursor:
        for statement in (MERCHANTS, LOTS, STOCK, ORDERS, LINES, NOTES, FUNDS):
            cursor.execute(statement, named)
        # Within one transaction nobody else tells the planner how much there is by now.
        cursor.execute(
            "ANALYZE supplychain_order, supplychain_orderline, supplychain_outbound, supplychain_outboundline,"
            " supplychain_fundsentry, supplychain_agreement"
        )


def agree_all(*, tag: str, last: date) -> None:
    """Write agreements as an honest market has them, without comparing (benchmarks only)."""
    with connection.cursor() as cursor:
        cursor.execute(AGREED, {"like": f"{tag}%", "last": last})


def inject(*, kind: str, tag: str, merchant_id: int, share: float) -> None:
    """Make fakes `share` of a merchant's value: CIRCULAR (paid by the owner), NO_OUTBOUND, INFLATED (×3)."""
    fake = f"X{merchant_id}-"
    named = {
        "fake": fake,
        "merchant": merchant_id,
        "like": f"{tag}%",
        "share": share,
        "times": 3 if kind == "INFLATED" else 1,
        "own": kind == "CIRCULAR",
    }
    books = {"like": f"{fake}%"}
    with connection.cursor() as cursor:
        cursor.execute(FAKES, named)
        cursor.execute(LINES, books)
        if kind != "NO_OUTBOUND":
            cursor.execute(NOTES, books)
        cursor.execute(FUNDS, books)
