"""What our services cost."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.institution import DateSpan
from payments.rules import tariff as rules
from payments.rules.service_fee import SEPARATE, SPLIT
from silk_road_ebao.kernel.machine import Machine


class Tariff(models.Model):
    """费率: the price list of one service; its prices stand in dated versions."""

    code = models.CharField(_("代码"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=64)
    service = models.CharField(_("服务"), max_length=24, default="PAYMENT")

    class Meta:
        verbose_name = verbose_name_plural = _("费率")

    def __str__(self) -> str:
        return self.name


class TariffVersion(Machine):
    """费率版本: prices in force over [valid_from, valid_until); two active versions of one day are impossible."""

    STATES = rules.TARIFF_VERSION

    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="versions", verbose_name=_("价目"))
    version = models.PositiveSmallIntegerField(_("版本"))
    valid_from = models.DateField(_("起"))
    valid_until = models.DateField(_("止"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=200)
    drafted_by = models.CharField(_("经办"), max_length=80)
    drafted_at = models.DateTimeField(_("起草时间"))

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("费率版本")
        constraints = [
            models.UniqueConstraint(name="tariff_version_once", fields=["tariff", "version"]),
            ExclusionConstraint(
                name="tariff_one_price",
                expressions=[
                    ("tariff", RangeOperators.EQUAL),
                    (DateSpan("valid_from", "valid_until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(status="ACTIVE"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff_id} v{self.version}"


class TariffLine(models.Model):
    """费率明细: one price; an empty condition fits all, and the line with most conditions wins."""

    version = models.ForeignKey(TariffVersion, models.PROTECT, related_name="lines", verbose_name=_("版本"))
    position = models.PositiveSmallIntegerField(_("序号"))
    scene = models.CharField(_("场景"), max_length=32, default="", blank=True)
    product = models.CharField(_("产品"), max_length=32, default="", blank=True)
    channel = models.CharField(_("渠道"), max_length=24, default="", blank=True)
    method = models.CharField(_("计费方式"), max_length=20, choices=[(m, m) for m in rules.METHODS])
    rate_bps = models.PositiveIntegerField(_("费率（万分之）"), default=0)
    flat_fen = models.PositiveIntegerField(_("每笔"), default=0)
    min_fen = models.PositiveIntegerField(_("最低"), default=0)
    cap_fen = models.PositiveIntegerField(_("封顶"), null=True, blank=True)
    tiers = models.JSONField(_("阶梯"), default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("费率明细")
        constraints = [
            models.UniqueConstraint(name="tariff_line_once", fields=["version", "position"]),
            models.UniqueConstraint(name="tariff_line_scope", fields=["version", "scene", "product", "channel"]),
            models.CheckConstraint(name="tariff_line_rate", condition=Q(rate_bps__lte=10_000)),
            models.CheckConstraint(
                name="tariff_line_cap", condition=Q(cap_fen__isnull=True) | Q(cap_fen__gte=models.F("min_fen"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.position}"


class ServiceContract(Machine):
    """服务合同: which tariff a merchant has signed, how the fee is collected, and whether a refund gives it back."""

    STATES = rules.CONTRACT

    contract_no = models.CharField(_("合同号"), max_length=64, unique=True)
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="service_contracts", verbose_name=_("商户")
    )
    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="contracts", verbose_name=_("价目"))
    collection = models.CharField(
        _("收取方式"), max_length=8, choices=[(SPLIT, _("分账收取")), (SEPARATE, _("单独收取"))]
    )
    returns_fee = models.BooleanField(_("退款退费"), default=True)
    valid_from = models.DateField(_("起"))
    valid_until = models.DateField(_("止"), null=True, blank=True)
    due_days = models.PositiveSmallIntegerField(_("账期（天）"), default=15)
    signed_at = models.DateTimeField(_("签约时间"), null=True, blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("服务合同")
        constraints = [
            ExclusionConstraint(
                name="contract_one_a_day",
                expressions=[
                    ("merchant", RangeOperators.EQUAL),
                    ("tariff", RangeOperators.EQUAL),
                    (DateSpan("valid_from", "valid_until", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(status="SIGNED"),
            )
        ]

    def __str__(self) -> str:
        return self.contract_no
