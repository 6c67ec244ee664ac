"""Run ../sql/posting.sql."""

from django.db import migrations

from payments.ledger.sql import FOLDER
from silk_road_ebao.kernel.guards import run_sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_guards")]
    operations = [run_sql(FOLDER, "posting")]
