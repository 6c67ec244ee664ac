"""Audit events are chained while their transaction commits."""

from pathlib import Path

from django.db import migrations

from silk_road_ebao.kernel.guards import run_sql

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_append_only")]

    operations = [run_sql(SQL, "audit_chain")]
