"""Run ../sql/tables.sql."""

from django.db import migrations

from payments.ledger.sql import read_sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(read_sql("tables"), read_sql("tables_reverse"))]
