"""Find the attempts and splits of a day by time without reading the others: some kilobytes each."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("payments", "0013_billrow_statistics")]

    operations = [
        AddIndexConcurrently("paymentattempt", BrinIndex(name="attempt_created", fields=["created_at"])),
        AddIndexConcurrently("profitsharing", BrinIndex(name="sharing_requested", fields=["requested_at"])),
    ]
