"""Reads of price sheets: what became of their rows."""

from django.db.models import Count, QuerySet

from supplychain.models import PriceSheet, PriceSheetRow


def totals_of(sheet: PriceSheet) -> dict[str, int]:
    """Count a sheet's rows by verdict."""
    found = sheet.rows.values_list("verdict").annotate(rows=Count("pk")).order_by("verdict")
    return {str(verdict): int(rows) for verdict, rows in found}


def faults_of(sheet: PriceSheet) -> QuerySet[PriceSheetRow]:
    """List the rows that do not count, in the order of the file."""
    return sheet.rows.exclude(verdict="ACCEPTED").order_by("line_no")
