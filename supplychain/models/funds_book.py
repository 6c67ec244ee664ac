"""The funds book: what was really received and given back, as payments say."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from supplychain.models.order import Order


class FundsKind(models.TextChoices):
    """Money in, or money back."""

    RECEIVED = "RECEIVED", _("收款")
    REFUNDED = "REFUNDED", _("退款")


class FundsEntry(models.Model):
    """资金账: one row per payment or refund, order or none; append-only, written from outbox facts alone."""

    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="funds_entries", db_index=False, verbose_name=_("商户")
    )
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="funds_entries", null=True, blank=True, verbose_name=_("订单")
    )
    kind = models.CharField(_("种类"), max_length=8, choices=FundsKind.choices)
    source_no = models.CharField(_("支付单或退款单"), max_length=32, unique=True)
    payment_no = models.CharField(_("支付单号"), max_length=32)
    amount_fen = models.BigIntegerField(_("金额"))
    at = models.DateTimeField(_("时间"))
    business_date = models.DateField(_("营业日"))

    class Meta:
        verbose_name = verbose_name_plural = _("资金账")
        constraints = [models.CheckConstraint(name="funds_entry_amount", condition=Q(amount_fen__gt=0))]
        indexes = [
            models.Index(name="funds_entry_of_merchant", fields=["merchant", "business_date"]),
            models.Index(name="funds_entry_of_payment", fields=["payment_no"]),
            models.Index(
                name="funds_entry_orderless", fields=["business_date", "merchant"], condition=Q(order__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.source_no
