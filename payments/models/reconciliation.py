"""Our records against a bill."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.models.bill import BillKind


class Reconciliation(models.Model):
    """对账批次: one acquirer, day and kind of bill; run again it says the same. Amounts in fen."""

    acquirer_code = models.CharField(_("收单机构"), max_length=24)
    day = models.DateField(_("营业日"))
    kind = models.CharField(_("种类"), max_length=8, choices=BillKind.choices)
    runs = models.PositiveIntegerField(_("次数"), default=0)
    ours_count = models.BigIntegerField(_("我方笔数"), default=0)
    ours_fen = models.BigIntegerField(_("我方金额"), default=0)
    theirs_count = models.BigIntegerField(_("对方笔数"), default=0)
    theirs_fen = models.BigIntegerField(_("对方金额"), default=0)
    matched_count = models.BigIntegerField(_("相符笔数"), default=0)
    differences = models.BigIntegerField(_("差错"), default=0)
    ran_at = models.DateTimeField(_("对账时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("对账批次")
        constraints = [models.UniqueConstraint(name="reconciliation_once", fields=["acquirer_code", "day", "kind"])]

    def __str__(self) -> str:
        return f"{self.acquirer_code} {self.day} {self.kind}"


class ReconciliationLine(models.Model):
    """对账小计: what one sub-merchant's day comes to, ours joined with the bill; statements are made from it.

    `fee_fen` is as billed where the row was found, else as expected; fees given back are taken off.
    """

    reconciliation = models.ForeignKey(Reconciliation, models.PROTECT, related_name="lines", verbose_name=_("对账"))
    sub_merchant = models.ForeignKey(
        "payments.SubMerchant", models.PROTECT, related_name="+", verbose_name=_("特约商户号")
    )
    payments = models.BigIntegerField(_("支付笔数"), default=0)
    gross_fen = models.BigIntegerField(_("收款"), default=0)
    refunds = models.BigIntegerField(_("退款笔数"), default=0)
    refunded_fen = models.BigIntegerField(_("退款"), default=0)
    fee_fen = models.BigIntegerField(_("手续费"), default=0)
    expected_fee_fen = models.BigIntegerField(_("应收手续费"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("对账小计")
        constraints = [
            models.UniqueConstraint(name="reconciliation_line_once", fields=["reconciliation", "sub_merchant"])
        ]

    def __str__(self) -> str:
        return f"{self.reconciliation_id} {self.sub_merchant_id}"
