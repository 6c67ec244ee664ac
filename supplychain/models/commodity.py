"""What is traded, under codes that have versions."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """类别: the sub-index a commodity belongs to (南疆生鲜供应链指数)."""

    LEAFY = "LEAFY", _("叶菜")
    FRUITING = "FRUITING", _("茄果")
    GOURD = "GOURD", _("瓜菜")
    ROOT = "ROOT", _("根茎")
    FUNGI = "FUNGI", _("菌菇")
    AROMATIC = "AROMATIC", _("葱姜蒜椒")
    CABBAGE = "CABBAGE", _("甘蓝白菜")
    BEAN = "BEAN", _("豆类")
    LOCAL_FRUIT = "LOCAL_FRUIT", _("本地瓜果")
    OUTSIDE_FRUIT = "OUTSIDE_FRUIT", _("外来水果")
    DRY_FRUIT = "DRY_FRUIT", _("干坚果")
    ANIMAL = "ANIMAL", _("肉禽蛋水产")
    OTHER = "OTHER", _("其他")


class OriginClass(models.TextChoices):
    """产地: where it grew, as the index divides it."""

    SOUTH = "SOUTH", _("南疆")
    NORTH = "NORTH", _("北疆")
    INLAND = "INLAND", _("内地")
    IMPORT = "IMPORT", _("进口")


class Grade(models.TextChoices):
    """等级."""

    FIRST = "FIRST", _("一级")
    SECOND = "SECOND", _("二级")
    UNGRADED = "UNGRADED", _("统货")


class SaleUnit(models.TextChoices):
    """销售单位: always convertible to kg."""

    KG = "KG", _("公斤")
    BOX = "BOX", _("箱")
    PIECE = "PIECE", _("个")


class Commodity(models.Model):
    """商品编码: variety × grade × sale unit × origin class; one row a version, never changed once sold."""

    code = models.CharField(_("编码"), max_length=32)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    variety = models.CharField(_("品种"), max_length=64)
    other_names = models.CharField(_("别名"), max_length=120, default="", blank=True)
    pinyin = models.CharField(_("拼音"), max_length=240)
    category = models.CharField(_("类别"), max_length=16, choices=Category.choices)
    grade = models.CharField(_("等级"), max_length=12, choices=Grade.choices, default=Grade.UNGRADED)
    sale_unit = models.CharField(_("销售单位"), max_length=8, choices=SaleUnit.choices, default=SaleUnit.KG)
    unit_kg = models.DecimalField(_("每单位公斤"), max_digits=9, decimal_places=3, default=1)
    origin_class = models.CharField(_("产地"), max_length=8, choices=OriginClass.choices, default=OriginClass.SOUTH)
    shelf_life_days = models.PositiveSmallIntegerField(_("保鲜天数"), default=7)
    valid_from = models.DateField(_("启用日"))
    valid_until = models.DateField(_("停用日"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("商品编码")
        constraints = [
            models.UniqueConstraint(name="commodity_version_once", fields=["code", "version"]),
            models.UniqueConstraint(
                name="commodity_cell_once",
                fields=["variety", "grade", "sale_unit", "origin_class"],
                condition=Q(valid_until__isnull=True),
            ),
            models.CheckConstraint(name="commodity_unit_kg", condition=Q(unit_kg__gt=0)),
            models.CheckConstraint(name="commodity_kg_is_kg", condition=~Q(sale_unit="KG") | Q(unit_kg=1)),
            models.CheckConstraint(
                name="commodity_validity", condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return self.variety if self.grade == Grade.UNGRADED else f"{self.variety} {self.get_grade_display()}"


class CommodityConcordance(models.Model):
    """编码对照: a renamed or re-coded commodity continues another; without it the index holds for review."""

    source_name = models.CharField(_("原名称"), max_length=64)
    source = models.CharField(_("来源"), max_length=64)
    commodity = models.ForeignKey(Commodity, models.PROTECT, related_name="concordances", verbose_name=_("商品"))
    kg_factor = models.DecimalField(_("公斤系数"), max_digits=9, decimal_places=4, default=1)
    valid_from = models.DateField(_("启用日"))
    valid_until = models.DateField(_("停用日"), null=True, blank=True)
    reason = models.CharField(_("依据"), max_length=200)
    decided_by = models.CharField(_("经办"), max_length=80)
    decided_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("编码对照")
        constraints = [
            models.UniqueConstraint(
                name="concordance_once", fields=["source", "source_name"], condition=Q(valid_until__isnull=True)
            ),
            models.CheckConstraint(name="concordance_factor", condition=Q(kg_factor__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.source_name} → {self.commodity_id}"
