"""Commodity codes on the console: read by all, ended by two people."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.kernel.clock import business_date
from supplychain.models import Commodity, CommodityConcordance, Goods
from supplychain.services.commodities import ask_to_end


def _end(press: Press) -> object:
    return ask_to_end(
        commodity=press.row, since=business_date(press.at), reason=press.reason, maker=press.actor, at=press.at
    )


@admin.register(Commodity)
class CommodityAdmin(OperatorAdmin):
    """Codes with their versions."""

    list_display = (
        "code",
        "version",
        "variety",
        "category",
        "grade",
        "sale_unit",
        "origin_class",
        "valid_from",
        "valid_until",
    )
    list_filter = ("category", "origin_class", "grade")
    search_fields = ("code", "variety", "other_names", "pinyin")
    ordering = ("code", "-version")
    buttons = (
        Button("end", _("申请停用"), _end, role="MAKER", asks_reason=True, shown=lambda row: row.valid_until is None),
    )


@admin.register(CommodityConcordance)
class CommodityConcordanceAdmin(OperatorAdmin):
    """Names of markets and what they mean."""

    list_display = (
        "source",
        "source_name",
        "commodity",
        "kg_factor",
        "valid_from",
        "valid_until",
        "reason",
        "decided_by",
    )
    list_filter = ("source",)
    list_select_related = ("commodity",)
    search_fields = ("source_name", "commodity__variety")
    ordering = ("source", "source_name", "-valid_from")


@admin.register(Goods)
class GoodsAdmin(OperatorAdmin):
    """What stalls offer."""

    list_display = ("goods_no", "stall", "commodity", "price_fen_kg", "is_on_sale", "is_in_store", "picks", "priced_at")
    list_filter = ("is_on_sale", "commodity__category")
    list_select_related = ("stall", "commodity")
    search_fields = ("goods_no", "stall__stall_no", "commodity__variety")
    ordering = ("-picks", "pk")
