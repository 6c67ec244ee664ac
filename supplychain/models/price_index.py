"""The supply-chain price index: method, trades, cells, releases. What was released stays as it was."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.machine import Machine
from supplychain.models.commodity import Category, Commodity, OriginClass
from supplychain.models.price_sheet import PriceSource, RowVerdict
from supplychain.rules import states
from supplychain.rules.index_method import IndexMethod


class IndexMethodVersion(models.Model):
    """指数方法版本: every parameter of the method (rules.index_method.IndexMethod); append-only."""

    version = models.CharField(_("版本"), max_length=16, unique=True)
    parameters = models.JSONField(_("参数"))
    valid_from = models.DateField(_("启用日"))
    note = models.CharField(_("说明"), max_length=200, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("指数方法版本")

    def __str__(self) -> str:
        return self.version

    def to_rules(self) -> IndexMethod:
        """Give the parameters as the rules take them."""
        return IndexMethod(version=self.version, **self.parameters)


class IndexTrade(models.Model):
    """指数成交: one eligible trade line, in whole grams and fen; refunds are netted into the day of the trade."""

    source = models.ForeignKey(PriceSource, models.PROTECT, related_name="+", db_index=False, verbose_name=_("来源"))
    day = models.DateField(_("日期"))
    week = models.DateField(_("周一"))
    commodity = models.ForeignKey(Commodity, models.PROTECT, related_name="+", db_index=False, verbose_name=_("商品"))
    market = models.ForeignKey(
        "accounts.Market", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("市场")
    )
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("商户")
    )
    grams = models.BigIntegerField(_("克"))
    amount_fen = models.BigIntegerField(_("金额"))
    verdict = models.CharField(_("结果"), max_length=12, choices=RowVerdict.choices, default=RowVerdict.ACCEPTED)
    fault = models.CharField(_("原因"), max_length=20, default="", blank=True)
    origin = models.BigIntegerField(_("依据"))

    class Meta:
        verbose_name = verbose_name_plural = _("指数成交")
        constraints = [
            models.UniqueConstraint(name="index_trade_once", fields=["source", "origin"]),
            models.CheckConstraint(name="index_trade_positive", condition=Q(grams__gt=0, amount_fen__gt=0)),
        ]
        indexes = [
            models.Index(name="index_trade_day", fields=["source", "day"]),
            # A week's cells are read from this alone, in the order in which they are summed.
            models.Index(
                name="index_trade_cell",
                fields=["source", "week", "commodity", "merchant", "market"],
                include=["day", "grams", "amount_fen"],
                condition=Q(verdict="ACCEPTED"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.day} {self.commodity_id}"


class Grain(models.TextChoices):
    """How long a period is."""

    DAY = "DAY", _("日")
    WEEK = "WEEK", _("周")
    MONTH = "MONTH", _("月")


class IndexCell(models.Model):
    """指数单元: unit value of one commodity in one week or month; every vintage is kept. Market null: all markets."""

    source = models.ForeignKey(PriceSource, models.PROTECT, related_name="+", db_index=False, verbose_name=_("来源"))
    grain = models.CharField(_("粒度"), max_length=5, choices=Grain.choices)
    period = models.DateField(_("期"))
    vintage = models.PositiveSmallIntegerField(_("版次"))
    commodity = models.ForeignKey(Commodity, models.PROTECT, related_name="+", db_index=False, verbose_name=_("商品"))
    market = models.ForeignKey(
        "accounts.Market", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("市场")
    )
    kg = models.DecimalField(_("公斤"), max_digits=18, decimal_places=3)
    amount_fen = models.BigIntegerField(_("金额"))
    merchants = models.PositiveIntegerField(_("商户数"), null=True)
    largest_share_bps = models.PositiveIntegerField(_("最大商户占比"), null=True)
    days = models.PositiveSmallIntegerField(_("天数"))
    trades = models.PositiveIntegerField(_("笔数"))
    fault = models.CharField(_("未用原因"), max_length=60, default="", blank=True)
    computed_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("指数单元")
        constraints = [
            models.UniqueConstraint(
                name="index_cell_once",
                fields=["source", "grain", "period", "vintage", "market", "commodity"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="index_cell_positive", condition=Q(kg__gt=0, amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.grain} {self.period} {self.commodity_id}"


class SeriesKind(models.TextChoices):
    """What a series shows."""

    HEADLINE = "HEADLINE", _("总指数")
    CATEGORY = "CATEGORY", _("分类指数")
    ORIGIN = "ORIGIN", _("产地指数")
    MARKET = "MARKET", _("市场指数")
    EXPLAINER = "EXPLAINER", _("季节对照指数")
    COMPANION = "COMPANION", _("伴随指标")


class Companion(models.TextChoices):
    """伴随指标: a panel beside the index, never mixed into one number."""

    VOLUME = "VOLUME", _("成交量指数")
    TURNOVER_DAYS = "TURNOVER_DAYS", _("周转天数")
    FRESHNESS = "FRESHNESS", _("新鲜度")
    LOSS_RATE = "LOSS_RATE", _("损耗率")
    ON_TIME = "ON_TIME", _("准时率")
    EXCURSION_MINUTES = "EXCURSION_MINUTES", _("温度超限分钟")
    ACTIVE_STALLS = "ACTIVE_STALLS", _("活跃摊位")


class IndexSeries(models.Model):
    """指数序列: the headline of a source, one sub-index, or one companion."""

    source = models.ForeignKey(
        PriceSource, models.PROTECT, related_name="series", db_index=False, verbose_name=_("来源")
    )
    grain = models.CharField(_("粒度"), max_length=5, choices=Grain.choices)
    kind = models.CharField(_("种类"), max_length=12, choices=SeriesKind.choices)
    category = models.CharField(_("类别"), max_length=16, choices=Category.choices, default="", blank=True)
    origin_class = models.CharField(_("产地"), max_length=8, choices=OriginClass.choices, default="", blank=True)
    market = models.ForeignKey(
        "accounts.Market", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("市场")
    )
    companion = models.CharField(_("指标"), max_length=20, choices=Companion.choices, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("指数序列")
        constraints = [
            models.UniqueConstraint(
                name="index_series_once",
                fields=["source", "grain", "kind", "category", "origin_class", "market", "companion"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.grain} {self.kind} {self.category}{self.origin_class}{self.companion}"


class ReleaseKind(models.TextChoices):
    """What a release is."""

    FIRST = "FIRST", _("初值")
    FINAL = "FINAL", _("终值")
    FLASH = "FLASH", _("日度快报")
    MONTH = "MONTH", _("月度")


class IndexRelease(Machine):
    """指数发布: what was computed and from what. Only its status ever moves, and only by four eyes."""

    STATES = states.INDEX_RELEASE

    release_no = models.CharField(_("发布号"), max_length=32, unique=True)
    source = models.ForeignKey(
        PriceSource, models.PROTECT, related_name="releases", db_index=False, verbose_name=_("来源")
    )
    kind = models.CharField(_("种类"), max_length=8, choices=ReleaseKind.choices)
    grain = models.CharField(_("粒度"), max_length=5, choices=Grain.choices)
    period = models.DateField(_("期"))
    vintage = models.PositiveSmallIntegerField(_("版次"))
    method = models.ForeignKey(IndexMethodVersion, models.PROTECT, related_name="+", verbose_name=_("编制办法"))
    is_trial = models.BooleanField(_("试编"))
    window_from = models.DateField(_("窗口起"), null=True)
    periods = models.PositiveSmallIntegerField(_("窗口期数"))
    cell_vintages = models.JSONField(_("单元版次"))
    input_hash = models.CharField(_("输入指纹"), max_length=64)
    cells_used = models.PositiveIntegerField(_("所用单元"))
    cells_rejected = models.PositiveIntegerField(_("未用单元"))
    rows_set_aside = models.PositiveIntegerField(_("未计入行"))
    matched_share_bps = models.PositiveIntegerField(_("可比份额"), null=True)
    value = models.DecimalField(_("指数"), max_digits=12, decimal_places=2, null=True)
    change_bps = models.IntegerField(_("环比"), null=True)
    year_change_bps = models.IntegerField(_("同比"), null=True)
    contributions = models.JSONField(_("贡献"), default=dict)
    shortfalls = models.JSONField(_("未发布原因"), default=list)
    released_at = models.DateTimeField(_("发布时间"))
    released_by = models.CharField(_("经办"), max_length=80)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("指数发布")
        constraints = [
            models.UniqueConstraint(name="index_release_vintage", fields=["source", "grain", "period", "vintage"]),
            models.CheckConstraint(name="index_release_says_why", condition=Q(status="PUBLISHED") | ~Q(shortfalls=[])),
            models.CheckConstraint(
                name="index_release_has_value", condition=~Q(status="PUBLISHED") | Q(value__isnull=False)
            ),
            models.CheckConstraint(
                name="index_release_never_filled", condition=~Q(status="WITHHELD") | Q(value__isnull=True)
            ),
        ]
        indexes = [models.Index(name="index_release_latest", fields=["source", "grain", "-period", "-vintage"])]

    def __str__(self) -> str:
        return self.release_no


class IndexValue(models.Model):
    """指数值: one series in one period as one release has it; null with the reason where there is too little."""

    release = models.ForeignKey(
        IndexRelease, models.PROTECT, related_name="values", db_index=False, verbose_name=_("发布")
    )
    series = models.ForeignKey(IndexSeries, models.PROTECT, related_name="values", verbose_name=_("序列"))
    period = models.DateField(_("期"))
    value = models.FloatField(_("值"), null=True)
    shortfalls = models.JSONField(_("原因"), default=list)

    class Meta:
        verbose_name = verbose_name_plural = _("指数值")
        constraints = [
            models.UniqueConstraint(name="index_value_once", fields=["release", "series", "period"]),
            models.CheckConstraint(name="index_value_or_reason", condition=Q(value__isnull=False) ^ ~Q(shortfalls=[])),
        ]

    def __str__(self) -> str:
        return f"{self.series_id} {self.period}"


class IndexErratum(models.Model):
    """勘误: a final that was wrong by more than the limit, with its right value; numbered, append-only."""

    erratum_no = models.CharField(_("勘误号"), max_length=32, unique=True)
    release = models.ForeignKey(IndexRelease, models.PROTECT, related_name="errata", verbose_name=_("发布"))
    corrected_by = models.ForeignKey(IndexRelease, models.PROTECT, related_name="corrects", verbose_name=_("更正为"))
    value_before = models.DecimalField(_("原值"), max_digits=12, decimal_places=2)
    value_after = models.DecimalField(_("更正值"), max_digits=12, decimal_places=2)
    cause = models.CharField(_("原因"), max_length=200)
    issued_at = models.DateTimeField(_("发布时间"))
    issued_by = models.CharField(_("经办"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = _("勘误")
        constraints = [models.UniqueConstraint(name="index_erratum_once", fields=["release", "corrected_by"])]

    def __str__(self) -> str:
        return self.erratum_no
