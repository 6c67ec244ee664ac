"""Traces stay as they are written."""

from pathlib import Path

from django.db import migrations

from silk_road_ebao.kernel.guards import append_only, run_sql

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [
        run_sql(SQL, "append_only"),
        append_only("kernel_auditevent"),
        append_only("kernel_auditlink"),
        append_only("kernel_statuschange"),
    ]
