"""A release may be held without a value: its names have changed, and nobody has said yet what they mean."""

from django.db import migrations, models

MODEL = "indexrelease"
STATES = ["HELD", "PUBLISHED", "DECLINED", "WITHHELD", "SUPERSEDED"]


class Migration(migrations.Migration):
    dependencies = [("supplychain", "0013_assessment_beginnings")]

    operations = [
        migrations.RemoveConstraint(MODEL, "index_release_has_value"),
        migrations.RemoveConstraint(MODEL, "supplychain_indexrelease_status"),
        migrations.AddConstraint(
            MODEL,
            models.CheckConstraint(
                name="index_release_has_value",
                condition=models.Q(("status", "PUBLISHED"), _negated=True) | models.Q(value__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            MODEL,
            models.CheckConstraint(
                name="supplychain_indexrelease_status", condition=models.Q(("status__in", STATES))
            ),
        ),
    ]
