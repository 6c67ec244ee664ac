"""The trades an index is made of: sheet rows whose name is known, and the platform's own agreed orders."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from supplychain.models import IndexTrade, PriceSource, RowVerdict
from supplychain.rules.index_method import IndexMethod
from supplychain.rules.outliers import Verdict, cell_references, judge_prices
from supplychain.selectors.circular_trades import CIRCULAR_ORDERS
from supplychain.selectors.price_indices import method_on

LOOK_BACK = timedelta(days=90)
FAULTS = {
    int(Verdict.ACCEPTED): ("ACCEPTED", ""),
    int(Verdict.QUARANTINED): ("QUARANTINED", "UNUSUAL"),
    int(Verdict.REJECTED_FAR): ("REJECTED", "FAR_FROM_MEDIAN"),
    int(Verdict.REJECTED_NOT_POSITIVE): ("REJECTED", "NOT_POSITIVE"),
}

NAME_ROWS = """
    UPDATE supplychain_pricesheetrow r
    SET commodity_id = c.commodity_id, verdict = 'ACCEPTED', fault = '',
        kg = round(r.kg * c.kg_factor, 3), price_fen_kg = round(r.price_fen_kg / c.kg_factor, 4)
    FROM supplychain_pricesheet s, supplychain_pricesource o, supplychain_commodityconcordance c
    WHERE s.id = r.sheet_id AND s.status = 'LOADED' AND o.id = s.source_id AND o.id = %(source)s
      AND r.verdict = 'WAITING' AND c.source = o.code AND c.source_name = r.source_name
      AND r.day >= c.valid_from AND (c.valid_until IS NULL OR r.day < c.valid_until)
"""
TAKE_ROWS = """
    INSERT INTO supplychain_indextrade
        (source_id, day, week, commodity_id, market_id, merchant_id, grams, amount_fen, verdict, fault, origin)
    SELECT s.source_id, r.day, r.day - (extract(isodow FROM r.day)::int - 1), r.commodity_id, o.market_id, NULL,
           (r.kg * 1000)::bigint, r.amount_fen, 'WAITING', '', r.id
    FROM supplychain_pricesheetrow r
    JOIN supplychain_pricesheet s ON s.id = r.sheet_id
    JOIN supplychain_pricesource o ON o.id = s.source_id
    WHERE s.source_id = %(source)s AND s.status = 'LOADED' AND r.verdict = 'ACCEPTED'
    ON CONFLICT (source_id, origin) DO NOTHING
"""
TELL_ROWS = """
    UPDATE supplychain_pricesheetrow r SET verdict = t.verdict, fault = t.fault
    FROM supplychain_indextrade t
    WHERE t.source_id = %(source)s AND t.origin = r.id AND t.day >= %(day)s AND t.verdict <> r.verdict
"""
AGREED_ORDERS = f"""
    WITH funds AS (
        SELECT order_id, sum(CASE kind WHEN 'RECEIVED' THEN amount_fen ELSE -amount_fen END) AS net_fen
        FROM supplychain_fundsentry WHERE order_id IS NOT NULL AND business_date >= %(first)s GROUP BY order_id),
    gone AS (
        SELECT l.order_line_id, sum(CASE n.direction WHEN 'OUT' THEN l.kg ELSE -l.kg END) AS kg
        FROM supplychain_outboundline l JOIN supplychain_outbound n ON n.id = l.outbound_id
        WHERE n.business_date >= %(first)s GROUP BY l.order_line_id),
    circular AS ({CIRCULAR_ORDERS})
    SELECT %(source)s, o.business_date, o.business_date - (extract(isodow FROM o.business_date)::int - 1),
           l.commodity_id, st.market_id, o.merchant_id, round(gone.kg * 1000)::bigint,
           round(l.amount_fen::numeric * least(funds.net_fen, o.amount_fen) / o.amount_fen)::bigint,
           'WAITING', '', l.id
    FROM supplychain_order o
    JOIN supplychain_orderline l ON l.order_id = o.id
    JOIN accounts_stall st ON st.id = o.stall_id
    JOIN supplychain_agreement a ON a.merchant_id = o.merchant_id AND a.day = o.business_date
    JOIN funds ON funds.order_id = o.id
    JOIN gone ON gone.order_line_id = l.id
    WHERE o.business_date BETWEEN %(first)s AND %(last)s AND funds.net_fen > 0 AND gone.kg > 0
      AND NOT EXISTS (SELECT FROM supplychain_agreementcase c WHERE c.agreement_id = a.id AND c.order_id = o.id)
      AND NOT EXISTS (SELECT FROM circular WHERE circular.order_id = o.id)
"""  # noqa: S608  # our own statements
TAKE_ORDERS = f"""
    INSERT INTO supplychain_indextrade AS t
        (source_id, day, week, commodity_id, market_id, merchant_id, grams, amount_fen, verdict, fault, origin)
    SELECT * FROM ({AGREED_ORDERS}) AS agreed
        (source_id, day, week, commodity_id, market_id, merchant_id, grams, amount_fen, verdict, fault, origin)
    WHERE grams > 0 AND amount_fen > 0
    ON CONFLICT (source_id, origin) DO UPDATE SET grams = excluded.grams, amount_fen = excluded.amount_fen
        WHERE (t.grams, t.amount_fen) <> (excluded.grams, excluded.amount_fen)
