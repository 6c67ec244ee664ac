"""What acquirers pay to merchants."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Settlement(models.Model):
    """结算单: one merchant and business day across acquirers. The acquirer pays; we reckon and record. Fen."""

    statement_no = models.CharField(_("结算单号"), max_length=32, unique=True)
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="settlements", db_index=False, verbose_name=_("商户")
    )
    day = models.DateField(_("营业日"))
    cycle = models.CharField(_("到账周期"), max_length=4, choices=[("T1", _("次工作日")), ("T0", _("当日"))])
    payout_date = models.DateField(_("到账日"))
    payments = models.BigIntegerField(_("笔数"))
    gross_fen = models.BigIntegerField(_("收款"))
    refunds = models.BigIntegerField(_("退款笔数"))
    refunded_fen = models.BigIntegerField(_("退款"))
    fee_fen = models.BigIntegerField(_("通道手续费"))
    split_fen = models.BigIntegerField(_("分账"))
    adjustment_fen = models.BigIntegerField(_("调整"))
    net_fen = models.BigIntegerField(_("当日净额"))
    carried_in_fen = models.BigIntegerField(_("上日结转"))
    payout_fen = models.BigIntegerField(_("应到账"))
    carried_out_fen = models.BigIntegerField(_("结转下日"))
    service_fee_fen = models.BigIntegerField(_("平台服务费"), default=0)
    made_at = models.DateTimeField(_("出单时间"))
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("结算单")
        constraints = [
            models.UniqueConstraint(name="settlement_once", fields=["merchant", "day"]),
            models.CheckConstraint(
                name="settlement_net",
                condition=Q(
                    net_fen=F("gross_fen") - F("refunded_fen") - F("fee_fen") - F("split_fen") + F("adjustment_fen")
                ),
            ),
        ]
        indexes = [models.Index(name="settlement_payout", fields=["payout_date"])]

    def __str__(self) -> str:
        return self.statement_no


class SettlementLine(models.Model):
    """结算明细: the part of one acquirer; what it must pay out, and what it says it paid."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="lines", verbose_name=_("结算单"))
    sub_merchant = models.ForeignKey(
        "payments.SubMerchant", models.PROTECT, related_name="+", db_index=False, verbose_name=_("特约商户号")
    )
    acquirer_code = models.CharField(_("收单机构"), max_length=24)
    day = models.DateField(_("营业日"))
    payments = models.BigIntegerField(_("笔数"))
    gross_fen = models.BigIntegerField(_("收款"))
    refunds = models.BigIntegerField(_("退款笔数"))
    refunded_fen = models.BigIntegerField(_("退款"))
    fee_fen = models.BigIntegerField(_("通道手续费"))
    expected_fee_fen = models.BigIntegerField(_("应收手续费"))
    split_fen = models.BigIntegerField(_("分账"))
    adjustment_fen = models.BigIntegerField(_("调整"))
    net_fen = models.BigIntegerField(_("当日净额"))
    carried_in_fen = models.BigIntegerField(_("上日结转"))
    payout_fen = models.BigIntegerField(_("应到账"))
    carried_out_fen = models.BigIntegerField(_("结转下日"))
    paid_fen = models.BigIntegerField(_("实到账"), null=True, blank=True)
    paid_date = models.DateField(_("实到账日"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("结算明细")
        constraints = [
            models.UniqueConstraint(name="settlement_line_once", fields=["sub_merchant", "day"]),
            models.CheckConstraint(
                name="settlement_line_net",
                condition=Q(
                    net_fen=F("gross_fen") - F("refunded_fen") - F("fee_fen") - F("split_fen") + F("adjustment_fen")
                ),
            ),
            models.CheckConstraint(
                name="settlement_line_payout",
                condition=Q(payout_fen__gte=0, carried_out_fen__lte=0)
                & Q(payout_fen=F("net_fen") + F("carried_in_fen") - F("carried_out_fen")),
            ),
        ]
        indexes = [models.Index(name="settlement_line_day", fields=["day", "acquirer_code"])]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.acquirer_code}"


class SettlementAdjustment(models.Model):
    """结算调整: an amount added (or taken off, negative) by a settled case, a late payment or a corrected bill.

    `captured_fen` of it the ledger has under `origin_day` already, a late payment's capture: only the rest is posted.
    """

    sub_merchant = models.ForeignKey(
        "payments.SubMerchant", models.PROTECT, related_name="+", verbose_name=_("特约商户号")
    )
    day = models.DateField(_("计入营业日"))
    amount_fen = models.BigIntegerField(_("金额"))
    origin_day = models.DateField(_("原营业日"), null=True, blank=True)
    captured_fen = models.BigIntegerField(_("其中已记账"), default=0, db_default=0)
    reason = models.CharField(_("原因"), max_length=120)
    source_no = models.CharField(_("依据"), max_length=64)
    made_by = models.CharField(_("经办"), max_length=80)
    made_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("结算调整")
        constraints = [
            models.UniqueConstraint(name="settlement_adjustment_once", fields=["sub_merchant", "source_no"]),
            models.CheckConstraint(name="settlement_adjustment_amount", condition=~Q(amount_fen=0)),
        ]
        indexes = [
            models.Index(name="settlement_adjustment_day", fields=["day"]),
            models.Index(
                name="settlement_adjustment_origin", fields=["origin_day"], condition=Q(origin_day__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.source_no
