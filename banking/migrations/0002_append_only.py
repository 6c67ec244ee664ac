"""What partners were told and what they reported stays as it was, past the ORM too."""

from django.db import migrations

from silk_road_ebao.kernel.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("banking", "0001_initial"), ("kernel", "0004_guards")]

    operations = [
        append_only("banking_partnerevent"),
        append_only("banking_accountactivitybatch"),
        append_only("banking_accountactivity"),
    ]
