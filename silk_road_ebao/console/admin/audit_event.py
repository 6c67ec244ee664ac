"""The audit trail."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.operator_admin import OperatorAdmin
from silk_road_ebao.kernel.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(OperatorAdmin):
    """审计记录: for auditors and checkers, newest first."""

    roles = frozenset({"AUDITOR", "CHECKER"})
    list_display = ("at", "who", "action", "subject")
    list_filter = ("actor_kind",)
    search_fields = ("subject", "action", "actor_ref", "actor_label")
    search_help_text = _("按对象、动作或行为人找")
    ordering = ("-id",)
    list_display_links = ("at", "action")

    @admin.display(description=_("行为人"))
    def who(self, row: AuditEvent) -> str:
        """Name the actor as people know it."""
        return row.actor_label or row.actor_ref
