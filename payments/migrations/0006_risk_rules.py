"""Enter the rules every house begins with: few act, most only watch until they were tried on history."""

from datetime import date

from django.db import migrations

SOURCE = "平台风险规则 2026-01；先试运行，两人复核后生效"
FROM = date(2026, 1, 1)

RULES = [
    ("velocity", "PAYMENT", "VELOCITY", {"minutes": 10, "bound": 120}, "HOLD", False),
    ("amount", "PAYMENT", "AMOUNT", {"bound": 50_000_000}, "REVIEW", True),
    ("device", "PAYMENT", "DEVICE", {"minutes": 60, "bound": 20}, "REVIEW", False),
    ("new-merchant", "PAYMENT", "NEW_MERCHANT", {"days": 30, "bound": 2_000_000}, "REVIEW", True),
    ("split-amount", "PAYMENT", "SPLIT_AMOUNT", {"minutes": 10, "bound": 12, "least_fen": 20_000}, "REVIEW", False),
    (
        "night-peers",
        "PAYMENT",
        "NIGHT",
        {"from_hour": 0, "to_hour": 4, "bound": 100_000, "peers_bps": 100_000},
        "REVIEW",
        False,
    ),
    ("refund-cycle", "PAYMENT", "REFUND_CYCLE", {"minutes": 1440, "bound": 5_000, "least_fen": 50_000}, "HOLD", False),
    ("account-change", "PAYMENT", "ACCOUNT_CHANGE", {"minutes": 4320, "least_fen": 1_000_000}, "REVIEW", False),
    ("static-misuse", "PAYMENT", "STATIC_MISUSE", {"minutes": 30, "bound": 10, "least_fen": 40_000}, "REVIEW", False),
    ("transfer-velocity", "TRANSFER", "VELOCITY", {"minutes": 60, "bound": 10}, "HOLD", True),
    ("transfer-amount", "TRANSFER", "AMOUNT", {"bound": 1_000_000}, "REFUSE", True),
    ("transfer-device", "TRANSFER", "DEVICE", {"minutes": 1440, "bound": 3}, "HOLD", True),
    ("transfer-cycle", "TRANSFER", "CYCLE", {"minutes": 1440, "bound": 8_000, "least_fen": 100_000}, "REVIEW", True),
    ("transfer-split", "TRANSFER", "SPLIT_AMOUNT", {"minutes": 60, "bound": 5, "least_fen": 10_000}, "REVIEW", True),
    ("transfer-binding", "TRANSFER", "BINDING_CHANGE", {"bound": 24, "least_fen": 50_000}, "HOLD", True),
    ("transfer-night", "TRANSFER", "NIGHT", {"from_hour": 0, "to_hour": 5, "bound": 500_000}, "REVIEW", True),
]

SCENES = [
    ("MARKET_SCAN", "摊位扫码", "MARKET", "DAILY", "", "STALL_CODE", "SMALL"),
    ("MARKET_BILL", "称重开单", "MARKET", "", "", "BILL_CODE", ""),
    ("TILL", "付款码", "", "", "", "PAYMENT_CODE", ""),
    ("STORE", "云店下单", "ONLINE", "", "", "BROWSER", ""),
    ("RESTOCK", "批发进货", "", "STOCK", "", "", "LARGE"),
]
FLOWS = {
    "MARKET_SCAN": ["WECHAT:JSAPI", "ALIPAY:JSAPI", "UNIONPAY:NATIVE"],
    "MARKET_BILL": ["WECHAT:NATIVE", "ALIPAY:NATIVE", "UNIONPAY:NATIVE"],
    "TILL": ["WECHAT:BARCODE", "ALIPAY:BARCODE", "UNIONPAY:BARCODE"],
    "STORE": ["WECHAT:JSAPI", "ALIPAY:JSAPI", "BANK:ACCOUNT"],
    "RESTOCK": ["BANK:ACCOUNT", "UNIONPAY:NATIVE", "WECHAT:NATIVE"],
}


def enter(apps, schema_editor):
    rule = apps.get_model("payments", "RiskRule")
    rule.objects.bulk_create(
        [
            rule(
                code=code, scope=scope, measure=measure, params=params, action=action, is_live=is_live,
                valid_from=FROM, source=SOURCE,
            )
            for code, scope, measure, params, action, is_live in RULES
        ]
    )  # fmt: skip
    scene = apps.get_model("payments", "SceneDefinition")
    names = ("code", "name", "environment", "motive", "relationship", "instrument", "amount_band")
    scene.objects.bulk_create(
        [scene(**dict(zip(names, row, strict=True)), flows=FLOWS[row[0]], valid_from=FROM) for row in SCENES],
        ignore_conflicts=True,
    )


def leave(apps, schema_editor):
    apps.get_model("payments", "RiskRule").objects.filter(code__in=[row[0] for row in RULES], hits=None).delete()
    codes = [row[0] for row in SCENES]
    apps.get_model("payments", "SceneDefinition").objects.filter(code__in=codes, contexts=None).delete()


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_confirm")]

    operations = [migrations.RunPython(enter, leave)]
