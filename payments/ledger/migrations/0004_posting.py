"""Run ../sql/posting.sql."""

from django.db import migrations

from payments.ledger.sql import read_sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_guards")]
    operations = [migrations.RunSQL(read_sql("posting"), read_sql("posting_reverse"))]
