"""Facts: what each acquirer takes of a payment, by the contract with it; merchants are applied for at this rate."""

from datetime import date

from django.db import migrations

FROM = date(2026, 1, 1)
SOURCE = "收单合作协议"

RATES = [
    ("acquirer.rate.WECHAT", 38, "微信支付"),
    ("acquirer.rate.ALIPAY", 38, "支付宝"),
    ("acquirer.rate.UNIONPAY", 35, "银联商务"),
]


def enter(apps, schema_editor):
    """Enter the rates."""
    rule = apps.get_model("accounts", "DatedRule")
    for name, value, note in RATES:
        rule.objects.get_or_create(
            name=name,
            valid_from=FROM,
            defaults={"value": value, "unit": "bps", "source": SOURCE, "note": note},
        )


def leave(apps, schema_editor):
    """Take them out again."""
    names = [name for name, _value, _note in RATES]
    apps.get_model("accounts", "DatedRule").objects.filter(name__in=names, valid_from=FROM).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_consent_texts")]

    operations = [migrations.RunPython(enter, leave)]
