"""What partners were told."""

from django.contrib import admin

from banking.models import PartnerEvent
from silk_road_ebao.console.operator_admin import OperatorAdmin


@admin.register(PartnerEvent)
class PartnerEventAdmin(OperatorAdmin):
    """合作方事件, newest first."""

    list_display = ("occurred_at", "institution", "event_seq", "type")
    list_filter = ("institution", "type")
    search_fields = ("event_no", "source")
    list_select_related = ("institution",)
    ordering = ("-id",)
