"""Several ordinary notices in one statement, in place of one at a time."""

from pathlib import Path

from django.db import migrations

from silk_road_ebao.kernel.guards import run_sql

SQL = Path(__file__).resolve().parent.parent / "sql"

ONE_AT_A_TIME = """
DROP FUNCTION IF EXISTS payments_confirm(
  text, text, text, text, bigint, timestamptz, date, bytea, text, text, timestamptz, text, text[], text, text, jsonb,
  bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_lean_indexes")]

    operations = [migrations.RunSQL(ONE_AT_A_TIME, migrations.RunSQL.noop), run_sql(SQL, "confirm")]
