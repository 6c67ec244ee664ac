"""资料变更: what a merchant in service wants corrected, with its new papers; two operators sign."""

from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.ground import CHIPS, RevealingAdmin
from accounts.models import ChangePaper, MerchantChange
from accounts.services.merchant_changes import open_change_paper, review_merchant_change
from silk_road_ebao.console.columns import state_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press
from silk_road_ebao.kernel.models import Approval

WORDS = {
    "PROPOSED": _("待复核"), "APPROVED": _("已生效"), "REJECTED": _("已退回"), "WITHDRAWN": _("商户撤回"),
}  # fmt: skip
TONES = {word: CHIPS.get(code, "info") for code, word in WORDS.items()}


def _review(press: Press) -> Approval:
    return review_merchant_change(change=press.row, actor=press.actor, at=press.at)


@admin.register(MerchantChange)
class MerchantChangeAdmin(OperatorAdmin):
    """Corrections, those that wait first; the second operator turns down or carries out at 待复核."""

    list_display = ("change_no", "merchant", "state", "name", "legal_name", "address", "proposed_at", "decided_at")
    list_filter = ("status",)
    list_select_related = ("merchant",)
    search_fields = ("change_no", "merchant__merchant_no", "merchant__name", "legal_name")
    ordering = ("-proposed_at",)
    fields = (
        "change_no", "state", "merchant", "now", "name", "legal_name", "address", "reason", "new_papers",
        "proposed_at", "decided_at", "rejection_reason",
    )  # fmt: skip
    readonly_fields = ("state", "now", "new_papers")
    buttons = (
        Button(
            "review", _("资料属实，交第二人复核"), _review, role="MAKER", shown=lambda row: row.status == "PROPOSED"
        ),
    )

    @state_column(description=_("状态"), tones=TONES, ordering="status")
    def state(self, row: MerchantChange) -> Any:
        """Show where it stands."""
        return WORDS.get(row.status, row.status)

    @admin.display(description=_("现在的资料"))
    def now(self, row: MerchantChange) -> str:
        """Show what stands."""
        merchant = row.merchant
        return f"{merchant.name}，{merchant.legal_name}，{merchant.address}"

    @admin.display(description=_("新证照"))
    def new_papers(self, row: MerchantChange) -> SafeString | str:
        """Lead to the papers; there they are opened with a reason."""
        papers = row.papers.defer("content_sealed").order_by("kind")
        rows = ((f"/admin/accounts/changepaper/{one.pk}/change/", str(one)) for one in papers)
        return format_html_join("，", '<a href="{}">{}</a>', rows) or "—"


def _open(press: Press) -> HttpResponse:
    content = open_change_paper(paper=press.row, purpose=press.reason, actor=press.actor, at=press.at)
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline",
    }
    return HttpResponse(content, content_type=press.row.media_type, headers=headers)


@admin.register(ChangePaper)
class ChangePaperAdmin(RevealingAdmin):
    """Proposed papers: opened with a reason, each opening in the audit chain."""

    list_display = ("change", "kind", "media_type", "size_bytes", "sha256")
    list_filter = ("kind",)
    list_select_related = ("change",)
    search_fields = ("change__change_no", "sha256")
    ordering = ("-pk",)
    reveals = ("open",)
    buttons = (
        Button(
            "open", _("打开看（会留记录）"), _open, shown=lambda row: row.content_sealed is not None, asks_reason=True
        ),
    )
