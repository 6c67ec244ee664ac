"""The books are append-only and stock follows its movements, in SQL as well."""

from pathlib import Path

from django.db import migrations

from silk_road_ebao.kernel.guards import append_only, guard_status, run_sql

SQL = Path(__file__).resolve().parent.parent / "sql"
BOOKS = (
    "stockmovement",
    "receiving",
    "receivingline",
    "orderline",
    "ordercorrection",
    "outbound",
    "outboundline",
    "fundsentry",
    "agreementmethod",
)
ORDER = [
    ("PLACED", "PAID"),
    ("PLACED", "FULFILLED"),
    ("PLACED", "CANCELLED"),
    ("PAID", "COMPLETED"),
    ("PAID", "CANCELLED"),
    ("FULFILLED", "COMPLETED"),
    ("FULFILLED", "RETURNED"),
    ("COMPLETED", "RETURNED"),
    ("RETURNED", "COMPLETED"),
    ("CANCELLED", "PAID"),
]


class Migration(migrations.Migration):
    dependencies = [("supplychain", "0001_initial"), ("kernel", "0004_guards")]

    operations = [
        *(append_only(f"supplychain_{book}") for book in BOOKS),
        guard_status("supplychain_order", ORDER),
        guard_status("supplychain_lot", [("OPEN", "CLOSED")]),
        run_sql(SQL, "books"),
    ]
