"""Four eyes: what waits for a second person."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.console.columns import state_column
from silk_road_ebao.console.four_eyes import diff_lines
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.console.words import field_text, verb_text
from silk_road_ebao.kernel.approvals import approve, reject, withdraw
from silk_road_ebao.kernel.models import Approval

STATUS_TONES = {_("待复核"): "warning", _("已同意"): "success", _("已退回"): "danger", _("已撤回"): "info"}
STATUS_TEXTS = dict(zip(("PENDING", "APPROVED", "REJECTED", "WITHDRAWN"), STATUS_TONES, strict=True))


def _is_open(row: Approval) -> bool:
    return str(row.status) == "PENDING"


def _approve(press: Press) -> Approval:
    return approve(approval_no=press.row.approval_no, checker=press.actor, at=press.at)


def _reject(press: Press) -> Approval:
    return reject(approval_no=press.row.approval_no, checker=press.actor, reason=press.reason, at=press.at)


def _withdraw(press: Press) -> Approval:
    return withdraw(approval_no=press.row.approval_no, maker=press.actor, at=press.at)


@admin.register(Approval)
class ApprovalAdmin(OperatorAdmin):
    """复核: the frozen diff, and two buttons for somebody else than the maker."""

    list_display = ("approval_no", "what", "subject", "maker_label", "requested_at", "state", "checker_label")
    list_filter = ("status", "verb")
    search_fields = ("approval_no", "subject", "maker_label")
    ordering = ("-requested_at",)
    fields = (
        "approval_no",
        "what",
        "subject",
        "change",
        "maker_label",
        "requested_at",
        "state",
        "checker_label",
        "decided_at",
        "decision_note",
    )
    readonly_fields = ("what", "change", "state")
    buttons = (
        Button("approve", _("同意"), _approve, role="CHECKER", shown=_is_open),
        Button("reject", _("退回"), _reject, role="CHECKER", shown=_is_open, asks_reason=True, is_danger=True),
        Button("withdraw", _("撤回我的申请"), _withdraw, role="MAKER", shown=_is_open),
    )

    @admin.display(description=_("事项"), ordering="verb")
    def what(self, row: Approval) -> str:
        """Name the verb in words."""
        return str(verb_text(row.verb))

    @state_column(description=_("状态"), tones=STATUS_TONES, ordering="status")
    def state(self, row: Approval) -> Any:
        """Show where it stands."""
        return STATUS_TEXTS.get(row.status, row.status)

    @admin.display(description=_("变更内容（已冻结）"))
    def change(self, row: Approval) -> SafeString:
        """Show the frozen diff as a table: now, and after."""
        rows = format_html_join(
            "",
            '<tr><th scope="row">{}</th><td><del>{}</del></td><td><ins>{}</ins></td></tr>',
            ((field_text(line.name), line.before, line.after) for line in diff_lines(row.diff)),
        )
        head = format_html_join("", '<th scope="col">{}</th>', ((_("项目"),), (_("现在"),), (_("改成"),)))
        open_, middle, close = '<table class="diff"><thead><tr>', "</tr></thead><tbody>", "</tbody></table>"
        return mark_safe(open_ + head + middle + rows + close)  # noqa: S308  # parts are escaped above