"""  # noqa: S608  # our own statements
DROP_ORDERS = f"""
    DELETE FROM supplychain_indextrade t
    WHERE t.source_id = %(source)s AND t.day BETWEEN %(first)s AND %(last)s
      AND t.origin NOT IN (SELECT origin FROM ({AGREED_ORDERS}) AS agreed
        (source_id, day, week, commodity_id, market_id, merchant_id, grams, amount_fen, verdict, fault, origin))
"""  # noqa: S608  # our own statements


@transaction.atomic
def take_sheet_rows(*, source: PriceSource, actor: Actor, at: datetime) -> int:
    """Name the waiting rows by the concordance, judge their prices and take them up; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(NAME_ROWS, {"source": source.pk})
        named = cursor.rowcount
        cursor.execute(TAKE_ROWS, {"source": source.pk})
        first = _judge_waiting(source, actor, at)
        if first is not None:
            cursor.execute(TELL_ROWS, {"source": source.pk, "day": first})
    return int(named)


@transaction.atomic
def take_platform_trades(*, first: date, last: date, actor: Actor, at: datetime) -> int:
    """Bring the platform's eligible trades of some days up to date; refunds count in the week of the sale.

    Eligible: order, outbound note and payment agree (no case in the agreement) and the order is not circular.
    Returns how many lines were taken or changed.
    """
    source = PriceSource.objects.get(code="PLATFORM")
    window: dict[str, Any] = {"source": source.pk, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(DROP_ORDERS, window)
        cursor.execute(TAKE_ORDERS, window)
        changed = cursor.rowcount
    _judge_waiting(source, actor, at)
    return int(changed)


@transaction.atomic
def decide_quarantined_trade(*, trade: IndexTrade, is_accepted: bool, reason: str, actor: Actor, at: datetime) -> None:
    """Let a person say whether an unusual price counts; later releases follow."""
    verdict = RowVerdict.ACCEPTED if is_accepted else RowVerdict.REJECTED
    fault = "" if is_accepted else "UNUSUAL"
    if not IndexTrade.objects.filter(pk=trade.pk, verdict="QUARANTINED").update(verdict=verdict, fault=fault):
        return
    with connection.cursor() as cursor:
        cursor.execute(TELL_ROWS, {"source": trade.source_id, "day": trade.day})
    record(
        actor=actor,
        action="supplychain.index_trade.decide",
        subject=str(trade.pk),
        at=at,
        detail={"verdict": str(verdict), "reason": reason},
    )


def _judge_waiting(source: PriceSource, actor: Actor, at: datetime) -> date | None:
    """Judge waiting lines day by day against what was accepted before; returns the first day judged."""
    waiting = IndexTrade.objects.filter(source=source, verdict="WAITING")
    days = list(waiting.values_list("day", flat=True).distinct().order_by("day"))
    if not days:
        return None
    rows = IndexTrade.objects.filter(source=source, day__gte=days[0] - LOOK_BACK, day__lte=days[-1])
    lines = list(rows.values_list("pk", "day", "commodity_id", "grams", "amount_fen", "verdict").order_by("day", "pk"))
    judged = _judge(lines, method_on(days[0]).to_rules(), {day.toordinal() for day in days})
    with connection.cursor() as cursor:
        for code, (verdict, fault) in FAULTS.items():
            keys = [key for key, found in judged.items() if found == code]
            cursor.execute(
                "UPDATE supplychain_indextrade SET verdict = %s, fault = %s WHERE id = ANY(%s)", [verdict, fault, keys]
            )
    return days[0]


def _judge(lines: list[tuple[int, date, int, int, int, str]], method: IndexMethod, days: set[int]) -> dict[int, int]:
    key = np.array([line[0] for line in lines], np.int64)
    day = np.array([line[1].toordinal() for line in lines], np.int64)
    names, cell = np.unique(np.array([line[2] for line in lines], np.int64), return_inverse=True)
    kg = np.array([line[3] for line in lines], np.float64) / 1000
    price = np.array([line[4] for line in lines], np.float64) / kg
    accepted = np.array([line[5] == "ACCEPTED" for line in lines])
    waiting = np.array([line[5] == "WAITING" for line in lines])
    judged: dict[int, int] = {}
    for today in sorted(days):
        start, stop = np.searchsorted(day, [today, today + 1])
        history = np.flatnonzero(accepted[:start] & (day[:start] >= today - LOOK_BACK.days))
        reference = cell_references(
            cell=cell[history], day=day[history], price=price[history], kg=kg[history], cells=len(names), method=method
        )
        fresh = np.arange(start, stop)[waiting[start:stop]]
        verdict, _ = judge_prices(
            cell=cell[fresh], price=price[fresh], kg=kg[fresh], reference=reference, method=method
        )
        accepted[fresh] = verdict == Verdict.ACCEPTED
        judged.update(zip(key[fresh].tolist(), verdict.tolist(), strict=True))
    return judged
