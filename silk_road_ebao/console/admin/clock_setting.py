"""The clock of demo and tests."""

from django.contrib import admin

from silk_road_ebao.console.operator_admin import OperatorAdmin
from silk_road_ebao.kernel.models import ClockSetting


@admin.register(ClockSetting)
class ClockSettingAdmin(OperatorAdmin):
    """时钟: how far the house stands from real time; it is set from the first page."""

    list_display = ("__str__",)
