"""Facts: legal limits with their dates and sources. Those not read in the original are marked so."""

from datetime import date

from django.db import migrations

D261, D302, D2018, D296 = date(2016, 12, 1), date(2016, 12, 1), date(2018, 1, 10), date(2018, 4, 1)
S302, S18, S261, S296 = "银发〔2016〕302号", "银发〔2018〕16号", "银发〔2016〕261号", "银发〔2017〕296号"
AML = "反洗钱法(2024年修订)"
PIPL = "个人信息保护法"
HOUSE = "丝路e宝运营规则"

RULES = [
    # name, value, unit, from, until, source, note
    ("class_II.in.daily.COUNTER", 1_000_000, "fen", D302, None, S302, "非绑定账户转入与存现，须面对面核实"),
    ("class_II.in.yearly.COUNTER", 20_000_000, "fen", D302, None, S302, "非绑定账户转入与存现，须面对面核实"),
    ("class_II.in.daily.ONLINE", 0, "fen", D302, None, S302, "未经面对面核实不得由非绑定账户转入"),
    ("class_II.in.yearly.ONLINE", 0, "fen", D302, None, S302, "未经面对面核实不得由非绑定账户转入"),
    ("class_II.out.daily", 1_000_000, "fen", D302, None, S302, "消费、缴费、非绑定账户转出与取现"),
    ("class_II.out.yearly", 20_000_000, "fen", D302, None, S302, "消费、缴费、非绑定账户转出与取现"),
    ("class_III.out.daily", 500_000, "fen", D302, D2018, S302, ""),
    ("class_III.out.daily", 200_000, "fen", D2018, None, S18, "生效日按发文日，待核对"),
    ("class_III.out.yearly", 10_000_000, "fen", D302, D2018, S302, ""),
    ("class_III.out.yearly", 5_000_000, "fen", D2018, None, S18, "生效日按发文日，待核对"),
    ("class_III.balance", 100_000, "fen", D302, D2018, S302, "任一时点"),
    ("class_III.balance", 200_000, "fen", D2018, None, S18, "任一时点；生效日按发文日，待核对"),
    ("class_I.per_bank", 1, "个", D261, None, S261, "同一银行一个Ⅰ类户"),
    ("class_II.per_bank", 5, "个", D302, None, S302, ""),
    ("class_III.per_bank", 5, "个", D302, None, S302, ""),
    ("silence.months", 6, "月", D261, None, S261, "六个月无交易，先核实再用"),
    ("list.exit_days", 10, "天", D261, None, S261, "列入名单的商户十日内清退"),
    ("qr.daily.B", 500_000, "fen", D296, None, S296, "付款方机构执行"),
    ("qr.daily.C", 100_000, "fen", D296, None, S296, "付款方机构执行"),
    ("qr.daily.D", 50_000, "fen", D296, None, S296, "静态条码"),
    ("micro.credit_card.daily", 100_000, "fen", D296, None, S296, "小微，每证每收单机构"),
    ("micro.credit_card.monthly", 1_000_000, "fen", D296, None, S296, "小微，每证每收单机构"),
    ("t0.onboard_days", 90, "天", D261, None, S261, ""),
    ("t0.normal_days", 30, "天", D261, None, S261, ""),
    ("split.max_bps", 3_000, "bps", date(2020, 1, 1), None, "收单机构通行比例", "未见原文，以收单机构查询到的实际比例为准"),
    ("aml.large.cash", 5_000_000, "fen", date(2017, 7, 1), None, "中国人民银行令〔2016〕第3号", "每日累计"),
    ("aml.large.company", 200_000_000, "fen", date(2017, 7, 1), None, "中国人民银行令〔2016〕第3号", "每日累计"),
    ("aml.large.person", 50_000_000, "fen", date(2017, 7, 1), None, "中国人民银行令〔2016〕第3号", "每日累计，境内"),
    ("retention.transaction_years", 5, "年", date(2007, 1, 1), date(2025, 1, 1), "反洗钱法(2006年)", ""),
    ("retention.transaction_years", 10, "年", date(2025, 1, 1), None, AML, "客户身份资料与交易记录"),
    ("retention.disclosure_years", 3, "年", date(2021, 11, 1), None, PIPL, "对外提供记录"),
    ("retention.log_months", 6, "月", date(2017, 6, 1), None, "网络安全法", "网络日志"),
    ("loan.all_in_max_bps", 2_400, "bps", date(2025, 10, 1), None, "金规〔2025〕9号", "年化综合成本"),
    ("settlement_change.cool_off_hours", 24, "小时", date(2016, 12, 1), None, HOUSE, "更换结算账户的冷静期"),
]


def enter(apps, schema_editor):
    """Enter the table."""
    rule = apps.get_model("accounts", "DatedRule")
    for name, value, unit, valid_from, valid_until, source, note in RULES:
        rule.objects.get_or_create(
            name=name,
            valid_from=valid_from,
            defaults={
                "value": value, "unit": unit, "valid_until": valid_until, "source": source, "note": note,
                "is_read_in_source": source == HOUSE,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_institutions")]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop, elidable=False)]
