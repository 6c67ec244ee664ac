"""The ordinary confirmation of one notice; 0010 confirms several and took its place."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_working_days"), ("ledger", "0004_posting"), ("kernel", "0004_guards")]

    operations = []
