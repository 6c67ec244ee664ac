"""Facts and their deliveries; dead letters go out again at the press of a button."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.columns import state_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press, RowsInline
from silk_road_ebao.kernel.models import OutboxDelivery, OutboxFact
from silk_road_ebao.kernel.outbox import redeliver

TONES = {_("已送达"): "success", _("已放弃"): "danger", _("等待中"): "warning"}
DELIVERED, DEAD, WAITING = TONES


def _state(row: OutboxDelivery) -> Any:
    return DELIVERED if row.delivered_at else DEAD if row.dead_at else WAITING


def _redeliver(press: Press) -> OutboxDelivery:
    return redeliver(press.row.pk, actor=press.actor, at=press.at)


class DeliveryState(admin.SimpleListFilter):
    """Waiting, delivered, or given up."""

    title = _("投递状态")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the three states."""
        return [("dead", DEAD), ("waiting", WAITING), ("delivered", DELIVERED)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep the rows in the chosen state."""
        if self.value() == "dead":
            return queryset.filter(dead_at__isnull=False)
        if self.value() == "waiting":
            return queryset.filter(dead_at__isnull=True, delivered_at__isnull=True)
        return queryset.filter(delivered_at__isnull=False) if self.value() == "delivered" else queryset


class DeliveriesInline(RowsInline):
    """The deliveries of a fact."""

    model = OutboxDelivery
    fields = ("handler", "attempts", "due_at", "delivered_at", "dead_at")


@admin.register(OutboxFact)
class OutboxFactAdmin(OperatorAdmin):
    """事实: what happened, and who was told."""

    list_display = ("at", "topic", "key")
    list_filter = ("topic",)
    search_fields = ("key",)
    ordering = ("-id",)
    inlines = (DeliveriesInline,)


@admin.register(OutboxDelivery)
class OutboxDeliveryAdmin(OperatorAdmin):
    """投递: dead letters are put back into the queue here."""

    list_display = ("fact", "handler", "attempts", "due_at", "state")
    list_filter = (DeliveryState, "handler")
    search_fields = ("fact__key", "fact__topic")
    list_select_related = ("fact",)
    ordering = ("-id",)
    buttons = (
        Button(
            "redeliver",
            _("重新投递"),
            _redeliver,
            role="MAKER",
            shown=lambda row: row.dead_at is not None,
            on_list=True,
        ),
    )

    @state_column(description=_("状态"), tones=TONES)
    def state(self, row: OutboxDelivery) -> Any:
        """Show whether it arrived."""
        return _state(row)
