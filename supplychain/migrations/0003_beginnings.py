"""The commodities of southern Xinjiang that every stall may sell from the first day, and how near books must be.

Own list: variety, other names, category, origin class, days it keeps fresh.
"""

from datetime import date
from decimal import Decimal

from django.db import migrations
from pypinyin import Style, lazy_pinyin

BEGAN = date(2024, 1, 1)
SOUTH, NORTH, INLAND, IMPORT = "SOUTH", "NORTH", "INLAND", "IMPORT"
LIST = (
    ("LEAFY", ("菠菜 - SOUTH 3", "芹菜 西芹 SOUTH 6", "香菜 芫荽 SOUTH 3", "油麦菜 - SOUTH 3", "生菜 - SOUTH 3",
               "小白菜 青菜 SOUTH 3", "韭菜 - SOUTH 3", "茼蒿 - SOUTH 3", "空心菜 - SOUTH 3", "苋菜 - SOUTH 3")),
    ("FRUITING", ("番茄 西红柿 SOUTH 7", "茄子 - SOUTH 7", "辣椒 青椒 SOUTH 8", "螺丝椒 - SOUTH 8", "圣女果 小番茄 SOUTH 6",
                  "彩椒 甜椒 INLAND 10")),
    ("GOURD", ("黄瓜 - SOUTH 6", "西葫芦 - SOUTH 8", "南瓜 - SOUTH 60", "冬瓜 - INLAND 30", "苦瓜 - INLAND 6",
               "丝瓜 - SOUTH 5", "葫芦瓜 - SOUTH 10")),
    ("ROOT", ("土豆 马铃薯 SOUTH 60", "胡萝卜 - SOUTH 30", "黄萝卜 - SOUTH 30", "白萝卜 - SOUTH 15", "恰玛古 蔓菁 SOUTH 45",
              "莲藕 - INLAND 10", "山药 - INLAND 30", "红薯 地瓜 INLAND 30", "甜菜 - SOUTH 30")),
    ("FUNGI", ("香菇 - INLAND 7", "平菇 - SOUTH 5", "金针菇 - INLAND 10", "杏鲍菇 - INLAND 12", "木耳 - INLAND 180",
               "双孢菇 口蘑 SOUTH 5")),
    ("AROMATIC", ("大葱 - SOUTH 20", "小葱 - SOUTH 4", "洋葱 皮芽子 SOUTH 60", "大蒜 - INLAND 120", "生姜 姜 INLAND 60",
                  "蒜薹 蒜苗 INLAND 30", "干辣椒 线辣椒 SOUTH 300", "小米辣 - INLAND 10")),
    ("CABBAGE", ("大白菜 - SOUTH 30", "莲花白 甘蓝 SOUTH 30", "花菜 菜花 SOUTH 8", "西兰花 - INLAND 7", "娃娃菜 - INLAND 12")),
    ("BEAN", ("豆角 豇豆 SOUTH 5", "四季豆 芸豆 SOUTH 6", "豌豆 - SOUTH 5", "毛豆 - SOUTH 4", "豆芽 - SOUTH 2",
              "鹰嘴豆 - SOUTH 300")),
    ("LOCAL_FRUIT", ("库尔勒香梨 香梨 SOUTH 90", "哈密瓜 甜瓜 SOUTH 12", "西瓜 - SOUTH 12", "葡萄 - SOUTH 10",
                     "无核白 无核白葡萄 SOUTH 10", "苹果 阿克苏苹果 SOUTH 60", "杏 杏子 SOUTH 4", "小白杏 - SOUTH 4",
                     "桃 桃子 SOUTH 5", "蟠桃 - NORTH 5", "石榴 - SOUTH 60", "无花果 - SOUTH 2", "桑葚 - SOUTH 2",
                     "李子 西梅 SOUTH 10", "鲜枣 冬枣 SOUTH 12", "沙棘 - SOUTH 5", "榅桲 木瓜 SOUTH 60", "樱桃 - SOUTH 5",
                     "草莓 - SOUTH 3")),
    ("OUTSIDE_FRUIT", ("香蕉 - INLAND 7", "橙子 脐橙 INLAND 30", "橘子 砂糖橘 INLAND 20", "柚子 - INLAND 60",
                       "菠萝 - INLAND 8", "芒果 - INLAND 8", "火龙果 - INLAND 10", "猕猴桃 - INLAND 20",
                       "柠檬 - INLAND 60", "车厘子 - IMPORT 10", "榴莲 - IMPORT 7", "山竹 - IMPORT 7")),
    ("DRY_FRUIT", ("红枣 灰枣 SOUTH 300", "骏枣 和田枣 SOUTH 300", "核桃 - SOUTH 300", "巴旦木 扁桃 SOUTH 300",
                   "葡萄干 - SOUTH 300", "杏干 - SOUTH 300", "无花果干 - SOUTH 300", "枸杞 - SOUTH 300",
                   "葵花籽 瓜子 SOUTH 300", "南瓜子 - SOUTH 300", "花生 - INLAND 180", "开心果 - IMPORT 300")),
    ("ANIMAL", ("羊肉 - SOUTH 4", "牛肉 - SOUTH 4", "猪肉 - INLAND 3", "鸡肉 - SOUTH 3", "鸭肉 - SOUTH 3", "鸽子 - SOUTH 3",
                "鸡蛋 - SOUTH 30", "鲤鱼 - SOUTH 2", "草鱼 - SOUTH 2", "博斯腾湖池沼公鱼 池沼公鱼 SOUTH 5", "五道黑 河鲈 SOUTH 2",
                "虾 对虾 INLAND 2", "羊杂 - SOUTH 2")),
    ("OTHER", ("豆腐 - SOUTH 3", "馕 - SOUTH 5", "酸奶 - SOUTH 7", "鲜奶 牛奶 SOUTH 3", "粉条 - SOUTH 180")),
)  # fmt: skip
METHOD = {
    "version": "2026-1",
    "valid_from": BEGAN,
    "kg_floor": Decimal(2),
    "kg_bps": 300,
    "money_floor_fen": 100,
    "money_bps": 50,
    "lag_days": 3,
    "source": "经营评估办法：重量 max(2 公斤, 3%)，金额 max(1 元, 0.5%)，相隔不超过 3 天",
}


def _pinyin(names: list[str]) -> str:
    said = []
    for name in names:
        said += ["".join(lazy_pinyin(name)), "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))]
    return " ".join(dict.fromkeys(said)).lower()


def enter(apps, schema_editor):
    """Enter the list; codes are the category's first letter, its place and the item's place."""
    commodity = apps.get_model("supplychain", "Commodity")
    rows = []
    for place, (category, items) in enumerate(LIST, start=1):
        for nth, item in enumerate(items, start=1):
            variety, other, origin, days = item.split()
            names = [variety] + ([] if other == "-" else [other])
            rows.append(
                commodity(
                    code=f"{place:02d}{nth:03d}",
                    variety=variety,
                    other_names="" if other == "-" else other,
                    pinyin=_pinyin(names),
                    category=category,
                    origin_class=origin,
                    shelf_life_days=int(days),
                    valid_from=BEGAN,
                )
            )
    commodity.objects.bulk_create(rows)
    apps.get_model("supplychain", "AgreementMethod").objects.create(**METHOD)


class Migration(migrations.Migration):
    dependencies = [("supplychain", "0002_append_only")]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
