from silk_road_ebao.kernel.models.approval import Approval
from silk_road_ebao.kernel.models.audit_event import AuditEvent, AuditHead, AuditLink
from silk_road_ebao.kernel.models.clock_setting import ClockSetting
from silk_road_ebao.kernel.models.idempotency_record import IdempotencyRecord
from silk_road_ebao.kernel.models.outbox_delivery import OutboxDelivery
from silk_road_ebao.kernel.models.outbox_fact import OutboxFact
from silk_road_ebao.kernel.models.status_change import StatusChange

__all__ = [
    "Approval",
    "AuditEvent",
    "AuditHead",
    "AuditLink",
    "ClockSetting",
    "IdempotencyRecord",
    "OutboxDelivery",
    "OutboxFact",
    "StatusChange",
]
