"""The outbound book: what really left the stall, lot by lot, and what came back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from supplychain.models.lot import Lot
from supplychain.models.order import Order, OrderLine


class Direction(models.TextChoices):
    """Out of the stall, or back to it."""

    OUT = "OUT", _("出货")
    BACK = "BACK", _("退货")


class Outbound(models.Model):
    """出货单: append-only. A wrong note is answered by one in the other direction."""

    outbound_no = models.CharField(_("出货单号"), max_length=32, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="outbounds", verbose_name=_("订单"))
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="outbounds", db_index=False, verbose_name=_("商户")
    )
    direction = models.CharField(_("方向"), max_length=4, choices=Direction.choices)
    reason = models.CharField(_("原因"), max_length=120, default="", blank=True)
    refund_no = models.CharField(_("退款单号"), max_length=32, null=True, blank=True, unique=True)
    issued_at = models.DateTimeField(_("出货时间"))
    business_date = models.DateField(_("营业日"))
    made_by = models.CharField(_("经办"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = _("出货单")
        indexes = [models.Index(name="outbound_of_merchant", fields=["merchant", "business_date"])]

    def __str__(self) -> str:
        return self.outbound_no


class OutboundLine(models.Model):
    """出货明细: the kg of one order line that left from one lot."""

    outbound = models.ForeignKey(Outbound, models.PROTECT, related_name="lines", verbose_name=_("出库单"))
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="outbound_lines", verbose_name=_("订单行"))
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="outbound_lines", verbose_name=_("批次"))
    kg = models.DecimalField(_("公斤"), max_digits=12, decimal_places=3)

    class Meta:
        verbose_name = verbose_name_plural = _("出货明细")
        constraints = [
            models.UniqueConstraint(name="outbound_line_once", fields=["outbound", "order_line", "lot"]),
            models.CheckConstraint(name="outbound_line_kg", condition=Q(kg__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.outbound_id} {self.lot_id}"
