"""Move the balances of a few postings by one statement: the function as ../sql/guards.sql has it now."""

import re

from django.db import migrations

from payments.ledger.sql import read_sql

FUNCTION = re.compile(r"^CREATE (FUNCTION ledger_apply_many\(\).*?^\$\$;)$", re.MULTILINE | re.DOTALL)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_posting")]
    operations = [
        migrations.RunSQL("CREATE OR REPLACE " + FUNCTION.findall(read_sql("guards"))[0], migrations.RunSQL.noop)
    ]
