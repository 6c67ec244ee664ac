"""Reads of concordances: which names of a source wait for a meaning, and what they most likely continue."""

import math
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Max, Min, Sum

from silk_road_ebao.kernel.models import Approval
from supplychain.models import Commodity, CommodityConcordance, PriceSheetRow, PriceSource
from supplychain.rules.name_matching import Match, NameFacts, propose_matches

WAITING = """
    WITH waits AS (
        SELECT r.source_name AS name, r.day, r.kg, r.amount_fen,
               min(r.day) OVER (PARTITION BY r.source_name) AS first_day
        FROM supplychain_pricesheetrow r JOIN supplychain_pricesheet s ON s.id = r.sheet_id
        WHERE s.source_id = %(source)s AND s.status = 'LOADED' AND r.verdict = 'WAITING')
    SELECT name, (sum(amount_fen) / sum(kg))::float8, (sum(kg) / count(DISTINCT day))::float8
    FROM waits WHERE day < first_day + 28 GROUP BY name
"""
KNOWN = """
    WITH names AS (
        SELECT DISTINCT ON (c.commodity_id) c.commodity_id, c.source_name
        FROM supplychain_commodityconcordance c WHERE c.source = %(code)s
        ORDER BY c.commodity_id, length(c.source_name), c.id),
    last AS (
        SELECT commodity_id, max(day) AS day FROM supplychain_indextrade
        WHERE source_id = %(source)s AND verdict = 'ACCEPTED' AND day < %(before)s GROUP BY commodity_id)
    SELECT n.source_name, (sum(t.amount_fen) / sum(t.grams / 1000.0))::float8,
           (sum(t.grams / 1000.0) / count(DISTINCT t.day))::float8
    FROM names n LEFT JOIN last l USING (commodity_id)
    LEFT JOIN supplychain_indextrade t ON t.source_id = %(source)s AND t.commodity_id = n.commodity_id
        AND t.verdict = 'ACCEPTED' AND t.day > l.day - 28 AND t.day <= l.day
    GROUP BY n.source_name
"""


@dataclass(frozen=True)
class WaitingName:
    """A name no concordance knows: how many rows, since when, how much money, and what it may continue."""

    source_name: str
    rows: int
    first_day: date
    last_day: date
    amount_fen: int
    match: Match | None
    proposal: Commodity | None

    @property
    def price_times(self) -> str:
        """Tell the new price as a multiple of the old."""
        return _times(self.match.price_log if self.match else None)

    @property
    def volume_times(self) -> str:
        """Tell the volume of all that would continue the old name as a multiple of its own."""
        return _times(self.match.volume_log if self.match else None)


def _times(log: float | None) -> str:
    return "" if log is None else f"{math.exp(log):.2f}"


def waiting_names(source: PriceSource) -> list[WaitingName]:
    """List the names that wait, the most valuable first, each with what it most likely continues.

    Compared are name, unit value and volume of its first four weeks with the last four of the known name before.
    """
    waiting = list(
        PriceSheetRow.objects.filter(sheet__source=source, sheet__status="LOADED", verdict="WAITING")
        .values("source_name")
        .annotate(rows=Count("pk"), first=Min("day"), last=Max("day"), fen=Sum("amount_fen"))
        .order_by("-fen", "source_name")
    )
    if not waiting:
        return []
    known = {
        row.source_name: row.commodity
        for row in CommodityConcordance.objects.filter(source=source.code).select_related("commodity")
    }
    names, olds = _facts(source, min(row["first"] for row in waiting))
    order = [names[row["source_name"]] for row in waiting]
    matches = {match.name: match for match in propose_matches(order, olds)}
    found = []
    for row in waiting:
        match = matches.get(row["source_name"])
        told = row["source_name"], row["rows"], row["first"], row["last"], row["fen"]
        found.append(WaitingName(*told, match, known[match.continues] if match else None))
    return found


def waiting_count(source: PriceSource) -> int:
    """Count the names of a source that wait."""
    rows = PriceSheetRow.objects.filter(sheet__source=source, sheet__status="LOADED", verdict="WAITING")
    return rows.values("source_name").distinct().count()


def _facts(source: PriceSource, first: date) -> tuple[dict[str, NameFacts], list[NameFacts]]:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"source": source.pk})
        names = {name: NameFacts(name, price, kg) for name, price, kg in cursor.fetchall()}
        cursor.execute(KNOWN, {"source": source.pk, "code": source.code, "before": first})
        return names, [NameFacts(name, price, kg or 0.0) for name, price, kg in cursor.fetchall()]


def known_commodities(source: PriceSource) -> dict[str, Commodity]:
    """Give the commodities in use that a source's names mean, and those of the house, by code."""
    meant = CommodityConcordance.objects.filter(source=source.code).values("commodity_id")
    live = Commodity.objects.filter(valid_until=None)
    rows = [*live.filter(pk__in=meant).order_by("code"), *live.exclude(pk__in=meant).order_by("code")]
    return {row.code: row for row in rows}


def open_approvals(source: PriceSource) -> list[Approval]:
    """List the concordances of a source that wait for a second person."""
    return list(Approval.objects.filter(subject=f"concordance:{source.code}", status="PENDING").order_by("id"))
