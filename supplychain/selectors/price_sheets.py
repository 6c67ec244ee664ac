"""Reads of price sheets: what became of their rows, which names wait for a concordance."""

from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from django.db.models import Count, Max, Min, QuerySet, Sum

from supplychain.models import Commodity, CommodityConcordance, PriceSheet, PriceSheetRow, PriceSource

LIKE_ENOUGH = 0.5


def totals_of(sheet: PriceSheet) -> dict[str, int]:
    """Count a sheet's rows by verdict."""
    found = sheet.rows.values_list("verdict").annotate(rows=Count("pk")).order_by("verdict")
    return {str(verdict): int(rows) for verdict, rows in found}


def faults_of(sheet: PriceSheet) -> QuerySet[PriceSheetRow]:
    """List the rows that do not count, in the order of the file."""
    return sheet.rows.exclude(verdict="ACCEPTED").order_by("line_no")


@dataclass(frozen=True)
class WaitingName:
    """A name no concordance knows: how many rows, since when, how much money, and what it may be."""

    source_name: str
    rows: int
    first_day: date
    last_day: date
    amount_fen: int
    proposal: Commodity | None


def waiting_names(source: PriceSource) -> list[WaitingName]:
    """List the names that wait, the most valuable first, each with the likeliest commodity of this source.

    A name that begins with a known name of the source ("番茄 牛番茄") is proposed as its continuation; else the most
    similar one. A proposal is only that: an operator decides.
    """
    waiting = (
        PriceSheetRow.objects.filter(sheet__source=source, sheet__status="LOADED", verdict="WAITING")
        .values("source_name")
        .annotate(rows=Count("pk"), first=Min("day"), last=Max("day"), fen=Sum("amount_fen"))
        .order_by("-fen", "source_name")
    )
    known = {
        row.source_name: row.commodity
        for row in CommodityConcordance.objects.filter(source=source.code).select_related("commodity")
    }
    return [
        WaitingName(
            row["source_name"], row["rows"], row["first"], row["last"], row["fen"], _likely(row["source_name"], known)
        )
        for row in waiting
    ]


def _likely(name: str, known: dict[str, Commodity]) -> Commodity | None:
    begins = [other for other in known if name.startswith(other)]
    if begins:
        return known[max(begins, key=len)]
    scored = [(SequenceMatcher(None, name, other).ratio(), other) for other in known]
    score, best = max(scored, default=(0.0, ""))
    return known[best] if score >= LIKE_ENOUGH else None
