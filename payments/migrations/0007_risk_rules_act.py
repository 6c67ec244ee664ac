"""Let the rules act that hurt nobody honest; one only watches still, for an attacker could shut a stall with it."""

from datetime import date

from django.db import migrations

FROM = date(2026, 1, 1)
SOURCE = "平台风险规则 2026-11；限额按市场实测留足余量，改动须两人复核"
ONLY_WATCH = "平台风险规则 2026-11；只提示不拦截：若按商户拦截，别人刷单就能让摊位收不了款"
ACTING = {
    # One phone that asks for a bill every two minutes for an hour and lets them lie: that phone is refused.
    "device": ("REFUSE", {"minutes": 60, "bound": 30}),
    "split-amount": ("REVIEW", {"minutes": 10, "bound": 12, "least_fen": 20_000}),
    "night-peers": ("REVIEW", {"from_hour": 0, "to_hour": 4, "bound": 100_000, "peers_bps": 100_000}),
    "refund-cycle": ("HOLD", {"minutes": 1440, "bound": 5_000, "least_fen": 50_000, "least_refunds": 5}),
    "account-change": ("REVIEW", {"minutes": 4320, "least_fen": 1_000_000}),
    "static-misuse": ("REVIEW", {"minutes": 30, "bound": 10, "least_fen": 40_000}),
}


def act(apps, schema_editor):
    rules = apps.get_model("payments", "RiskRule").objects.filter(valid_from=FROM, scope="PAYMENT", is_live=False)
    for code, (action, params) in ACTING.items():
        rules.filter(code=code).update(action=action, params=params, is_live=True, source=SOURCE)
    rules.filter(code="velocity").update(source=ONLY_WATCH)


def watch(apps, schema_editor):
    apps.get_model("payments", "RiskRule").objects.filter(valid_from=FROM, code__in=ACTING, source=SOURCE).update(
        is_live=False
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_risk_rules")]

    operations = [migrations.RunPython(act, watch)]
