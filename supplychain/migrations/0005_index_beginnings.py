"""The first method of the index, and the platform's own trades as its first source."""

import math
from datetime import date

from django.db import migrations

PARAMETERS = {
    "window_weeks": 105,
    "base_weeks": 52,
    "flash_weeks": 4,
    "carry_weeks": 2,
    "reference_days": 14,
    "reject_log": math.log(3),
    "quarantine_log": math.log(2),
    "mad_multiple": 3.5,
    "mad_scale": 1.4826,
    "merchant_cap_share": 0.30,
    "cell_merchants_min": 3,
    "cell_days_min": 2,
    "cell_trades_min": 10,
    "sub_cells_min": 5,
    "sub_merchants_min": 5,
    "sub_largest_share_max": 0.50,
    "sub_matched_share_min": 0.60,
    "all_matched_share_min": 0.80,
    "all_matched_share_hold": 0.90,
}


def enter(apps, schema_editor):
    """Enter method 2026.1 and the platform as a source."""
    apps.get_model("supplychain", "IndexMethodVersion").objects.create(
        version="2026.1", parameters=PARAMETERS, valid_from=date(2024, 1, 1), note="编制办法第一版"
    )
    apps.get_model("supplychain", "PriceSource").objects.create(
        code="PLATFORM", name="南疆生鲜供应链指数", kind="PLATFORM"
    )


class Migration(migrations.Migration):
    dependencies = [("supplychain", "0004_index_guards")]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
