"""The words people consent to, one text per purpose, with its fixed hash."""

import hashlib
from datetime import UTC, datetime

from django.db import migrations

VERSION = "2026-11"
PUBLISHED = datetime(2026, 11, 1, tzinfo=UTC)
COMMON = (
    "你可以只勾选其中几项；不勾选，别的功能照常用。"
    "你随时可以在“我的授权”里撤回，撤回后对方马上看不到新的资料。"
    "每一次提供都会记下来，你可以查看。到期后授权自动失效。"
)
TEXTS = {
    "ACCOUNT_OPENING": "我同意丝路e宝把勾选的资料提供给所选银行，只用于为我办理开户。是否开户由银行决定。",
    "ACCOUNT_VERIFICATION": "我同意丝路e宝把勾选的资料提供给所选银行，只用于核实我的结算账户。",
    "CREDIT_APPLICATION": "我同意丝路e宝把勾选的资料提供给所选机构，只用于我这一次的贷款申请。是否放款由银行决定，丝路e宝不向我收费。",
    "CREDIT_REPORT": "我同意丝路e宝把勾选的经营资料提供给所选持牌征信机构，只用于出具我的经营评估。",
    "PRODUCT_MATCHING": "我同意丝路e宝用勾选的资料，为我匹配所选银行的产品。资料不因此提供给银行。",
    "POINTS": "我同意丝路e宝把勾选的资料提供给所选银行，只用于发放和结算积分权益。",
}


def enter(apps, schema_editor):
    """Enter the texts."""
    text = apps.get_model("accounts", "ConsentText")
    for purpose, words in TEXTS.items():
        body = f"{words}\n{COMMON}"
        text.objects.get_or_create(
            purpose=purpose,
            version=VERSION,
            defaults={
                "body": body,
                "sha256": hashlib.sha256(body.encode()).hexdigest(),
                "published_at": PUBLISHED,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_dated_rules")]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop, elidable=False)]
