"""The order book: what was agreed, by SKU and person."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.machine import Machine
from supplychain.models.commodity import Commodity
from supplychain.rules import states


class OrderChannel(models.TextChoices):
    """Where the order came from: at the counter or on the store page."""

    COUNTER = "COUNTER", _("开单")
    STORE = "STORE", _("云店")


class Handover(models.TextChoices):
    """How the goods change hands."""

    AT_STALL = "AT_STALL", _("当面")
    PICK_UP = "PICK_UP", _("自提")
    DELIVERY = "DELIVERY", _("送货")


class Attention(models.TextChoices):
    """Why somebody should look at an order."""

    LATE_MONEY = "LATE_MONEY", _("取消以后才收到钱")
    PAID_TWICE = "PAID_TWICE", _("收了两次钱")


class Order(Machine):
    """订单: the order book's row. Once paid it is mended by counter-entries (returns), never edited."""

    STATES = states.ORDER

    order_no = models.CharField(_("订单号"), max_length=32, unique=True)
    merchant = models.ForeignKey(
        "accounts.Merchant", models.PROTECT, related_name="orders", db_index=False, verbose_name=_("商户")
    )
    stall = models.ForeignKey("accounts.Stall", models.PROTECT, related_name="orders", verbose_name=_("摊位"))
    channel = models.CharField(_("来源"), max_length=8, choices=OrderChannel.choices)
    handover = models.CharField(_("交货"), max_length=8, choices=Handover.choices, default=Handover.AT_STALL)
    buyer_person = models.ForeignKey(
        "accounts.Person", models.PROTECT, related_name="orders", null=True, blank=True, verbose_name=_("买家（人）")
    )
    buyer_merchant = models.ForeignKey(
        "accounts.Merchant",
        models.PROTECT,
        related_name="purchases",
        null=True,
        blank=True,
        verbose_name=_("买家（店）"),
    )
    buyer_name = models.CharField(_("买家"), max_length=64, default="", blank=True)
    buyer_phone = SealedField(null=True, blank=True)
    address = SealedField(null=True, blank=True)
    note = models.CharField(_("留言"), max_length=80, default="", blank=True)
    draft_key = models.CharField(_("草稿号"), max_length=64, null=True, blank=True)  # noqa: DJ001  # unique where given
    amount_fen = models.BigIntegerField(_("金额"))
    payment_no = models.CharField(_("支付单号"), max_length=32, null=True, blank=True, unique=True)
    placed_at = models.DateTimeField(_("下单时间"))
    business_date = models.DateField(_("营业日"))
    attention = models.CharField(_("要留意"), max_length=12, choices=Attention.choices, default="", blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("订单")
        constraints = [
            models.CheckConstraint(name="order_amount", condition=Q(amount_fen__gt=0)),
            models.UniqueConstraint(name="order_draft_once", fields=["stall", "draft_key"]),
        ]
        indexes = [
            models.Index(name="order_of_merchant", fields=["merchant", "-placed_at"]),
            models.Index(
                name="order_open", fields=["merchant", "placed_at"], condition=Q(status__in=["PLACED", "PAID"])
            ),
            models.Index(name="order_of_day", fields=["business_date", "merchant"]),
        ]

    def __str__(self) -> str:
        return self.order_no


class OrderLine(models.Model):
    """订单明细: one SKU, its kg and price; the amount is their product, half up.

    Stall and day are those of the order, kept here so that the index reads ten million lines without a join.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", db_index=False, verbose_name=_("订单"))
    line_no = models.PositiveSmallIntegerField(_("行"))
    commodity = models.ForeignKey(
        Commodity, models.PROTECT, related_name="order_lines", db_index=False, verbose_name=_("商品")
    )
    stall = models.ForeignKey(
        "accounts.Stall", models.PROTECT, related_name="+", db_index=False, verbose_name=_("摊位")
    )
    business_date = models.DateField(_("营业日"))
    kg = models.DecimalField(_("公斤"), max_digits=12, decimal_places=3)
    price_fen_kg = models.BigIntegerField(_("单价（分/公斤）"))
    amount_fen = models.BigIntegerField(_("金额"))

    class Meta:
        verbose_name = verbose_name_plural = _("订单明细")
        constraints = [
            models.UniqueConstraint(name="order_line_once", fields=["order", "line_no"]),
            models.CheckConstraint(
                name="order_line_amounts", condition=Q(kg__gt=0, price_fen_kg__gt=0, amount_fen__gt=0)
            ),
            models.CheckConstraint(
                name="order_line_product",
                condition=Q(
                    amount_fen=Round(ExpressionWrapper(F("kg") * F("price_fen_kg"), output_field=models.DecimalField()))
                ),
            ),
        ]
        indexes = [BrinIndex(name="order_line_by_day", fields=["business_date"], pages_per_range=32)]

    def __str__(self) -> str:
        return f"{self.order_id} {self.line_no}"


class OrderCorrection(models.Model):
    """订单冲正: a counter-entry to one line; the line itself is never changed. Kg and fen with their sign."""

    order_line = models.ForeignKey(
        OrderLine, models.PROTECT, related_name="corrections", db_index=False, verbose_name=_("订单行")
    )
    source_no = models.CharField(_("依据"), max_length=32)
    kg = models.DecimalField(_("公斤"), max_digits=12, decimal_places=3)
    amount_fen = models.BigIntegerField(_("金额"))
    reason = models.CharField(_("原因"), max_length=120)
    at = models.DateTimeField(_("时间"))
    made_by = models.CharField(_("经办"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = _("订单冲正")
        constraints = [
            models.UniqueConstraint(name="order_correction_once", fields=["order_line", "source_no"]),
            models.CheckConstraint(name="order_correction_moves", condition=~Q(kg=0, amount_fen=0)),
            models.CheckConstraint(name="order_correction_reasoned", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.source_no} {self.order_line_id}"
