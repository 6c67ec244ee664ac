"""Stock on the console, read-only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.columns import yuan_column
from silk_road_ebao.console.operator_admin import OperatorAdmin, RowsInline
from supplychain.models import Lot, Receiving, ReceivingLine, StockMovement


class MovementInline(RowsInline):
    """What happened to a lot."""

    model = StockMovement
    show_change_link = False


class ReceivingLineInline(RowsInline):
    """The lots a note became."""

    model = ReceivingLine
    show_change_link = False


@admin.register(Lot)
class LotAdmin(OperatorAdmin):
    """Lots with their movements."""

    list_display = ("lot_no", "merchant", "commodity", "on_hand_kg", "origin", "arrived_at", "best_before_at", "status")
    list_filter = ("status", "commodity__category")
    list_select_related = ("merchant", "commodity")
    search_fields = ("lot_no", "merchant__merchant_no", "commodity__variety")
    ordering = ("-pk",)
    inlines = (MovementInline,)


@admin.register(Receiving)
class ReceivingAdmin(OperatorAdmin):
    """Receiving notes."""

    list_display = ("receiving_no", "merchant", "supplier_name", yuan_column("amount_fen", _("金额")), "received_at")
    list_select_related = ("merchant",)
    search_fields = ("receiving_no", "merchant__merchant_no", "supplier_name")
    ordering = ("-pk",)
    inlines = (ReceivingLineInline,)
