"""名单 and hits (R9, R21)."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import ListEntry, ListHit
from accounts.services.list_entries import request_hit_dismissal
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.kernel.models import Approval


def _dismiss(press: Press) -> Approval:
    return request_hit_dismissal(hit=press.row, reason=press.reason, actor=press.actor, at=press.at)


@admin.register(ListEntry)
class ListEntryAdmin(OperatorAdmin):
    """Who may not be served; files are imported by the command import_list."""

    roles = frozenset({"RISK", "AUDITOR", "CHECKER"})
    list_display = ("list_code", "entry_key", "name", "uscc", "reason", "listed_date", "delisted_date", "imported_at")
    list_filter = ("list_code",)
    search_fields = ("entry_key", "name", "uscc")
    ordering = ("-listed_date",)


@admin.register(ListHit)
class ListHitAdmin(OperatorAdmin):
    """Customers on a list: gone by the due date, or dismissed by two operators."""

    roles = frozenset({"RISK", "AUDITOR", "CHECKER"})
    list_display = ("hit_no", "entry", "merchant", "person", "status", "found_at", "exit_due_date")
    list_filter = ("status",)
    list_select_related = ("entry", "merchant", "person")
    search_fields = ("hit_no", "merchant__merchant_no", "person__person_no")
    ordering = ("status", "exit_due_date")
    buttons = (
        Button(
            "dismiss", _("不是同一个，申请解除"), _dismiss, role="RISK", shown=lambda row: row.status == "OPEN",
            asks_reason=True,
        ),
    )  # fmt: skip
