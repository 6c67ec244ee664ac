"""Market price sheets: what a market says its goods cost, row by row, and what became of each row."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.machine import Machine
from supplychain.models.commodity import Commodity
from supplychain.rules import states


class SourceKind(models.TextChoices):
    """Where prices come from."""

    PLATFORM = "PLATFORM", _("平台真实成交")
    SHEET = "SHEET", _("市场行情表")


class PriceSource(models.Model):
    """价格来源: the platform's own trades, or one market's sheets. Each source has its own index."""

    code = models.CharField(_("代码"), max_length=24, unique=True)
    name = models.CharField(_("名称"), max_length=64)
    kind = models.CharField(_("种类"), max_length=12, choices=SourceKind.choices)
    market = models.ForeignKey(
        "accounts.Market", models.PROTECT, null=True, blank=True, related_name="price_sources", verbose_name=_("市场")
    )
    currency = models.CharField(_("币种"), max_length=3, default="CNY")
    is_public = models.BooleanField(_("公开"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("价格来源")

    def __str__(self) -> str:
        return self.name


class PriceSheet(Machine):
    """行情表: one file of a market, known by its hash; the same file is refused a second time."""

    STATES = states.PRICE_SHEET

    sheet_no = models.CharField(_("编号"), max_length=32, unique=True)
    source = models.ForeignKey(PriceSource, models.PROTECT, related_name="sheets", verbose_name=_("来源"))
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(_("文件指纹"), max_length=64)
    columns = models.JSONField(_("列对照"))
    rows_total = models.PositiveIntegerField(_("行数"))
    rows_rejected = models.PositiveIntegerField(_("拒收行数"))
    kg_total = models.DecimalField(_("公斤合计"), max_digits=18, decimal_places=3)
    amount_fen_total = models.BigIntegerField(_("金额合计"))
    first_day = models.DateField(_("首日"))
    last_day = models.DateField(_("末日"))
    loaded_at = models.DateTimeField(_("导入时间"))
    loaded_by = models.CharField(_("经办"), max_length=80)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("行情表")
        constraints = [
            models.UniqueConstraint(name="price_sheet_once", fields=["source", "sha256"], condition=Q(status="LOADED")),
            models.CheckConstraint(name="price_sheet_rows", condition=Q(rows_rejected__lte=F("rows_total"))),
        ]

    def __str__(self) -> str:
        return self.sheet_no


class RowFault(models.TextChoices):
    """Why a row does not count, or not yet."""

    NONE = "", _("计入")
    NOT_A_DATE = "NOT_A_DATE", _("日期看不懂")
    NOT_A_NUMBER = "NOT_A_NUMBER", _("价格或重量不是数字")
    NOT_POSITIVE = "NOT_POSITIVE", _("价格或重量不大于零")
    NO_NAME = "NO_NAME", _("没有品名")
    WRONG_UNIT = "WRONG_UNIT", _("单位不认识")
    TOO_FEW_FIELDS = "TOO_FEW_FIELDS", _("列数不对")
    REPEATED = "REPEATED", _("同一天同一品名重复")
    LATER_THAN_TODAY = "LATER_THAN_TODAY", _("日期在今天之后")
    UNKNOWN_NAME = "UNKNOWN_NAME", _("品名没有编码对照")
    FAR_FROM_MEDIAN = "FAR_FROM_MEDIAN", _("价格离近期中位价太远")
    UNUSUAL = "UNUSUAL", _("价格少见，待人工看")


class RowVerdict(models.TextChoices):
    """What becomes of a row."""

    ACCEPTED = "ACCEPTED", _("计入")
    WAITING = "WAITING", _("等对照")
    QUARANTINED = "QUARANTINED", _("隔离")
    REJECTED = "REJECTED", _("拒收")


class PriceSheetRow(models.Model):
    """行情表明细: a line as it stood in the file. Nothing is filled in; a rejected line keeps its text."""

    sheet = models.ForeignKey(PriceSheet, models.PROTECT, related_name="rows", db_index=False, verbose_name=_("行情表"))
    line_no = models.PositiveIntegerField(_("行号"))
    day = models.DateField(_("日期"), null=True, blank=True)
    source_name = models.CharField(_("品名"), max_length=64, default="", blank=True)
    kg = models.DecimalField(_("公斤"), max_digits=14, decimal_places=3, null=True, blank=True)
    price_fen_kg = models.DecimalField(_("每公斤价（分）"), max_digits=16, decimal_places=4, null=True, blank=True)
    amount_fen = models.BigIntegerField(_("金额"), null=True, blank=True)
    commodity = models.ForeignKey(
        Commodity, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("商品")
    )
    verdict = models.CharField(_("结果"), max_length=12, choices=RowVerdict.choices)
    fault = models.CharField(_("原因"), max_length=20, choices=RowFault.choices, default="", blank=True)
    text = models.CharField(_("原文"), max_length=200, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("行情表明细")
        constraints = [
            models.UniqueConstraint(name="price_sheet_row_once", fields=["sheet", "line_no"]),
            models.CheckConstraint(
                name="price_sheet_row_complete",
                condition=Q(verdict="REJECTED")
                | Q(day__isnull=False, kg__gt=0, price_fen_kg__gt=0, amount_fen__gte=0) & ~Q(source_name=""),
            ),
            models.CheckConstraint(name="price_sheet_row_says_why", condition=Q(verdict="ACCEPTED") ^ ~Q(fault="")),
            models.CheckConstraint(
                name="price_sheet_row_known", condition=~Q(verdict="ACCEPTED") | Q(commodity__isnull=False)
            ),
        ]
        indexes = [
            models.Index(name="price_sheet_row_day", fields=["day", "sheet"]),
            models.Index(name="price_sheet_row_waits", fields=["source_name"], condition=Q(verdict="WAITING")),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}:{self.line_no}"
