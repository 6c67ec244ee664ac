"""Facts: acquirers, banks and credit agencies by name, and the card prefixes of the large banks."""

from datetime import date

from django.db import migrations

XINJIANG = "65"

INSTITUTIONS = [
    ("WECHAT", "ACQUIRER", "财付通支付科技有限公司", "微信支付", XINJIANG),
    ("ALIPAY", "ACQUIRER", "支付宝(中国)网络技术有限公司", "支付宝", XINJIANG),
    ("UNIONPAY", "ACQUIRER", "银联商务股份有限公司", "银联商务", XINJIANG),
    ("ICBC", "BANK", "中国工商银行股份有限公司", "工商银行", XINJIANG),
    ("ABC", "BANK", "中国农业银行股份有限公司", "农业银行", XINJIANG),
    ("BOC", "BANK", "中国银行股份有限公司", "中国银行", XINJIANG),
    ("CCB", "BANK", "中国建设银行股份有限公司", "建设银行", XINJIANG),
    ("BOCOM", "BANK", "交通银行股份有限公司", "交通银行", XINJIANG),
    ("PSBC", "BANK", "中国邮政储蓄银行股份有限公司", "邮储银行", XINJIANG),
    ("CMB", "BANK", "招商银行股份有限公司", "招商银行", XINJIANG),
    ("CITIC", "BANK", "中信银行股份有限公司", "中信银行", XINJIANG),
    ("CEB", "BANK", "中国光大银行股份有限公司", "光大银行", XINJIANG),
    ("KLB", "BANK", "昆仑银行股份有限公司", "昆仑银行", XINJIANG),
    ("XJRCU", "BANK", "新疆农村信用社联合社", "新疆农信", XINJIANG),
    ("BAIHANG", "CREDIT_AGENCY", "百行征信有限公司", "百行征信", ""),
    ("PUDAO", "CREDIT_AGENCY", "朴道征信有限公司", "朴道征信", ""),
]

BINS = {
    ("ICBC", 19): "622202 622200 622203 622208 621225 621226 955880",
    ("ABC", 19): "622848 622845 622846 622849 95599",
    ("BOC", 19): "621660 621661 621663 621666 621668 621669 456351 601382",
    ("CCB", 19): "621700 622700 622280 436742",
    ("BOCOM", 19): "622260 622261 622262",
    ("BOCOM", 17): "622258 622259 601428 405512",
    ("PSBC", 19): "622188 622199 621798 621799 621096 621098 955100",
    ("CMB", 16): "622588 622580 622609 621483 621485 621486 410062 468203",
    ("CITIC", 16): "622690 622691 622692 622696 622698 433670 433680 442729",
    ("CEB", 16): "622660 622661 622662 622663 622664 622665 622666 622667 622668 622669",
}
AS_OF = date(2016, 1, 1)
SOURCE = "发卡行公开卡样(借记卡)，以发卡行与银联的对照表为准"


def enter(apps, schema_editor):
    """Enter whatever is not there."""
    institution = apps.get_model("accounts", "Institution")
    bank_bin = apps.get_model("accounts", "BankBin")
    for code, kind, name, short_name, province in INSTITUTIONS:
        institution.objects.get_or_create(
            code=code,
            defaults={"kind": kind, "name": name, "short_name": short_name, "province": province, "status": "ACTIVE"},
        )
    for (code, length), prefixes in BINS.items():
        bank = institution.objects.get(code=code)
        for prefix in prefixes.split():
            bank_bin.objects.get_or_create(
                prefix=prefix, card_length=length, valid_from=AS_OF, defaults={"bank": bank, "source": SOURCE}
            )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_guards")]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop, elidable=False)]
