"""The first scorecard: proposed cut-points, frozen with their version."""

from datetime import date

from django.db import migrations


def _feature(code, result, most, cuts, *, falls=False, missing=0):
    """Spread points evenly over five bins; `falls` when a small value is the good one."""
    points = [round(most * share / 4) for share in range(5)]
    return {
        "code": code,
        "result": result,
        "cuts": cuts,
        "points": points[::-1] if falls else points,
        "missing": missing,
    }


PARAMETERS = {
    "features": [
        _feature("agreement", "T", 160, [0.70, 0.85, 0.92, 0.97]),
        _feature("price_consistency", "T", 80, [0.70, 0.85, 0.94, 0.97], missing=40),
        _feature("circular", "T", 80, [0.03, 0.07, 0.15, 0.30], falls=True),
        _feature("documents", "T", 80, [0.50, 0.70, 0.85, 0.95]),
        _feature("scale", "O", 60, [0.20, 0.40, 0.60, 0.80]),
        _feature("growth", "O", 80, [-0.40, -0.15, 0.05, 0.25], missing=40),
        _feature("stability", "O", 80, [0.10, 0.20, 0.35, 0.60], falls=True),
        _feature("active_days", "O", 60, [0.50, 0.65, 0.80, 0.92]),
        _feature("repeat_value", "O", 60, [0.10, 0.25, 0.40, 0.55]),
        _feature("concentration", "O", 60, [0.03, 0.08, 0.18, 0.35], falls=True),
        _feature("loss", "F", 60, [-0.02, 0.0, 0.02, 0.06], falls=True),
        _feature("turnover", "F", 60, [-0.30, -0.05, 0.20, 0.60], falls=True),
        _feature("on_time", "F", 40, [0.80, 0.90, 0.95, 0.99]),
        _feature("refunds", "F", 40, [0.003, 0.01, 0.03, 0.06], falls=True),
    ],
    "days_min": 90,
    "active_days_min": 60,
    "agreement_min": 0.80,
    "circular_max": 0.10,
    "supported_ratio": 1.0,
    "explained_ratio": 1.5,
    "receipts_share_low": 0.15,
    "receipts_share_high": 0.30,
}


def enter(apps, schema_editor):
    """Enter scorecard 2026.1."""
    apps.get_model("supplychain", "AssessmentModel").objects.create(
        version="2026.1", parameters=PARAMETERS, valid_from=date(2024, 1, 1), note="评估办法第一版，冷启动"
    )


class Migration(migrations.Migration):
    dependencies = [("supplychain", "0005_index_beginnings")]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
