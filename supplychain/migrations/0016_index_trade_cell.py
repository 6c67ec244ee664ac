"""Let a week's cells be read from an index alone, in the order in which they are summed."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("supplychain", "0015_held_releases_are_superseded"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="indextrade",
            index=models.Index(
                name="index_trade_cell",
                fields=["source", "week", "commodity", "merchant", "market"],
                include=["day", "grams", "amount_fen"],
                condition=models.Q(verdict="ACCEPTED"),
            ),
        ),
    ]
