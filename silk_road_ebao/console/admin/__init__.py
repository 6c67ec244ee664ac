"""Console pages of the kernel."""

from silk_road_ebao.console.admin.approval import ApprovalAdmin
from silk_road_ebao.console.admin.audit_event import AuditEventAdmin
from silk_road_ebao.console.admin.clock_setting import ClockSettingAdmin
from silk_road_ebao.console.admin.outbox import OutboxDeliveryAdmin, OutboxFactAdmin
from silk_road_ebao.console.admin.status_change import StatusChangeAdmin

__all__ = [
    "ApprovalAdmin",
    "AuditEventAdmin",
    "ClockSettingAdmin",
    "OutboxDeliveryAdmin",
    "OutboxFactAdmin",
    "StatusChangeAdmin",
]
