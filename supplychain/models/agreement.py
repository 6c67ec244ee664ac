"""Three books in one: where order book, outbound book and funds book agree, and where they part."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AgreementMethod(models.Model):
    """三账口径: how near is near enough, by version and day; measured parameters are never literals in code."""

    version = models.CharField(_("版本"), max_length=16, unique=True)
    valid_from = models.DateField(_("启用日"), unique=True)
    kg_floor = models.DecimalField(_("重量容差（公斤）"), max_digits=9, decimal_places=3)
    kg_bps = models.PositiveIntegerField(_("重量容差（万分之）"))
    money_floor_fen = models.BigIntegerField(_("金额容差（分）"))
    money_bps = models.PositiveIntegerField(_("金额容差（万分之）"))
    lag_days = models.PositiveSmallIntegerField(_("最多相隔天数"))
    source = models.CharField(_("依据"), max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = _("三账口径")

    def __str__(self) -> str:
        return self.version


class Agreement(models.Model):
    """三账合一: one merchant and day, over the union of orders, outbound notes and receipts. Fen."""

    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="agreements", db_index=False, verbose_name=_("商户")
    )
    day = models.DateField(_("营业日"))
    cases = models.PositiveIntegerField(_("笔数"))
    cases_ok = models.PositiveIntegerField(_("一致笔数"))
    amount_fen = models.BigIntegerField(_("金额"))
    amount_ok_fen = models.BigIntegerField(_("一致金额"))
    is_final = models.BooleanField(_("已过时限"))
    method = models.ForeignKey(
        AgreementMethod, models.PROTECT, related_name="+", db_index=False, verbose_name=_("编制办法")
    )
    computed_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("三账合一")
        indexes = [models.Index(name="agreement_of_day", fields=["day"])]
        constraints = [
            models.UniqueConstraint(name="agreement_once", fields=["merchant", "day"]),
            models.CheckConstraint(
                name="agreement_parts",
                condition=Q(cases_ok__lte=F("cases"), amount_ok_fen__lte=F("amount_fen"), amount_ok_fen__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.day}"


class Parting(models.TextChoices):
    """Why the books part."""

    NO_ORDER = "NO_ORDER", _("有收款没有订单")
    ORDER_ONLY = "ORDER_ONLY", _("只有订单，没收款也没出货")
    NO_OUTBOUND = "NO_OUTBOUND", _("收了钱没有出货")
    NO_FUNDS = "NO_FUNDS", _("出了货没有收款")
    KG_DIFFERS = "KG_DIFFERS", _("出货重量和订单不一致")
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS", _("收款金额和订单不一致")
    TOO_LATE = "TOO_LATE", _("下单、出货、收款隔得太久")


class AgreementCase(models.Model):
    """三账差异: one order or receipt whose books part, and why; the agreeing ones are only counted."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="partings", verbose_name=_("三账比对"))
    order = models.ForeignKey(
        "supplychain.Order", models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("订单")
    )
    payment_no = models.CharField(_("支付单号"), max_length=32, default="", blank=True)
    cause = models.CharField(_("原因"), max_length=16, choices=Parting.choices)
    amount_fen = models.BigIntegerField(_("金额"))
    order_kg = models.DecimalField(_("订单公斤"), max_digits=14, decimal_places=3, null=True, blank=True)
    outbound_kg = models.DecimalField(_("出货公斤"), max_digits=14, decimal_places=3, null=True, blank=True)
    order_fen = models.BigIntegerField(_("订单金额"), null=True, blank=True)
    net_paid_fen = models.BigIntegerField(_("净收款"), null=True, blank=True)
    lag_days = models.IntegerField(_("相隔天数"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("三账差异")
        constraints = [
            models.CheckConstraint(name="agreement_case_subject", condition=Q(order__isnull=False) | ~Q(payment_no=""))
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.cause}"
