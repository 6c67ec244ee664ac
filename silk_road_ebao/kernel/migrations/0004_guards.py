"""Statuses follow their edges and approvals stay frozen, past the ORM too."""

from pathlib import Path

from django.db import migrations

from silk_road_ebao.kernel.guards import guard_status, run_sql

SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_audit_chain")]

    operations = [
        run_sql(SQL, "guard_status"),
        run_sql(SQL, "approval_frozen"),
        guard_status(
            "kernel_approval",
            [("PENDING", "APPROVED"), ("PENDING", "REJECTED"), ("PENDING", "WITHDRAWN")],
        ),
    ]
