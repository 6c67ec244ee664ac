"""Run ../sql/guards.sql."""

from django.db import migrations

from payments.ledger.sql import FOLDER
from silk_road_ebao.kernel.guards import run_sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_tables")]
    operations = [run_sql(FOLDER, "guards")]
