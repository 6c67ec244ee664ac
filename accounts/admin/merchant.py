"""商户, their stalls and papers."""

from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin.ground import CHIPS, RevealingAdmin
from accounts.models import Membership, Merchant, MerchantDocument, SettlementAccount, Stall
from accounts.services.merchant_documents import open_document
from accounts.services.merchants import leave_merchant, request_resume, suspend_merchant
from silk_road_ebao.console.columns import state_column
from silk_road_ebao.console.operator_admin import Button, OperatorAdmin, Press, RowsInline
from silk_road_ebao.face.words import WORDS
from silk_road_ebao.kernel.models import Approval


class StallInline(RowsInline):
    """Where it is paid."""

    model = Stall
    fields = ("stall_no", "market", "label", "signboard", "opened_at", "closed_at")


class MemberInline(RowsInline):
    """Who works there."""

    model = Membership
    fields = ("user", "role", "since_at", "ended_at")
    show_change_link = False


class AccountInline(RowsInline):
    """Where the bank pays it."""

    model = SettlementAccount
    fk_name = "owner_merchant"
    fields = ("account_no", "bank", "masked", "verification", "status", "usable_from")


class PaperInline(RowsInline):
    """What it handed in."""

    model = MerchantDocument
    fields = ("kind", "media_type", "size_bytes", "sha256", "uploaded_at", "replaced_at")


def _suspend(press: Press) -> Merchant:
    return suspend_merchant(merchant=press.row, cause="RISK", actor=press.actor, at=press.at, reason=press.reason)


def _resume(press: Press) -> Approval:
    return request_resume(merchant=press.row, reason=press.reason, actor=press.actor, at=press.at)


def _leave(press: Press) -> Merchant:
    return leave_merchant(merchant=press.row, actor=press.actor, at=press.at, reason=press.reason)


@admin.register(Merchant)
class MerchantAdmin(OperatorAdmin):
    """Merchants in every state."""

    list_display = ("merchant_no", "name", "legal_name", "kind", "province", "state", "onboarded_at", "last_active_at")
    list_filter = ("status", "kind", "province", "suspended_for")
    search_fields = ("merchant_no", "name", "legal_name", "uscc")
    ordering = ("-created_at",)
    readonly_fields = ("state",)
    inlines = (StallInline, AccountInline, MemberInline, PaperInline)
    buttons = (
        Button(
            "suspend", _("暂停收款"), _suspend, role="RISK", shown=lambda row: row.status == "APPROVED",
            asks_reason=True, is_danger=True,
        ),
        Button(
            "resume", _("申请恢复"), _resume, role="MAKER", shown=lambda row: row.status == "SUSPENDED",
            asks_reason=True,
        ),
        Button(
            "leave", _("办理退出"), _leave, role="MAKER", shown=lambda row: row.status == "SUSPENDED",
            asks_reason=True, is_danger=True,
        ),
    )  # fmt: skip

    @state_column(
        description=_("状态"),
        tones={word: CHIPS[code] for code, (word, _tone) in WORDS["merchant"].items()},
        ordering="status",
    )
    def state(self, row: Merchant) -> Any:
        """Show where it stands."""
        return WORDS["merchant"].get(row.status, (row.status, ""))[0]


@admin.register(Stall)
class StallAdmin(OperatorAdmin):
    """Stalls."""

    list_display = ("stall_no", "market", "label", "signboard", "merchant", "opened_at", "closed_at")
    list_filter = ("market",)
    list_select_related = ("market", "merchant")
    search_fields = ("stall_no", "label", "signboard", "merchant__merchant_no")
    ordering = ("market_id", "label")


def _open(press: Press) -> HttpResponse:
    content = open_document(document=press.row, purpose=press.reason, actor=press.actor, at=press.at)
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline",
    }
    return HttpResponse(content, content_type=press.row.media_type, headers=headers)


@admin.register(MerchantDocument)
class MerchantDocumentAdmin(RevealingAdmin):
    """Papers: opened with a reason, each opening in the audit chain."""

    list_display = ("merchant", "kind", "media_type", "size_bytes", "uploaded_at", "replaced_at")
    list_filter = ("kind",)
    list_select_related = ("merchant",)
    search_fields = ("merchant__merchant_no", "merchant__name", "sha256")
    ordering = ("-uploaded_at",)
    reveals = ("open",)
    buttons = (
        Button(
            "open", _("打开看（会留记录）"), _open, shown=lambda row: row.content_sealed is not None, asks_reason=True
        ),
    )

    def has_module_permission(self, request: Any) -> bool:
        """Papers are reached from their merchant."""
        return False
