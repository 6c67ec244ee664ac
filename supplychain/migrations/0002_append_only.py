"""The books are append-only in SQL as well."""

from django.db import migrations

from silk_road_ebao.kernel.guards import append_only

BOOKS = ("stockmovement", "outbound", "outboundline", "fundsentry", "receivingline", "orderline")


class Migration(migrations.Migration):
    dependencies = [("supplychain", "0001_initial"), ("kernel", "0002_append_only")]

    operations = [append_only(f"supplychain_{book}") for book in BOOKS]
