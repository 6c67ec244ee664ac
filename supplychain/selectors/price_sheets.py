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


def latest_columns() -> dict[str, object]:
    """Give source and column map of the sheet loaded last, as the form names them."""
    sheet = PriceSheet.objects.order_by("-loaded_at", "-id").first()
    return {"source": sheet.source_id, **sheet.columns} if sheet else {}
