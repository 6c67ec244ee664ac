"""Every step of every state machine."""

from django.contrib import admin

from silk_road_ebao.console.operator_admin import OperatorAdmin
from silk_road_ebao.kernel.models import StatusChange


@admin.register(StatusChange)
class StatusChangeAdmin(OperatorAdmin):
    """状态变更."""

    list_display = ("at", "public_no", "model", "from_status", "to_status", "actor_label", "reason")
    list_filter = ("model",)
    search_fields = ("public_no",)
    ordering = ("-id",)
