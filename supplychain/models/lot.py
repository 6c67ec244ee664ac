"""Goods in stock, lot by lot."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.machine import Machine
from supplychain.models.commodity import Commodity
from supplychain.rules import states


class Lot(Machine):
    """批次: what arrived together. `on_hand_kg` follows its movements by a trigger; nothing else may write it."""

    STATES = states.LOT

    lot_no = models.CharField(_("批次号"), max_length=32, unique=True)
    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="lots", verbose_name=_("商户"))
    stall = models.ForeignKey(
        "accounts.Stall", models.PROTECT, related_name="lots", null=True, blank=True, verbose_name=_("摊位")
    )
    commodity = models.ForeignKey(Commodity, models.PROTECT, related_name="lots", verbose_name=_("商品"))
    origin = models.CharField(_("产地"), max_length=64, default="", blank=True)
    arrived_at = models.DateTimeField(_("到货时间"))
    best_before_at = models.DateTimeField(_("最佳食用期"))
    on_hand_kg = models.DecimalField(_("现有公斤"), max_digits=14, decimal_places=3, default=0)
    cost_fen = models.BigIntegerField(_("进货金额"), null=True, blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("批次")
        constraints = [
            models.CheckConstraint(name="lot_never_negative", condition=Q(on_hand_kg__gte=0)),
            models.CheckConstraint(name="lot_closed_is_empty", condition=~Q(status="CLOSED") | Q(on_hand_kg=0)),
            models.CheckConstraint(name="lot_cost", condition=Q(cost_fen__isnull=True) | Q(cost_fen__gte=0)),
        ]
        indexes = [
            models.Index(
                name="lot_on_hand", fields=["merchant", "commodity", "arrived_at"], condition=Q(on_hand_kg__gt=0)
            )
        ]

    def __str__(self) -> str:
        return self.lot_no


class StockKind(models.TextChoices):
    """Why stock moved; the sign of the kg follows from it, except for COUNTED."""

    RECEIVED = "RECEIVED", _("到货")
    SOLD = "SOLD", _("售出")
    RETURNED = "RETURNED", _("退回")
    LOST = "LOST", _("损耗")
    COUNTED = "COUNTED", _("盘点")


class StockMovement(models.Model):
    """库存变动: append-only; a mistake is mended by a counter-entry."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="movements", verbose_name=_("批次"))
    kind = models.CharField(_("种类"), max_length=12, choices=StockKind.choices)
    kg = models.DecimalField(_("公斤"), max_digits=14, decimal_places=3)
    source_no = models.CharField(_("依据"), max_length=64)
    reason = models.CharField(_("原因"), max_length=120, default="", blank=True)
    at = models.DateTimeField(_("时间"))
    made_by = models.CharField(_("经办"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = _("库存变动")
        constraints = [
            models.UniqueConstraint(name="stock_movement_once", fields=["lot", "kind", "source_no"]),
            models.CheckConstraint(
                name="stock_movement_sign",
                condition=Q(kind__in=["RECEIVED", "RETURNED"], kg__gt=0)
                | Q(kind__in=["SOLD", "LOST"], kg__lt=0)
                | Q(kind="COUNTED") & ~Q(kg=0),
            ),
        ]
        indexes = [models.Index(name="stock_movement_of_lot", fields=["lot", "at"])]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.kind} {self.kg}"


class Receiving(models.Model):
    """进货单: goods received from a grower or a wholesaler; its lines are lots."""

    receiving_no = models.CharField(_("进货单号"), max_length=32, unique=True)
    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="receivings", verbose_name=_("商户"))
    supplier_merchant = models.ForeignKey(
        "accounts.Merchant",
        models.PROTECT,
        related_name="deliveries",
        null=True,
        blank=True,
        verbose_name=_("供货方（店）"),
    )
    supplier_person = models.ForeignKey(
        "accounts.Person",
        models.PROTECT,
        related_name="deliveries",
        null=True,
        blank=True,
        verbose_name=_("供货方（人）"),
    )
    supplier_name = models.CharField(_("供货人"), max_length=64)
    received_at = models.DateTimeField(_("到货时间"))
    business_date = models.DateField(_("营业日"))
    amount_fen = models.BigIntegerField(_("进货金额"))
    draft_key = models.CharField(_("草稿号"), max_length=64, null=True, blank=True)  # noqa: DJ001  # unique where given
    made_by = models.CharField(_("经办"), max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = _("进货单")
        constraints = [
            models.CheckConstraint(name="receiving_amount", condition=Q(amount_fen__gte=0)),
            models.UniqueConstraint(name="receiving_draft_once", fields=["merchant", "draft_key"]),
        ]
        indexes = [models.Index(name="receiving_of_merchant", fields=["merchant", "-received_at"])]

    def __str__(self) -> str:
        return self.receiving_no


class ReceivingLine(models.Model):
    """进货明细: one commodity, its kg and price, and the lot it became."""

    receiving = models.ForeignKey(Receiving, models.PROTECT, related_name="lines", verbose_name=_("进货单"))
    line_no = models.PositiveSmallIntegerField(_("行"))
    lot = models.OneToOneField(Lot, models.PROTECT, related_name="receiving_line", verbose_name=_("批次"))
    kg = models.DecimalField(_("公斤"), max_digits=12, decimal_places=3)
    price_fen_kg = models.BigIntegerField(_("进价（分/公斤）"))
    amount_fen = models.BigIntegerField(_("金额"))

    class Meta:
        verbose_name = verbose_name_plural = _("进货明细")
        constraints = [
            models.UniqueConstraint(name="receiving_line_once", fields=["receiving", "line_no"]),
            models.CheckConstraint(
                name="receiving_line_amounts", condition=Q(kg__gt=0, price_fen_kg__gte=0, amount_fen__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receiving_id} {self.line_no}"
