"""Run ../sql/guards.sql."""

from django.db import migrations

from payments.ledger.sql import read_sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_tables")]
    operations = [migrations.RunSQL(read_sql("guards"), read_sql("guards_reverse"))]
