"""Orders, outbound notes and the funds book on the console, read-only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.columns import yuan_column
from silk_road_ebao.console.operator_admin import OperatorAdmin, RowsInline
from supplychain.models import FundsEntry, Order, OrderLine, Outbound, OutboundLine


class OrderLineInline(RowsInline):
    """What was agreed."""

    model = OrderLine
    fields = ("line_no", "commodity", "kg", "price_fen_kg", "amount_fen")
    show_change_link = False


class FundsInline(RowsInline):
    """The order's money."""

    model = FundsEntry
    fields = ("kind", "source_no", "amount_fen", "at")
    show_change_link = False


class OutboundLineInline(RowsInline):
    """The lots a note took."""

    model = OutboundLine
    show_change_link = False


@admin.register(Order)
class OrderAdmin(OperatorAdmin):
    """Orders in their three books; the buyer's phone and address stay sealed."""

    list_display = (
        "order_no", "merchant", "stall", "channel", "status", yuan_column("amount_fen", _("金额")), "placed_at",
        "attention",
    )  # fmt: skip
    list_filter = ("status", "attention", "channel", "handover")
    list_select_related = ("merchant", "stall")
    date_hierarchy = "business_date"
    search_fields = ("order_no", "payment_no", "merchant__merchant_no")
    ordering = ("-pk",)
    inlines = (OrderLineInline, FundsInline)


@admin.register(Outbound)
class OutboundAdmin(OperatorAdmin):
    """Outbound and return notes."""

    list_display = ("outbound_no", "direction", "order", "merchant", "reason", "refund_no", "issued_at", "made_by")
    list_filter = ("direction",)
    list_select_related = ("order", "merchant")
    date_hierarchy = "business_date"
    search_fields = ("outbound_no", "order__order_no", "refund_no")
    ordering = ("-pk",)
    inlines = (OutboundLineInline,)


@admin.register(FundsEntry)
class FundsEntryAdmin(OperatorAdmin):
    """The funds book."""

    list_display = (
        "source_no",
        "kind",
        "merchant",
        "order",
        yuan_column("amount_fen", _("金额")),
        "business_date",
        "at",
    )
    list_filter = ("kind",)
    list_select_related = ("merchant", "order")
    date_hierarchy = "business_date"
    search_fields = ("source_no", "payment_no", "order__order_no", "merchant__merchant_no")
    ordering = ("-pk",)
