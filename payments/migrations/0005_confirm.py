"""The ordinary confirmation in one round trip."""

from pathlib import Path

from django.db import migrations

from silk_road_ebao.kernel.guards import run_sql

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_working_days"), ("ledger", "0004_posting"), ("kernel", "0004_guards")]

    operations = [run_sql(SQL, "confirm")]
