"""A held release gives way to a newer vintage, in SQL as well."""

from django.db import migrations

from silk_road_ebao.kernel.guards import guard_status

TABLE = "supplychain_indexrelease"
BEFORE = [("HELD", "PUBLISHED"), ("HELD", "DECLINED"), ("HELD", "WITHHELD")]


class Migration(migrations.Migration):
    dependencies = [("supplychain", "0014_held_for_names")]

    operations = [
        migrations.RunSQL(guard_status(TABLE, BEFORE).reverse_sql, guard_status(TABLE, BEFORE).sql),
        guard_status(TABLE, [*BEFORE, ("HELD", "SUPERSEDED")]),
    ]
